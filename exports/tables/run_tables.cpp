#include "exports/tables/run_tables.h"

#include <algorithm>
#include <array>
#include <set>

#include "engine/core/units.h"
#include "exports/csv.h"
#include "exports/findings/report.h"
#include "exports/latex_text.h"
#include "exports/panels.h"

namespace slay {
namespace {

const FigureSpec& spec_of(const std::string& experiment) {
    const auto& rows = figure_table();
    return *std::find_if(rows.begin(), rows.end(),
                         [&](const FigureSpec& each) { return each.experiment == experiment; });
}

// The table of each experiment, in the order of files.
struct TableWriter {
    const char* experiment;
    const char* id;      // stem of its file
    const char* metric;  // the leading one
    Table (*write)(const RunRecord& record, const RunTable& which);
};

Table write_scaling(const RunRecord& record, const RunTable& which) {
    return scaling_table(record, spec_of(which.experiment));
}
Table write_quality(const RunRecord& record, const RunTable& which) {
    return quality_table(record, which.id, spec_of(which.experiment));
}
Table write_budget(const RunRecord& record, const RunTable& which) {
    return budget_table(record, which.id, spec_of(which.experiment));
}
Table write_training(const RunRecord& record, const RunTable& which) {
    return training_table(record, which.id, spec_of(which.experiment));
}
Table write_tasks(const RunRecord& record, const RunTable& which) {
    return task_table(record, spec_of(which.experiment));
}
Table write_context(const RunRecord& record, const RunTable&) {
    return context_table(record);
}

constexpr std::array table_writers{
    TableWriter{"latency", "latency_scaling", "latency_ms", write_scaling},
    TableWriter{"memory", "memory_scaling", "peak_mb", write_scaling},
    TableWriter{"kernel-quality", "kernel_quality", "relative_l2", write_quality},
    TableWriter{"feature-budget", "feature_budget", "relative_l2", write_budget},
    TableWriter{"training", "e2e_training", "perplexity", write_training},
    TableWriter{"tasks", "task_performance", "accuracy", write_tasks},
    TableWriter{"max-context", "max_context", "max_length", write_context},
};

}  // namespace

std::vector<RunTable> tables_of(const RunRecord& record) {
    std::vector<RunTable> out;
    for (const TableWriter& spec : table_writers) {
        const auto points = points_of(record, spec.experiment);
        if (points.empty()) continue;
        std::string id = spec.id;
        // The paper's ablation: budgets and shapes that move together as scales.
        if (id == "kernel_quality" &&
            std::any_of(points.begin(), points.end(), [](const RecordedPoint* each) {
                return each->point.parameters.has("scale");
            }))
            id = "poly_ablation_sweep";
        out.push_back({id, spec.experiment, spec.metric});
    }
    return out;
}

Table run_table(const RunRecord& record, const RunTable& which) {
    const auto writer =
        std::find_if(table_writers.begin(), table_writers.end(),
                     [&](const TableWriter& each) { return each.experiment == which.experiment; });
    return writer->write(record, which);
}

std::string table_text(const RunRecord& record, const Table& table, const PageFormat& page) {
    const Provenance& from = record.provenance();
    const std::string about = clean_text(
        "SLAY Workbench " + from.program_version + ", run " + record.run() + ", " + from.started,
        200);
    std::string line;
    for (const char c : about) line += c == '\n' ? ' ' : c;
    return latex_preamble(line) + table.macros + latex_table(table, page);
}

std::string table_file(const RunRecord& record, const RunTable& which) {
    return table_text(record, run_table(record, which));
}

std::string findings_file(const RunRecord& record, const JudgedSet& judged) {
    return table_text(record, findings_table(judged, record.provenance().device_name));
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
