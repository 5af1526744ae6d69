#include "exports/paper/paper_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "engine/core/units.h"
#include "exports/paper/palette.h"

namespace slay {
namespace {

using Json = nlohmann::ordered_json;

constexpr double alike = 12;   // CIE L*: two greys that are closer look the same in print
constexpr double palest = 74;  // a thin curve that is lighter gets lost on white

const std::string& title_of(const std::string& rule) {
    static const std::string none;
    for (const PaperRule& row : paper_rules())
        if (row.id == rule) return row.title;
    return none;
}

}  // namespace

std::string_view to_string(RuleAnswer answer) {
    switch (answer) {
        case RuleAnswer::passed:
            return "passed";
        case RuleAnswer::failed:
            return "failed";
        case RuleAnswer::unknown:
            break;
    }
    return "unknown";
}

const std::vector<PaperRule>& paper_rules() {
    static const std::vector<PaperRule> rows{
        {"embedded", "Fonts embedded"}, {"type3", "No Type 3 font"},  {"size", "Size right"},
        {"text", "Text large enough"},  {"grey", "Readable in grey"},
    };
    return rows;
}

bool FileCheck::failed() const {
    return std::any_of(rules.begin(), rules.end(),
                       [](const RuleResult& each) { return each.answer == RuleAnswer::failed; });
}

bool PaperCheck::failed() const {
    return std::any_of(files.begin(), files.end(),
                       [](const FileCheck& each) { return each.failed(); });
}

std::vector<std::string> grey_problems(const FigureData& data) {
    std::vector<std::string> out;
    std::vector<const Series*> curves;
    for (const Series& series : data.series)
        if (series.kind == SeriesKind::measured && !series.hidden && !series.points.empty())
            curves.push_back(&series);
    for (std::size_t i = 0; i < curves.size(); ++i) {
        const Series& a = *curves[i];
        const double grey = grey_lightness(a.style.colour);
        if (grey > palest)
            out.push_back(
                fmt::format("{} is too pale on white (L* {:.0f})", clean_text(a.label, 60), grey));
        for (std::size_t k = i + 1; k < curves.size(); ++k) {
            const Series& b = *curves[k];
            if (a.variant == b.variant || a.style.marker != b.style.marker ||
                a.style.dash != b.style.dash)
                continue;
            if (std::abs(grey - grey_lightness(b.style.colour)) < alike)
                out.push_back(fmt::format("{} and {} look the same", clean_text(a.label, 60),
                                          clean_text(b.label, 60)));
        }
    }
    return out;
}

std::string check_text(const PaperCheck& check) {
    std::string out;
    for (const FileCheck& file : check.files) {
        out += fmt::format("{}: {}\n", clean_text(file.path, 200), file.failed() ? "FAILED" : "ok");
        for (const RuleResult& each : file.rules)
            if (each.answer != RuleAnswer::passed)
                out += fmt::format("  {} {}: {}\n", to_string(each.answer), title_of(each.rule),
                                   clean_text(each.detail, 400));
    }
    return out;
}

Json to_json(const PaperCheck& check) {
    Json json = {{"passed", !check.failed()}, {"files", Json::array()}};
    for (const FileCheck& file : check.files) {
        Json rules = Json::array();
        for (const RuleResult& each : file.rules)
            rules.push_back({{"rule", each.rule},
                             {"title", title_of(each.rule)},
                             {"answer", to_string(each.answer)},
                             {"detail", clean_text(each.detail, 1000)}});
        json["files"].push_back({{"path", clean_text(file.path)},
                                 {"passed", !file.failed()},
                                 {"rules", std::move(rules)}});
    }
    return json;
}

}  // namespace slay
