#include "app/bench/result_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "app/bench/point_name.h"
#include "app/bench/text_table.h"
#include "engine/core/experiment_info.h"
#include "engine/core/statistics.h"
#include "engine/core/units.h"

namespace slay::bench {
namespace {

// Parameters that belong to one variant and not to the sweep stay out of the headings.
bool is_shared(const std::string& id) {
    const auto& shared = shared_parameters();
    return std::any_of(shared.begin(), shared.end(), [&](const auto& row) { return row.id == id; });
}

struct Cell {
    std::vector<double> values;  // of points that differ in the seed only
    PointState state = PointState::ok;
    std::string text(int digits) const {
        if (!values.empty()) return format_number(mean(values), digits);
        return std::string(to_string(state));
    }
};

struct Panel {
    std::vector<std::string> columns;  // in the plan's order
    std::vector<std::string> rows;
    std::map<std::string, std::map<std::string, Cell>> cells;  // row -> column
};

void append_once(std::vector<std::string>& list, const std::string& item) {
    if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
}

// Numbers up, whatever the order of the run; words stay as they came.
void sort_columns(std::vector<std::string>& columns) {
    const auto number = [](const std::string& text) {
        const auto equals = text.find('=');
        return equals == std::string::npos ? 0.0 : std::strtod(text.c_str() + equals + 1, nullptr);
    };
    std::stable_sort(columns.begin(), columns.end(),
                     [&](const auto& a, const auto& b) { return number(a) < number(b); });
}

// The leading axis: the length where it varies, else the first budget that does.
std::string leading_axis(const std::vector<std::string>& varying) {
    for (const std::string& id : varying) {
        if (id != "seed" && id != "device" && id != "pass" && id != "dtype") return id;
    }
    return {};
}

// "seed" and what follows from another parameter stay out of rows and headings.
bool is_told(const std::string& id, const std::string& axis) {
    return id != axis && id != "seed" && id != "head_dim";
}

std::string table_text(const Panel& panel, int digits) {
    TextTable table;
    table.add_column("variant");
    for (const std::string& column : panel.columns) table.add_column(column, Align::right);
    for (const std::string& row : panel.rows) {
        std::vector<std::string> line{row};
        for (const std::string& column : panel.columns) {
            const auto& cells = panel.cells.at(row);
            const auto cell = cells.find(column);
            line.push_back(cell == cells.end() ? "" : cell->second.text(digits));
        }
        table.add_row(std::move(line));
    }
    return table.to_text("  ");
}

}  // namespace

std::string result_tables(const RunRecord& record, const std::string& experiment) {
    const ExperimentInfo* info = find_experiment(experiment);
    if (info == nullptr || info->metrics.empty()) return {};
    const std::string& metric_id = info->metrics.front();
    const MetricInfo* metric = record.metric(metric_id);
    if (metric == nullptr) metric = find_metric(metric_id);
    if (metric == nullptr) return {};

    std::vector<Point> points;
    for (const RecordedPoint& recorded : record.points()) {
        if (recorded.point.experiment == experiment) points.push_back(recorded.point);
    }
    if (points.empty()) return {};
    const std::vector<std::string> varying = varying_parameters(points).at(experiment);
    const std::string axis = leading_axis(varying);

    std::vector<std::string> headings;
    std::map<std::string, Panel> panels;
    for (const RecordedPoint& recorded : record.points()) {
        const Point& point = recorded.point;
        if (point.experiment != experiment) continue;
        std::vector<std::string> conditions;
        std::string row = point.variant;
        for (const std::string& id : varying) {
            const ParameterValue* value = point.parameters.find(id);
            if (value == nullptr || !is_told(id, axis)) continue;
            if (is_shared(id)) {
                conditions.push_back(parameter_text(id, *value));
            } else {
                row.append(" ").append(parameter_text(id, *value));
            }
        }
        const std::string heading = fmt::format("{}", fmt::join(conditions, ", "));
        const ParameterValue* across = point.parameters.find(axis);
        const std::string column = across != nullptr ? parameter_text(axis, *across) : "value";
        append_once(headings, heading);
        Panel& panel = panels[heading];
        append_once(panel.columns, column);
        append_once(panel.rows, row);
        Cell& cell = panel.cells[row][column];
        cell.state = recorded.result.state;
        const Metrics metrics = metrics_of(record, recorded);
        const auto value = metrics.find(metric_id);
        if (is_measured(cell.state) && value != metrics.end()) {
            cell.values.push_back(value->second.value);
        }
    }
    std::string text;
    for (const std::string& heading : headings) {
        Panel& panel = panels[heading];
        sort_columns(panel.columns);
        text += fmt::format("{}: {}", info->title, metric->heading);
        if (!metric->unit.empty()) text += fmt::format(" ({})", metric->unit);
        if (!heading.empty()) text.append(", ").append(heading);
        text += "\n";
        text += table_text(panel, metric->digits) + "\n";
    }
    return text;
}

}  // namespace slay::bench
