#include "exports/advice/case_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "engine/core/comparison.h"
#include "engine/core/units.h"
#include "exports/advice/case_words.h"
#include "exports/trade_offs.h"

namespace slay {
namespace {

constexpr std::string_view baseline_name = "standard-fused";
// On random inputs even a good estimate is hardly closer than uniform weights; one that is a
// quarter farther away than they are stands for nothing.
constexpr double far_from = 1.25;

struct Read {
    std::optional<CaseFigure> figure;
    std::string why;  // not: "not measured beyond 8,192"
};

// A curve's metric at a length: measured there, or between two measured lengths.
Read read_curve(const RunRecord& record, const Curve& curve, double length,
                const std::string& metric) {
    std::optional<std::pair<double, MetricValue>> below, above;
    std::string reason;
    for (const CurveStep& step : curve.steps) {
        const StepValue value = step_value(record, step, metric);
        if (step.x == length) {
            if (!value.value) return {{}, clean_text(value.reason, 160)};
            return {CaseFigure{*value.value, false, value.state == PointState::unconverged, step.x},
                    {}};
        }
        if (!value.value) {
            if (step.x > length && reason.empty()) reason = value.reason;
            continue;
        }
        if (value.value->value <= 0) continue;
        if (step.x < length) below = {step.x, *value.value};
        if (step.x > length && !above) above = {step.x, *value.value};
    }
    if (!below && !above) return {{}, reason.empty() ? "not measured" : clean_text(reason, 160)};
    if (!above)
        return {{},
                reason.empty() ? "not measured beyond " + format_count(below->first)
                               : clean_text(reason, 160)};
    if (!below) return {{}, "not measured below " + format_count(above->first)};
    const double t = std::log(length / below->first) / std::log(above->first / below->first);
    CaseFigure figure;
    figure.value.value =
        std::exp((1 - t) * std::log(below->second.value) + t * std::log(above->second.value));
    figure.value.count = std::min(below->second.count, above->second.count);
    figure.between = true;
    figure.length = length;
    return {figure, {}};
}

// Points of an experiment under the conditions of the case, as far as both state them.
std::vector<const RecordedPoint*> points_under(const RunRecord& record, const char* experiment,
                                               const Parameters& conditions,
                                               const std::set<std::string>& except) {
    std::vector<const RecordedPoint*> out;
    for (const RecordedPoint* point : points_of(record, experiment)) {
        const bool same = std::all_of(conditions.begin(), conditions.end(), [&](const auto& each) {
            const ParameterValue* here = point->point.parameters.find(each.first);
            return !here || *here == each.second || except.contains(each.first);
        });
        if (same) out.push_back(point);
    }
    return out;
}

bool same_budget(const RecordedPoint& one, const RecordedPoint& other, const VariantInfo& variant) {
    return std::all_of(variant.parameters.begin(), variant.parameters.end(), [&](const auto& p) {
        const ParameterValue* a = one.point.parameters.find(p.id);
        const ParameterValue* b = other.point.parameters.find(p.id);
        return !a || !b || *a == *b;
    });
}

// Of another experiment's curves the one of the same variant at the same budget.
const Curve* same_curve(const std::vector<Curve>& curves, const Curve& of) {
    const RecordedPoint& point = *of.steps.front().points.front();
    for (const Curve& each : curves)
        if (each.variant.name == of.variant.name &&
            same_budget(*each.steps.front().points.front(), point, of.variant))
            return &each;
    return nullptr;
}

// The error at the measured length nearest to the case's, and that of uniform weights there.
void add_error(const RunRecord& record, const Curve& curve, double length, CaseRow& row) {
    double least = 0;
    for (const CurveStep& step : curve.steps) {
        const StepValue value = step_value(record, step, "relative_l2");
        const double away = std::fabs(std::log(step.x / length));
        if (!value.value || (row.error && away >= least)) continue;
        least = away;
        row.error = CaseFigure{*value.value, false, value.state == PointState::unconverged, step.x};
        const auto uniform = step_value(record, step, "uniform_relative_l2").value;
        row.uniform_error = uniform ? std::optional(uniform->value) : std::nullopt;
        row.worse_than_uniform = uniform && value.value->value > far_from * uniform->value;
    }
}

// Fused softmax's time over the variant's at the length of the case.
std::optional<CaseFigure> speedup_at(const RunRecord& record, const Curve& curve, double length,
                                     const std::optional<CaseFigure>& fused,
                                     const std::optional<CaseFigure>& mine) {
    const auto paired = read_curve(record, curve, length, "speedup_vs_standard_fused").figure;
    if (paired && !paired->between && paired->value.low && paired->value.high) return paired;
    if (!fused || !mine || !(mine->value.value > 0)) return std::nullopt;
    CaseFigure quotient;
    quotient.value.value = fused->value.value / mine->value.value;
    quotient.value.count = std::min(fused->value.count, mine->value.count);
    quotient.between = fused->between || mine->between;
    quotient.length = length;
    return quotient;
}

Speed speed_of(const CaseFigure& speedup, double margin) {
    if (!speedup.value.low || !speedup.value.high) return Speed::unknown;
    if (*speedup.value.low > 1 + margin) return Speed::faster;
    if (*speedup.value.high < 1 / (1 + margin)) return Speed::slower;
    return Speed::no_difference;
}

// Where a curve falls below fused softmax's for good, over the lengths that both were measured at.
void find_break_even(const RunRecord& record, const Curve& fused, const Curve& curve,
                     CaseRow& row) {
    struct At {
        double x, gap;
    };
    std::vector<At> both;
    for (const CurveStep& step : curve.steps)
        for (const CurveStep& base : fused.steps) {
            if (base.x != step.x) continue;
            const StepValue mine = step_value(record, step, "latency_ms");
            const StepValue theirs = step_value(record, base, "latency_ms");
            if (mine.value && theirs.value && mine.value->value > 0 && theirs.value->value > 0)
                both.push_back({step.x, std::log(mine.value->value / theirs.value->value)});
        }
    std::size_t below = both.size();
    while (below > 0 && both[below - 1].gap < 0) --below;
    if (below == both.size()) return;
    row.always_faster = below == 0;
    row.faster_from = both[below].x;
    if (below == 0) return;
    const At& a = both[below - 1];
    const At& b = both[below];
    row.faster_from =
        std::exp(std::log(a.x) + a.gap / (a.gap - b.gap) * (std::log(b.x) - std::log(a.x)));
}

void hold_to_limits(const CaseQuestion& question, CaseRow& row) {
    if (!row.out.empty()) return;
    if (question.most_mb && row.memory && row.memory->value.value > *question.most_mb)
        row.out = "needs " + format_bytes(row.memory->value.value * 1e6);
    if (row.out.empty() && question.most_mb && !row.memory)
        row.out = "its memory was not measured under these conditions";
    if (row.out.empty() && question.most_error && row.variant.approximates_yat) {
        if (!row.error)
            row.out = "its error was not measured at this budget";
        else if (row.error->value.value > *question.most_error)
            row.out = "its error is " + format_number(row.error->value.value, 3);
    }
}

void add_rows(const RunRecord& record, const CaseQuestion& question, const PanelPoints& panel,
              CaseAnswer& answer) {
    const std::vector<Curve> latency = curves_of(record, panel.points, "length");
    const std::vector<Curve> memory = curves_of(
        record, points_under(record, "memory", panel.panel.conditions, {"seed"}), "length");
    // The error hangs on the kernel, not on the type or the pass that the time is for.
    Parameters random = panel.panel.conditions;
    random.set("inputs", std::string("random"));
    const std::vector<Curve> quality =
        curves_of(record,
                  points_under(record, "kernel-quality", random,
                               {"dtype", "pass", "lane", "seed", "batch", "causal"}),
                  "length");
    const std::vector<Curve> training = curves_of(record, points_of(record, "training"), "");
    const double margin = rules_for(record.provenance().device).margin;
    const Curve* fused = nullptr;
    for (const Curve& each : latency)
        if (each.variant.name == baseline_name && !fused) fused = &each;
    Read fused_time;
    if (fused) fused_time = read_curve(record, *fused, answer.length, "latency_ms");
    for (const Curve& curve : latency) {
        CaseRow row;
        row.variant = curve.variant;
        row.label = curve.label;
        row.budget = describe_budget(*curve.steps.front().points.front(), curve.variant);
        Read time = read_curve(record, curve, answer.length, "latency_ms");
        row.latency = time.figure;
        row.out = time.why;
        if (const Curve* same = same_curve(memory, curve))
            row.memory = read_curve(record, *same, answer.length, "peak_mb").figure;
        if (const Curve* same = same_curve(quality, curve); same && curve.variant.approximates_yat)
            add_error(record, *same, answer.length, row);
        if (const Curve* same = same_curve(training, curve))
            row.perplexity = step_value(record, same->steps.front(), "perplexity").value;
        if (fused && fused != &curve) {
            row.speedup = speedup_at(record, curve, answer.length, fused_time.figure, row.latency);
            if (row.speedup) row.speed = speed_of(*row.speedup, margin);
            find_break_even(record, *fused, curve, row);
        }
        hold_to_limits(question, row);
        answer.rows.push_back(std::move(row));
    }
    std::stable_sort(answer.rows.begin(), answer.rows.end(),
                     [](const CaseRow& a, const CaseRow& b) {
                         if (a.out.empty() != b.out.empty()) return a.out.empty();
                         if (!a.latency || !b.latency) return a.latency.has_value() && !b.latency;
                         return a.latency->value.value < b.latency->value.value;
                     });
    for (std::size_t i = 0; i < answer.rows.size(); ++i) {
        const CaseRow& row = answer.rows[i];
        if (!row.out.empty()) break;
        if (!answer.fastest) answer.fastest = i;
        if (!answer.linearised && row.variant.family == Family::linearised_yat &&
            !row.worse_than_uniform)
            answer.linearised = i;
    }
}

// The front of error against time, and the cheapest on it that is close enough.
void add_budgets(const RunRecord& record, const CaseQuestion& question, CaseAnswer& answer) {
    const std::vector<const RecordedPoint*> all = points_of(record, "feature-budget");
    // Of several conditions (clustered inputs, another length) those of random inputs, the longest.
    double longest = 0;
    std::vector<const RecordedPoint*> points;
    for (const RecordedPoint* each : all)
        if (each->point.parameters.text("inputs", "random") == "random")
            longest = std::max(longest, each->point.parameters.real("length"));
    const bool any_random = longest > 0;
    for (const RecordedPoint* each : all)
        if (!any_random || (each->point.parameters.text("inputs", "random") == "random" &&
                            each->point.parameters.real("length") == longest))
            points.push_back(each);
    for (const PanelPoints& panel : split_panels(points, "length")) {
        for (const VariantTradeOffs& variant :
             trade_offs_of(record, panel.points, "latency_ms", "relative_l2"))
            for (const TradeOffPoint& each : variant.points)
                if (each.front)
                    answer.budgets.push_back({clean_text(variant.variant.label, 60),
                                              variant.variant.name,
                                              describe_budget(*each.point, variant.variant),
                                              each.point->point.id, each.y, each.x, false});
        if (answer.budgets.empty()) continue;
        answer.budget_inputs =
            clean_text(panel.points.front()->point.parameters.text("inputs", "random"), 40);
        answer.budget_length = panel.points.front()->point.parameters.real("length");
        answer.budget_conditions =
            describe_conditions(panel.panel.conditions, {"seed", "seeds", "scale", "length"});
        break;
    }
    std::sort(
        answer.budgets.begin(), answer.budgets.end(),
        [](const CaseBudget& a, const CaseBudget& b) { return a.latency.value < b.latency.value; });
    // Without a limit: the cheapest within a tenth of the least error that was measured.
    double limit = 0;
    for (const CaseBudget& each : answer.budgets)
        limit = limit == 0 ? each.error.value : std::min(limit, each.error.value);
    limit = question.most_error.value_or(1.1 * limit);
    for (CaseBudget& each : answer.budgets) {
        each.chosen = each.error.value <= limit;
        if (each.chosen) break;
    }
}

}  // namespace

CaseAnswer answer_case(const RunRecord& record, const CaseQuestion& question) {
    CaseAnswer answer;
    answer.device =
        clean_text(record.provenance().device_name.empty() ? record.provenance().device
                                                           : record.provenance().device_name,
                   80);
    const std::vector<const RecordedPoint*> points = points_of(record, "latency");
    const std::vector<PanelPoints> panels = split_panels(points, "length");
    for (const PanelPoints& each : panels) answer.cases.push_back(each.panel);
    const PanelPoints* chosen = panels.empty() ? nullptr : &panels.front();
    for (const PanelPoints& each : panels)
        if (each.panel.id == question.panel) chosen = &each;
    if (chosen) {
        answer.panel = chosen->panel;
        std::set<double> lengths;
        for (const RecordedPoint* each : chosen->points)
            if (is_measured(each->result.state))
                lengths.insert(each->point.parameters.real("length"));
        answer.lengths.assign(lengths.begin(), lengths.end());
        answer.length = question.length > 0      ? question.length
                        : answer.lengths.empty() ? 0
                                                 : answer.lengths.back();
        if (answer.length > 0) add_rows(record, question, *chosen, answer);
    }
    add_budgets(record, question, answer);
    add_words(record, question, answer);
    return answer;
}

}  // namespace slay
