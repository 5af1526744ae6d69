#include "exports/paper/paper_choice.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "engine/core/units.h"
#include "exports/paper/palette.h"

namespace slay {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::pair<LegendPlace, std::string_view>, 5> places{
    {{LegendPlace::below, "below"},
     {LegendPlace::above, "above"},
     {LegendPlace::right, "right"},
     {LegendPlace::inside, "inside"},
     {LegendPlace::none, "none"}}};

bool contains(const std::vector<std::string>& list, std::string_view word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

template <typename Rows>
std::string ids_of(const Rows& rows) {
    std::vector<std::string> ids;
    for (const auto& row : rows) ids.push_back(row.id);
    return fmt::format("{}", fmt::join(ids, ", "));
}

Error unknown(const char* what, const std::string& word, const std::string& known) {
    return {ErrorKind::usage,
            fmt::format("'{}' is no {}; there are {}", clean_text(word, 60), what, known)};
}

const char* scale_word(bool log) {
    return log ? "log" : "linear";
}

// One field of the JSON form, when it is there and of the right kind.
class Fields {
  public:
    Fields(const Json& json, std::string name) : json_(json), name_(std::move(name)) {}

    template <typename T>
    void take(const char* key, T& to) {
        if (!json_.contains(key) || problem_) return;
        try {
            to = json_.at(key).get<T>();
        } catch (const Json::exception&) {
            fail(key, "is of another kind than expected");
        }
    }
    void take_scale(const char* key, std::optional<bool>& to) {
        std::string word;
        take(key, word);
        if (word == "log" || word == "linear")
            to = word == "log";
        else if (!word.empty())
            fail(key, "is log or linear");
    }
    void fail(const char* key, const std::string& what) {
        if (!problem_)
            problem_ = Error{ErrorKind::bad_data, fmt::format("{}: /{}: {}", name_, key, what)};
    }
    const std::optional<Error>& problem() const { return problem_; }

  private:
    const Json& json_;
    std::string name_;
    std::optional<Error> problem_;
};

}  // namespace

const std::vector<PaperFileKind>& paper_file_kinds() {
    static const std::vector<PaperFileKind> rows{
        {"pdf", ".pdf", true, "PDF"},
        {"svg", ".svg", true, "SVG"},
        {"png", ".png", true, "PNG"},
        {"pgfplots", ".tex", true, "pgfplots"},
        {"tex", ".tex", false, "LaTeX (siunitx)"},
        {"csv", ".csv", false, "CSV"},
        {"md", ".md", false, "Markdown"},
    };
    return rows;
}

const PaperFileKind* find_file_kind(std::string_view id) {
    for (const PaperFileKind& row : paper_file_kinds())
        if (row.id == id) return &row;
    return nullptr;
}

bool PaperChoice::wants(std::string_view format) const {
    return contains(formats, format);
}

bool PaperChoice::wants_item(std::string_view stem) const {
    return only.empty() || contains(only, stem);
}

const Venue& PaperChoice::page() const {
    const Venue* found = find_venue(venue);
    return found ? *found : venues().front();
}

const PaperFace& PaperChoice::typeface() const {
    const PaperFace* found = find_face(face.empty() ? page().face : face);
    return found ? *found : paper_faces().front();
}

double PaperChoice::figure_width() const {
    return text_wide ? page().text_inches : page().column_inches;
}

double PaperChoice::figure_height() const {
    if (height_inches > 0) return height_inches;
    // A column's figure is nearly square with its legend below; a wide one is flatter.
    const double width = figure_width();
    return width <= 4 ? 0.892 * width : std::min(0.52 * width, 3.4);
}

std::string_view to_string(LegendPlace place) {
    for (const auto& [known, word] : places)
        if (known == place) return word;
    return "below";
}

std::optional<LegendPlace> legend_place(std::string_view text) {
    for (const auto& [known, word] : places)
        if (word == text) return known;
    return std::nullopt;
}

Status check_choice(const PaperChoice& choice) {
    if (!find_venue(choice.venue)) return unknown("venue", choice.venue, ids_of(venues()));
    if (!choice.face.empty() && !find_face(choice.face))
        return unknown("face", choice.face, ids_of(paper_faces()));
    if (!find_palette(choice.palette))
        return unknown("palette", choice.palette, ids_of(palettes()));
    for (const std::string& format : choice.formats)
        if (!find_file_kind(format)) return unknown("format", format, ids_of(paper_file_kinds()));
    if (choice.formats.empty() && !choice.report)
        return Error{ErrorKind::usage, "nothing is asked for: no format and no report"};
    const double height = choice.height_inches;
    if (!(height == 0 || (height >= 1 && height <= 12)))
        return Error{ErrorKind::usage, "a figure is between 1 and 12 inches high"};
    if (choice.dots_per_inch < 36 || choice.dots_per_inch > 2400)
        return Error{ErrorKind::usage, "a PNG has between 36 and 2400 dots per inch"};
    return done();
}

Json to_json(const PaperChoice& choice) {
    Json json = {{"schema", "slay-export/1"},
                 {"venue", choice.venue},
                 {"width", choice.text_wide ? "text" : "column"},
                 {"height_in", choice.height_inches},
                 {"face", choice.face},
                 {"palette", choice.palette},
                 {"variants", choice.variants},
                 {"legend", to_string(choice.legend)},
                 {"title", choice.title},
                 {"formats", choice.formats},
                 {"dpi", choice.dots_per_inch},
                 {"only", choice.only},
                 {"report", choice.report}};
    if (choice.log_x) json["x_scale"] = scale_word(*choice.log_x);
    if (choice.log_y) json["y_scale"] = scale_word(*choice.log_y);
    return json;
}

Result<PaperChoice> parse_choice(std::string_view text, const std::string& name) {
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object() || !json.contains("schema") || json["schema"] != "slay-export/1")
        return Error{ErrorKind::bad_data, name + ": not a slay-export/1 file"};
    PaperChoice choice;
    Fields fields(json, name);
    std::string width = "column", legend = "below";
    fields.take("venue", choice.venue);
    fields.take("width", width);
    fields.take("height_in", choice.height_inches);
    fields.take("face", choice.face);
    fields.take("palette", choice.palette);
    fields.take("variants", choice.variants);
    fields.take("legend", legend);
    fields.take("title", choice.title);
    fields.take("formats", choice.formats);
    fields.take("dpi", choice.dots_per_inch);
    fields.take("only", choice.only);
    fields.take("report", choice.report);
    fields.take_scale("x_scale", choice.log_x);
    fields.take_scale("y_scale", choice.log_y);
    if (width != "column" && width != "text") fields.fail("width", "is column or text");
    choice.text_wide = width == "text";
    if (const auto place = legend_place(legend))
        choice.legend = *place;
    else
        fields.fail("legend", "is below, above, right, inside or none");
    if (fields.problem()) return *fields.problem();
    if (const Status status = check_choice(choice); !status)
        return Error{ErrorKind::bad_data, name + ": " + status.error().message};
    return choice;
}

std::vector<std::string> to_words(const PaperChoice& choice) {
    const PaperChoice plain;
    std::vector<std::string> words{"--venue", choice.venue};
    const auto add = [&](const char* option, std::string value) {
        words.emplace_back(option);
        words.push_back(std::move(value));
    };
    const auto list = [](const std::vector<std::string>& each) {
        return fmt::format("{}", fmt::join(each, ","));
    };
    if (choice.text_wide) add("--width", "text");
    if (choice.height_inches > 0) add("--height", fmt::format("{:g}", choice.height_inches));
    if (!choice.face.empty()) add("--face", choice.face);
    if (choice.palette != plain.palette) add("--palette", choice.palette);
    if (!choice.variants.empty()) add("--variants", list(choice.variants));
    if (choice.log_x) add("--x-scale", scale_word(*choice.log_x));
    if (choice.log_y) add("--y-scale", scale_word(*choice.log_y));
    if (choice.legend != plain.legend) add("--legend", std::string(to_string(choice.legend)));
    if (choice.title) words.emplace_back("--title");
    if (choice.formats != plain.formats)
        add("--formats", choice.formats.empty() ? "none" : list(choice.formats));
    if (choice.dots_per_inch != plain.dots_per_inch)
        add("--dpi", std::to_string(choice.dots_per_inch));
    if (!choice.only.empty()) add("--only", list(choice.only));
    if (choice.report) words.emplace_back("--report");
    return words;
}

std::string shell_quote(std::string_view word) {
    constexpr std::string_view plain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./,:=+@%";
    if (!word.empty() && word.find_first_not_of(plain) == word.npos) return std::string(word);
    std::string out = "'";
    for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + '\'';
}

}  // namespace slay
