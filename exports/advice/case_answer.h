// Which variant, which budget, at what length: one case, answered from what a run measured. A pure
// function of the record; nothing is predicted, and what is read between two measured lengths says
// so.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "exports/panels.h"

namespace slay {

struct CaseQuestion {
    std::string panel;  // Panel::id of the latency figure ("forward_bfloat16"); unknown: the first
    double length = 0;  // L in tokens; 0: the longest that was measured
    // Of the output against exact spherical Yat, relative L2. Only forms that estimate it are held
    // to it.
    std::optional<double> most_error;
    std::optional<double> most_mb;  // peak memory of one pass above inputs and weights, in MB
};

// A figure at the length asked for.
struct CaseFigure {
    MetricValue value;         // without interval where it is read between two lengths
    bool between = false;      // read off between two measured lengths, on logarithmic scales
    bool unconverged = false;  // its interval is wider than the preset asked for, or there is none
    double length = 0;  // tokens, where it was measured; the length asked for where `between`
};

// Beside fused softmax at the length asked for: is the variant faster?
enum class Speed { unknown, faster, slower, no_difference };
std::string_view to_string(Speed speed);  // "faster", "slower", "no difference", ""

struct CaseRow {
    VariantInfo variant;
    std::string label;                  // with the budget where a variant stands twice
    std::string budget;                 // "R = 2, M = 16, P = 32"; empty where it has none
    std::optional<CaseFigure> latency;  // ms of one pass
    std::optional<CaseFigure> memory;   // peak MB
    // Fused softmax's time over this one's: above 1, this is faster. From pairs of samples with an
    // interval where there are enough of them, else the quotient of the two medians.
    std::optional<CaseFigure> speedup;
    Speed speed = Speed::unknown;
    // From which length on it is faster than fused softmax, as far as was measured; 0: nowhere, or
    // not known.
    double faster_from = 0;
    bool always_faster = false;       // at every measured length: the break-even is shorter
    std::optional<CaseFigure> error;  // relative L2 against exact Yat, random inputs
    // What uniform weights, which ignore the kernel, have there.
    std::optional<double> uniform_error;
    bool worse_than_uniform = false;        // by more than a quarter
    std::optional<MetricValue> perplexity;  // of a model trained with it, where the run has one
    // Why it does not answer the case: "needs 412 MB", "not measured beyond 8,192", a point's own
    // reason. Empty: it does.
    std::string out;
};

struct CaseBudget {
    std::string label, variant, budget;  // "SLAY (anchor)", its name, "R = 2, M = 16, P = 32"
    std::string point;                   // id: what loads it into the editor
    MetricValue error, latency;          // relative L2; ms
    bool chosen = false;
};

struct CaseAnswer {
    std::string device;
    std::vector<Panel> cases;     // what the record can answer for, in the plan's order
    Panel panel;                  // the one answered
    double length = 0;            // the one answered, in tokens
    std::vector<double> lengths;  // measured ones of the panel
    // Fastest first, those that do not answer the case last; empty without a point of `latency`.
    std::vector<CaseRow> rows;
    std::optional<std::size_t> fastest;  // index into rows: of those that answer the case
    // The fastest linearised Yat of those that is not worse than uniform weights.
    std::optional<std::size_t> linearised;
    // Pareto front of error against time from `feature-budget`, fastest first.
    std::vector<CaseBudget> budgets;
    double budget_length = 0;       // L at which the budgets were measured
    std::string budget_inputs;      // "random": what their errors were measured on
    std::string budget_conditions;  // "forward, float32, random inputs"
    // The answer in words, most important first; never empty.
    std::vector<std::string> sentences;
    std::vector<std::string> notes;  // what limits it
};

CaseAnswer answer_case(const RunRecord& record, const CaseQuestion& question);

// "0.0612"; "~ 0.0612" where it is read between two lengths; "" where there is none.
std::string figure_text(const std::optional<CaseFigure>& figure, int digits = 3);
// "from about L = 1,300 on", "at every length measured", "nowhere up to L = 32,768"; "" where it is
// not known.
std::string break_even_text(const CaseAnswer& answer, const CaseRow& row);

nlohmann::ordered_json case_json(const CaseAnswer& answer);

}  // namespace slay
