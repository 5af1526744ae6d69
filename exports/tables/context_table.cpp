// Maximum context: one row a variant, a group of rows for each panel.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "engine/core/units.h"
#include "exports/latex_text.h"
#include "exports/panels.h"
#include "exports/tables/run_tables.h"
#include "exports/tables/table_notes.h"

namespace slay {
namespace {

using Points = std::vector<const RecordedPoint*>;

TableCell whole_cell(double value) {
    Rounded number;
    number.text = fmt::format("{:.0f}", value);
    number.integers = static_cast<int>(number.text.size());
    return TableCell::of(number);
}

// 262144 -> "262{,}144"
std::string latex_count(double value) {
    std::string out;
    for (const char c : format_count(value))
        out += c == ',' ? std::string("{,}") : std::string(1, c);
    return out;
}

// A length that a longer one may follow: no length above it was seen to fail.
bool is_open(const MetricValue& value) {
    return value.low && !value.high;
}

struct Build {
    const RunRecord& record;
    NoteCollector notes;
    ReadingHelp help;
    bool any_open = false;

    // The points of a table have no x: each row is one point, or one for each seed.
    TableRow row(const Curve& curve, const CurveStep& step, std::vector<RankedCell>& within) {
        TableRow out;
        out.cells.reserve(5);
        out.cells.push_back(TableCell::text_of(latex_label(curve)));
        const StepValue longest = step_value(record, step, "max_length");
        if (!longest.value) {
            out.cells.push_back(notes.cell(curve, longest));
            out.cells.resize(5);
            return out;
        }
        const bool open = is_open(*longest.value);
        any_open = any_open || open;
        out.cells.push_back(
            open ? TableCell::text_of("$\\ge$\\," + latex_count(longest.value->value))
                 : whole_cell(longest.value->value));
        for (const char* id : {"peak_absolute_mb", "max_length_ms"}) {
            const StepValue value = step_value(record, step, id);
            out.cells.push_back(value.value ? TableCell::of(round_for_table(
                                                  *value.value, metric_info(record, id).digits))
                                            : TableCell{});
        }
        const StepValue bearable = step_value(record, step, "patience_length");
        out.cells.push_back(bearable.value ? whole_cell(bearable.value->value)
                                           : TableCell::text_of("--"));
        if (bearable.value) within.push_back({&out.cells.back(), *bearable.value});
        help.pooled = help.pooled || step.points.size() > 1;
        return out;
    }

    TableGroup group(const PanelPoints& panel) {
        TableGroup out{latex_escape(panel.panel.label, 120), {}};
        const std::vector<Curve> curves = curves_of(record, panel.points, "width");
        std::vector<RankedCell> within;
        std::size_t count = 0;
        for (const Curve& curve : curves) count += curve.steps.size();
        out.rows.reserve(count);  // the ranking holds addresses of cells
        for (const Curve& curve : curves)
            for (const CurveStep& step : curve.steps) out.rows.push_back(row(curve, step, within));
        help.marks = help.marks || within.size() > 1;
        mark_best(std::move(within), Better::higher);
        return out;
    }
};

// "80 GB": what all points could take, or the range of it.
std::string limit_text(const RunRecord& record, const Points& points) {
    std::set<std::string> limits;
    for (const RecordedPoint* each : points)
        if (const auto value = metric_value(record, *each, "limit_mb"))
            limits.insert(format_bytes(value->value * 1e6));
    if (limits.empty()) return format_bytes(record.spec().measurement.memory_budget_gb * 1e9);
    return limits.size() == 1 ? *limits.begin() : *limits.begin() + " to " + *limits.rbegin();
}

}  // namespace

Table context_table(const RunRecord& record) {
    const Points points = points_of(record, "max-context");
    Build build{record, {}, {}};
    Table table;
    table.id = "max_context";
    const std::string patience = format_duration(record.spec().measurement.patience_seconds);
    table.columns = {{"Variant", false, ""},
                     {"$L$ in memory", true, "", true},
                     {"MB there", true, ""},
                     {"ms there", true, ""},
                     {"$L$ within " + latex_escape(patience, 40), true, "", true}};
    for (const PanelPoints& panel : split_panels(points, "width"))
        table.groups.push_back(build.group(panel));
    table.notes = build.notes.notes();
    table.caption = fmt::format(
        "Longest sequence of which one pass without gradients fits into {} ({}), to 1\\,\\%, what "
        "it takes there with its inputs and weights, and the longest whose pass also takes no "
        "longer than {}.",
        latex_escape(limit_text(record, points), 60), latex_setting(record, points, ""),
        latex_escape(patience, 40));
    if (build.any_open)
        table.caption += fmt::format(
            " $\\ge$: a longer one was not tried, because a pass was expected to take over {}.",
            latex_escape(format_duration(record.spec().measurement.pass_seconds), 40));
    table.caption += latex_reading(build.help);
    return table;
}

}  // namespace slay
