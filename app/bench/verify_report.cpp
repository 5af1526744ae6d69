#include "app/bench/verify_report.h"

#include <fmt/format.h>

#include <cmath>

#include "engine/core/units.h"

namespace slay::bench {
namespace {

// JSON has no NaN; its absence is said instead.
nlohmann::ordered_json number_or_null(double value) {
    if (!std::isfinite(value)) return nullptr;
    return value;
}

}  // namespace

nlohmann::ordered_json verify_json(const VerifyLine& line) {
    return {{"variant", line.variant},
            {"subject", line.subject},
            {"where", line.where},
            {"compared", line.compared},
            {"passed", line.passed},
            {"relative_error", number_or_null(line.relative_error)},
            {"bound", number_or_null(line.bound)},
            {"note", line.note}};
}

std::string VerifyReport::add(const VerifyLine& line) {
    std::string text;
    if (line.variant != variant_) {
        text = finish();
        variant_ = line.variant;
    }
    if (!line.compared) {
        ++notes_["not compared: " + line.note];
        return text;
    }
    ++compared_;
    // The one nearest to its bound, or furthest past it; NaN is past any bound.
    const auto nearness = [](double error, double bound) {
        return std::isnan(error) ? INFINITY : error / std::max(bound, 1e-300);
    };
    auto& worst = worst_[line.subject];
    if (worst.count == 0) subjects_.push_back(line.subject);
    if (worst.count++ == 0 ||
        nearness(line.relative_error, line.bound) > nearness(worst.error, worst.bound)) {
        worst.error = line.relative_error;
        worst.bound = line.bound;
    }
    if (!line.note.empty()) ++notes_[line.note];
    if (!line.passed) {
        passed_ = false;
        ++missed_;
        text += fmt::format("MISS  {} {} ({}): {:.2e}, bound {:.0e}{}\n", line.variant,
                            line.subject, line.where, line.relative_error, line.bound,
                            line.note.empty() ? "" : "; " + line.note);
    }
    return text;
}

std::string VerifyReport::summary() const {
    std::size_t count = 0;
    std::string errors;
    for (const std::string& subject : subjects_) {
        const Worst& worst = worst_.at(subject);
        count += worst.count;
        errors += fmt::format("  {} {:.1e} (<= {:.0e})", subject, worst.error, worst.bound);
    }
    std::string text = fmt::format("{}  {:<22}{}", passed_ ? "ok  " : "MISS", variant_, errors);
    if (count > subjects_.size()) text += fmt::format("  {} comparisons", count);
    for (const auto& [what, times] : notes_) {
        text += fmt::format("  [{}{}]", what, times > 1 ? fmt::format(", {} times", times) : "");
    }
    return text + "\n";
}

std::string VerifyReport::finish() {
    if (variant_.empty()) return {};
    const std::string text = summary();
    variant_.clear();
    subjects_.clear();
    worst_.clear();
    notes_.clear();
    passed_ = true;
    return text;
}

}  // namespace slay::bench
