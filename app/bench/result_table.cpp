#include "app/bench/result_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "app/bench/point_names.h"
#include "app/bench/text_table.h"
#include "engine/core/experiment_info.h"
#include "engine/core/statistics.h"
#include "engine/core/units.h"

namespace slay::bench {
namespace {

struct Cell {
    std::vector<double> values;  // of points that differ in the seed only
    PointState state = PointState::pending;
    bool bound = false;  // the figure is one from below: no upper end was met

    std::string text(int digits) const {
        if (!values.empty()) return (bound ? ">= " : "") + format_number(mean(values), digits);
        return is_final(state) ? std::string(to_string(state)) : "-";
    }
};

// One table: the points under one set of conditions.
struct Panel {
    std::vector<std::string> columns, rows;                    // in the plan's order
    std::map<std::string, std::map<std::string, Cell>> cells;  // row -> column
};

// Where a point's figure stands.
struct Place {
    std::string heading, row, column;
};

void append_once(std::vector<std::string>& list, const std::string& item) {
    if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
}

// What runs across the table: a scale, a length, or else the first parameter that varies.
std::string leading_axis(const std::vector<std::string>& told) {
    for (const std::string& id : told) {
        if (id != "seed" && id != "pass" && id != "dtype" && id != "inputs") return id;
    }
    return {};
}

Place place_of(const Point& point, const PointNames& names) {
    const std::vector<std::string>& told = names.told(point);
    const std::string axis = leading_axis(told);
    Place place{{}, point.variant, "value"};
    std::vector<std::string> conditions;
    for (const std::string& id : told) {
        const ParameterValue* value = point.parameters.find(id);
        if (value == nullptr || id == "seed") continue;
        const std::string text = parameter_text(id, *value);
        if (id == axis) {
            place.column = text;
        } else if (is_shared_parameter(id)) {
            conditions.push_back(text);
        } else {
            place.row.append(" ").append(text);
        }
    }
    place.heading = fmt::format("{}", fmt::join(conditions, ", "));
    return place;
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

std::string table_text(const Panel& panel, int digits) {
    TextTable table;
    table.add_column("variant");
    for (const std::string& column : panel.columns) table.add_column(column, Align::right);
    for (const std::string& row : panel.rows) {
        std::vector<std::string> line{row};
        const auto& cells = panel.cells.at(row);
        for (const std::string& column : panel.columns) {
            const auto cell = cells.find(column);
            line.push_back(cell == cells.end() ? "" : cell->second.text(digits));
        }
        table.add_row(std::move(line));
    }
    return table.to_text("  ");
}

constexpr std::size_t most_points = 400;  // more are read in the table's files

bool nothing_is_final(const RunRecord& record, const std::string& experiment) {
    return std::none_of(record.points().begin(), record.points().end(), [&](const auto& recorded) {
        return recorded.point.experiment == experiment && is_final(recorded.result.state);
    });
}

}  // namespace

std::string result_tables(const RunRecord& record, const std::string& experiment,
                          const PointNames& names) {
    const ExperimentInfo* info = find_experiment(experiment);
    if (info == nullptr || info->metrics.empty()) return {};
    const std::string& metric_id = info->metrics.front();
    const MetricInfo* metric = find_metric(metric_id);
    if (metric == nullptr || nothing_is_final(record, experiment)) return {};

    std::vector<std::string> headings;
    std::map<std::string, Panel> panels;
    const auto count = static_cast<std::size_t>(std::count_if(
        record.points().begin(), record.points().end(),
        [&](const auto& recorded) { return recorded.point.experiment == experiment; }));
    if (count > most_points) {
        return fmt::format("{}: {} points, see the tables\n\n", info->title,
                           format_count(static_cast<double>(count)));
    }
    for (const RecordedPoint& recorded : record.points()) {
        if (recorded.point.experiment != experiment) continue;
        const Place place = place_of(recorded.point, names);
        append_once(headings, place.heading);
        Panel& panel = panels[place.heading];
        append_once(panel.columns, place.column);
        append_once(panel.rows, place.row);
        Cell& cell = panel.cells[place.row][place.column];
        cell.state = recorded.result.state;
        const Metrics metrics = metrics_of(record, recorded);
        const auto value = metrics.find(metric_id);
        if (is_measured(cell.state) && value != metrics.end()) {
            cell.values.push_back(value->second.value);
            cell.bound = cell.bound || (value->second.low && !value->second.high);
        }
    }
    std::string text;
    for (const std::string& heading : headings) {
        Panel& panel = panels[heading];
        sort_columns(panel.columns);
        text += fmt::format("{}: {}", info->title, metric->heading);
        if (!metric->unit.empty()) text += fmt::format(" ({})", metric->unit);
        if (!heading.empty()) text.append(", ").append(heading);
        text += "\n" + table_text(panel, metric->digits) + "\n";
    }
    return text;
}

}  // namespace slay::bench
