// Kernel approximation quality: variants and budgets by metrics.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "engine/core/experiment_info.h"
#include "exports/comparable.h"
#include "exports/latex_text.h"
#include "exports/panels.h"
#include "exports/tables/budget_cells.h"
#include "exports/tables/run_tables.h"
#include "exports/tables/table_notes.h"

namespace slay {
namespace {

using Points = std::vector<const RecordedPoint*>;

constexpr std::array shown_metrics{"relative_l2", "cosine", "mse", "nonpositive_rows"};

// The median forward time of the same layer, from the latency experiment.
const RecordedPoint* latency_beside(const RunRecord& record, const RecordedPoint& point) {
    for (const RecordedPoint& each : record.points()) {
        if (each.point.experiment != "latency" || each.point.variant != point.point.variant)
            continue;
        const auto same = [&](const auto& entry) {
            const auto& [id, value] = entry;
            const ParameterValue* other = each.point.parameters.find(id);
            if (id == "seed" || id == "seeds" || id == "inputs" || id == "pass") return true;
            return !other || to_text(*other) == to_text(value);
        };
        const bool forward = each.point.parameters.text("pass", "forward") == "forward";
        const Parameters& mine = point.point.parameters;
        if (forward && std::all_of(mine.begin(), mine.end(), same)) return &each;
    }
    return nullptr;
}

struct Build {
    const RunRecord& record;
    std::vector<std::string> metrics;
    std::vector<std::string> budget;  // parameter ids with a column
    bool latency = false;
    std::vector<std::pair<const PublishedData*, std::string>> paper;  // source and metric
    NoteCollector notes;
    ReadingHelp help;

    TableRow row(const Curve& curve, const CurveStep& step,
                 std::map<std::string, std::vector<RankedCell>>& ranked) {
        TableRow out;
        const RecordedPoint& first = *step.points.front();
        out.cells.reserve(1 + budget.size() + metrics.size() + 1 + paper.size());
        out.cells.push_back(TableCell::text_of(latex_variant_label(
            curve.variant.name, curve.variant.label, curve.variant.latex_label)));
        for (const std::string& id : budget) out.cells.push_back(budget_cell(first, id));
        // Exact Yat is what the others are compared with.
        const bool compared = curve.variant.family != Family::exact_yat;
        for (const std::string& id : metrics) {
            const StepValue found = step_value(record, step, id);
            if (!found.value) {
                // A metric that this point does not report is an empty cell, not a failure.
                out.cells.push_back(is_measured(found.state) ? TableCell{}
                                                             : notes.cell(curve, found));
                continue;
            }
            const MetricInfo metric = metric_info(record, id);
            const bool count = id == "nonpositive_rows";
            out.cells.push_back(count && found.value->value == std::floor(found.value->value)
                                    ? whole_cell(found.value->value)
                                    : TableCell::of(round_for_table(*found.value, metric.digits)));
            help.intervals = help.intervals || out.cells.back().number.uncertainty > 0;
            help.pooled = help.pooled || found.value->count > 1;
            if (compared && !count) ranked[id].push_back({&out.cells.back(), *found.value});
        }
        if (latency) add_latency(out, first, compared, ranked);
        for (const auto& [source, metric] : paper) {
            const auto value =
                published_value(*source, metric, curve.variant.name, first.point.parameters);
            out.cells.push_back(value && compared
                                    ? TableCell::of(round_for_table({*value, {}, {}, 1}, 3))
                                    : TableCell{});
        }
        return out;
    }

    // The measured time of the same configuration, or an empty cell.
    void add_latency(TableRow& out, const RecordedPoint& first, bool compared,
                     std::map<std::string, std::vector<RankedCell>>& ranked) {
        const RecordedPoint* beside = latency_beside(record, first);
        const auto value = beside && is_measured(beside->result.state)
                               ? metric_value(record, *beside, "latency_ms")
                               : std::nullopt;
        if (!value) {
            out.cells.emplace_back();
            return;
        }
        out.cells.push_back(TableCell::of(round_for_table(*value, 3)));
        help.intervals = help.intervals || out.cells.back().number.uncertainty > 0;
        if (compared) ranked["latency_ms"].push_back({&out.cells.back(), *value});
        return;
    }

    // What an estimator without random features would get, one value for all rows of the group.
    void add_reference(TableGroup& group, const std::vector<Curve>& curves,
                       const std::string& metric, const std::string& label) const {
        for (const Curve& curve : curves) {
            if (!curve.variant.approximates_yat) continue;
            for (const CurveStep& step : curve.steps) {
                const StepValue found = step_value(record, step, metric);
                if (!found.value) continue;
                TableRow row;
                row.cells.resize(1 + budget.size() + metrics.size() + (latency ? 1 : 0) +
                                 paper.size());
                row.cells[0] = TableCell::text_of("\\emph{" + label + "}");
                row.cells[1 + budget.size()] = TableCell::of(round_for_table(*found.value, 3));
                group.rows.push_back(std::move(row));
                return;
            }
        }
    }

    TableGroup group(const std::string& title, const Points& points) {
        TableGroup out{title, {}};
        // No x among shared parameters is left inside a group: a curve is one budget.
        const std::vector<Curve> curves = curves_of(record, points, "length");
        std::map<std::string, std::vector<RankedCell>> ranked;
        std::size_t count = 0;
        for (const Curve& curve : curves) count += curve.steps.size();
        out.rows.reserve(count + 2);  // the ranking holds addresses of cells
        for (const Curve& curve : curves)
            for (const CurveStep& step : curve.steps) out.rows.push_back(row(curve, step, ranked));
        for (auto& [id, cells] : ranked) {
            const Better better = metric_info(record, id).better;
            help.marks = help.marks || (cells.size() > 1 && better != Better::neither);
            mark_best(std::move(cells), better);
        }
        add_reference(out, curves, "uniform_relative_l2", "Uniform weights");
        add_reference(out, curves, "quadrature_relative_l2", "Quadrature alone");
        return out;
    }
};

// A sweep of a full grid has too many rows for a page: what is left out, in words, and what stays.
struct Selection {
    Points points;
    bool best_budget = false;  // each variant at its default budget and at its best
};

std::size_t rows_of(const Points& points) {
    std::set<std::string> rows;
    for (const RecordedPoint* each : points) rows.insert(each->point.id);
    return rows.size();
}

// Of each variant and group: the budget next to the default, and the one of the smallest error.
Points default_and_best(const RunRecord& record, const Points& points, const std::string& metric) {
    std::map<std::string, Points> parts;
    for (const RecordedPoint* each : points) {
        std::string key = each->point.variant;
        for (const auto& [id, value] : each->point.parameters)
            if (std::find(budget_ids.begin(), budget_ids.end(), id) == budget_ids.end())
                key += '\n' + id + '=' + to_text(value);
        parts[key].push_back(each);
    }
    const std::vector<std::string> budgets(budget_ids.begin(), budget_ids.end());
    std::set<const RecordedPoint*> kept;
    for (const auto& [key, part] : parts) {
        for (const RecordedPoint* each : slice_along(part, budgets, "")) kept.insert(each);
        const RecordedPoint* best = nullptr;
        double smallest = 0;
        for (const RecordedPoint* each : part) {
            const auto value = metric_value(record, *each, metric);
            if (!value || !is_measured(each->result.state)) continue;
            if (!best || value->value < smallest) best = each;
            if (best == each) smallest = value->value;
        }
        if (best) kept.insert(best);
    }
    Points out;
    for (const RecordedPoint* each : points)
        if (kept.contains(each)) out.push_back(each);
    return out;
}

constexpr std::size_t most_rows = 60;

Selection select(const RunRecord& record, const FigureSpec& spec) {
    Selection out{points_of(record, spec.experiment), false};
    if (rows_of(out.points) <= most_rows) return out;
    out.points = default_and_best(record, out.points, spec.metric);
    out.best_budget = true;
    if (rows_of(out.points) <= most_rows) return out;
    out.points = slice_along(out.points, {"head_dim", "width", "batch", "length"}, "");
    return out;
}

// The shared parameters that tell groups apart.
std::vector<std::string> group_ids(const Points& points) {
    std::vector<std::string> ids{"scale"};
    for (const ParameterInfo& each : shared_parameters())
        if (each.id != "seed") ids.push_back(each.id);
    std::erase_if(ids, [&](const std::string& id) {
        std::set<std::string> values;
        for (const RecordedPoint* each : points) {
            const ParameterValue* value = each->point.parameters.find(id);
            values.insert(value ? to_text(*value) : std::string());
        }
        return values.size() < 2;
    });
    return ids;
}

}  // namespace

Table quality_table(const RunRecord& record, const std::string& id, const FigureSpec& spec) {
    const Selection selection = select(record, spec);
    const Points& points = selection.points;
    Build build{record, {}, {}, false, {}, {}, {}};
    for (const char* metric : shown_metrics)
        if (std::any_of(points.begin(), points.end(), [&](const RecordedPoint* each) {
                return each->result.metrics.contains(metric);
            }))
            build.metrics.emplace_back(metric);
    if (build.metrics.empty()) build.metrics.push_back(spec.metric);
    build.budget = budget_columns(points);
    build.latency = std::any_of(points.begin(), points.end(), [&](const RecordedPoint* each) {
        return latency_beside(record, *each) != nullptr;
    });

    for (const PublishedData* source : overlays_of(record))
        for (const std::string metric : {"relative_l2", "latency_ms"}) {
            const bool any = std::any_of(points.begin(), points.end(), [&](const auto* each) {
                return published_value(*source, metric, each->point.variant, each->point.parameters,
                                       "scale")
                    .has_value();
            });
            if (any && (metric != "latency_ms" || build.latency))
                build.paper.emplace_back(source, metric);
        }

    Table table;
    table.id = id;
    table.columns = budget_heads(record, build.budget, build.metrics);
    if (build.latency)
        table.columns.push_back({latex_heading(metric_info(record, "latency_ms")), true, ""});
    for (const auto& [source, metric] : build.paper)
        table.columns.push_back(
            {latex_heading(metric_info(record, metric)), true, latex_escape(source->label, 60)});

    const std::vector<std::string> ids = group_ids(points);
    std::vector<std::pair<std::string, Points>> groups;
    std::map<std::string, std::size_t> index;
    for (const RecordedPoint* each : points) {
        std::string title;
        for (const std::string& group_id : ids) {
            const ParameterValue* value = each->point.parameters.find(group_id);
            if (!value) continue;
            title += (title.empty() ? "" : ", ") + describe_parameter(group_id, *value);
        }
        const auto [at, fresh] = index.try_emplace(title, groups.size());
        if (fresh) groups.push_back({title, {}});
        groups[at->second].second.push_back(each);
    }
    for (const auto& [title, members] : groups)
        table.groups.push_back(build.group(latex_escape(title, 160), members));
    table.notes = build.notes.notes();
    table.caption = "Output of the layer against exact spherical Yat (" +
                    latex_setting(record, points, "") + ")." + latex_reading(build.help);
    if (selection.best_budget)
        table.caption +=
            " Each variant at the budget next to its default and at that of its smallest error";
    if (selection.best_budget) table.caption += "; all points are in the CSV file.";
    return table;
}

}  // namespace slay
