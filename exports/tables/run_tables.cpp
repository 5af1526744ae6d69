#include "exports/tables/run_tables.h"

#include <algorithm>
#include <set>

#include "engine/core/units.h"
#include "exports/csv.h"
#include "exports/latex_text.h"
#include "exports/panels.h"
#include "exports/tables/latex_table.h"

namespace slay {
namespace {

const FigureSpec& spec_of(const std::string& experiment) {
    const auto& rows = figure_table();
    return *std::find_if(rows.begin(), rows.end(),
                         [&](const FigureSpec& each) { return each.experiment == experiment; });
}

}  // namespace

std::vector<RunTable> tables_of(const RunRecord& record) {
    std::vector<RunTable> out;
    for (const FigureSpec& spec : figure_table()) {
        const auto points = points_of(record, spec.experiment);
        if (points.empty()) continue;
        std::string id = spec.id;
        // The paper's ablation: budgets and shapes that move together as scales.
        if (spec.experiment == "kernel-quality" &&
            std::any_of(points.begin(), points.end(), [](const RecordedPoint* each) {
                return each->point.parameters.has("scale");
            }))
            id = "poly_ablation_sweep";
        if (!spec.x_metrics.empty()) id = "feature_budget";
        out.push_back({id, spec.experiment, spec.metric});
    }
    return out;
}

std::string table_file(const RunRecord& record, const RunTable& which) {
    const FigureSpec& spec = spec_of(which.experiment);
    const bool trade_offs = !spec.x_metrics.empty();
    const Table table = trade_offs ? budget_table(record, which.id, spec)
                        : which.experiment == "kernel-quality"
                            ? quality_table(record, which.id, spec)
                        : which.experiment == "tasks" ? task_table(record, spec)
                                                      : scaling_table(record, spec);
    const Provenance& from = record.provenance();
    const std::string about = clean_text(
        "SLAY Workbench " + from.program_version + ", run " + record.run() + ", " + from.started,
        200);
    std::string line;
    for (const char c : about) line += c == '\n' ? ' ' : c;
    return latex_preamble(line) + (trade_offs ? budget_preamble() : "") + latex_table(table);
}

std::string points_csv(const RunRecord& record, const std::string& experiment) {
    const auto points = points_of(record, experiment);
    std::set<std::string> parameters, metrics;
    std::vector<Metrics> values;
    for (const RecordedPoint* each : points) {
        for (const auto& [id, value] : each->point.parameters) parameters.insert(id);
        values.push_back(metrics_of(record, *each));
        for (const auto& [id, value] : values.back()) metrics.insert(id);
    }
    std::vector<std::string> ordered;  // the metric table's order, then what it does not know
    for (const MetricInfo& row : metric_table())
        if (metrics.erase(row.id) > 0) ordered.push_back(row.id);
    ordered.insert(ordered.end(), metrics.begin(), metrics.end());

    std::vector<std::string> head{"point", "experiment", "variant", "state", "reason"};
    for (const std::string& id : parameters) head.push_back(csv_text(id));
    for (const std::string& id : ordered)
        for (const char* part : {"", "_low", "_high", "_count"})
            head.push_back(csv_text(id + part));
    std::string out = csv_line(head);
    for (std::size_t i = 0; i < points.size(); ++i) {
        const RecordedPoint& each = *points[i];
        std::vector<std::string> cells{
            csv_text(each.point.id), csv_text(each.point.experiment), csv_text(each.point.variant),
            std::string(to_string(each.result.state)), csv_text(each.result.reason)};
        for (const std::string& id : parameters) {
            const ParameterValue* value = each.point.parameters.find(id);
            const bool text = value && std::holds_alternative<std::string>(*value);
            cells.push_back(!value ? "" : text ? csv_text(to_text(*value)) : to_text(*value));
        }
        for (const std::string& id : ordered) {
            const auto found = values[i].find(id);
            if (found == values[i].end()) {
                cells.insert(cells.end(), 4, "");
                continue;
            }
            const MetricValue& value = found->second;
            cells.push_back(csv_number(value.value));
            cells.push_back(value.low ? csv_number(*value.low) : "");
            cells.push_back(value.high ? csv_number(*value.high) : "");
            cells.push_back(std::to_string(value.count));
        }
        out += csv_line(cells);
    }
    return out;
}

}  // namespace slay
