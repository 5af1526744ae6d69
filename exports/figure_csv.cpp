#include "exports/figure_csv.h"

#include <cmath>

#include "exports/csv.h"

namespace slay {
namespace {

std::string map_csv(const FigureData& data) {
    const FigureMap& map = *data.map;
    std::string out =
        csv_line({csv_text(data.y.label), csv_text(data.x.label), csv_text(map.label)});
    for (int row = 0; row < map.rows; ++row)
        for (int column = 0; column < map.columns; ++column) {
            const double value =
                map.values[static_cast<std::size_t>(row) * static_cast<std::size_t>(map.columns) +
                           static_cast<std::size_t>(column)];
            if (std::isnan(value)) continue;
            out +=
                csv_line({std::to_string(row + 1), std::to_string(column + 1), csv_number(value)});
        }
    return out;
}

}  // namespace

std::string figure_csv(const FigureData& data) {
    if (data.map) return map_csv(data);
    std::string out = csv_line(
        {"series", csv_text(data.x.label), csv_text(data.y.label), "low", "high", "samples"});
    for (const Series& series : data.series) {
        if (series.hidden) continue;
        for (const FigurePoint& point : series.points)
            out += csv_line(
                {csv_text(series.label),
                 data.x.categories.empty() ? csv_number(point.x) : csv_text(data.x.place(point.x)),
                 csv_number(point.y), point.low ? csv_number(*point.low) : "",
                 point.high ? csv_number(*point.high) : "", std::to_string(point.count)});
    }
    return out;
}

}  // namespace slay
