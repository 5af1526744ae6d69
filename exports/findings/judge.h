// What records say of findings: pure functions of the records.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/run_record.h"
#include "exports/findings/finding.h"

namespace slay {

enum class Judgement { supported, refuted, inconclusive };
std::string_view to_string(Judgement verdict);  // "supported", "refuted", "inconclusive"

// A figure with what is known of where it lies; either end may be infinite.
struct Extent {
    double value = 0, low = 0, high = 0;
    bool has_interval = false;  // else low = high = value: measured once
    std::int64_t count = 0;     // pairs of samples, or seeds; 0: from two intervals or two figures
};

// One pair of points (or one point) that a check rests on.
struct CheckRow {
    std::string run;                  // RunRecord::run()
    std::string conditions;           // "L = 32768, forward, float32"
    std::vector<std::string> points;  // ids: of the numerator, of the denominator
    std::optional<Extent> figure;     // absent: `reason` says why
    Judgement verdict = Judgement::inconclusive;
    std::string reason;
};

struct CheckAnswer {
    const Check* check = nullptr;
    Judgement verdict = Judgement::inconclusive;
    // Of all rows with a figure: the row's own where there is one, else their geometric mean with
    // the ends of all their intervals.
    std::optional<Extent> figure;
    bool aim_reached = false;  // the whole interval is at the aim or beyond it
    std::string reason;        // why it is not supported, or what else a reader has to know
    std::vector<CheckRow> rows;
};

struct FindingAnswer {
    const Finding* finding = nullptr;
    // Supported where every deciding check is, refuted where one of them is.
    Judgement verdict = Judgement::inconclusive;
    std::string reason;
    std::vector<CheckAnswer> checks;
};

// `records` outlive nothing: only ids are kept. Two sides of a ratio are always of one record.
std::vector<FindingAnswer> judge(const FindingSet& set, std::span<const RunRecord* const> records);
std::vector<FindingAnswer> judge(const FindingSet& set, const RunRecord& record);

// How many of the checks have a figure.
std::size_t checks_with_figures(const std::vector<FindingAnswer>& answers);

// The verdict of a check; of one with an aim "aim reached", "accepted", "missed" or "open".
std::string answer_text(const CheckAnswer& answer);

// "10 or more", "between 0.8 and 1.25": what a check accepts.
std::string accepted_text(const Check& check);
// "12.4 (11.9 to 12.9)", "at least 5.2".
std::string figure_text(const Extent& figure);

}  // namespace slay
