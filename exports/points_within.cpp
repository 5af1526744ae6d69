#include "exports/points_within.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "exports/axis_scale.h"

namespace slay {

double height_share(const FigureData& data, double y) {
    const AxisRange range = y_range(data);
    return data.y.log ? std::log(y / range.low) / std::log(range.high / range.low)
                      : (y - range.low) / (range.high - range.low);
}

std::vector<FigurePoint> points_within(const FigureData& data, const Series& series, double lowest,
                                       double highest) {
    const FigureAxis& axis = data.y;
    const AxisRange range = y_range(data);
    const auto share = [&](double y) { return height_share(data, y); };
    const auto value = [&](double at) {
        return axis.log ? range.low * std::pow(range.high / range.low, at)
                        : range.low + (range.high - range.low) * at;
    };
    const auto side = [&](const FigurePoint& point) {
        const double at = share(point.y);
        return at < lowest ? -1 : at > highest ? 1 : 0;
    };
    const bool line = !series.dots && series.join == Join::line;
    std::vector<FigurePoint> out;
    for (std::size_t i = 0; i < series.points.size(); ++i) {
        FigurePoint point = series.points[i];
        const int here = side(point);
        if (line && i > 0 && here != side(series.points[i - 1])) {
            const FigurePoint& before = series.points[i - 1];
            const double from = share(before.y), to = share(point.y);
            for (const double edge :
                 from < to ? std::array{lowest, highest} : std::array{highest, lowest}) {
                const double part = (edge - from) / (to - from);
                if (part <= 0 || part >= 1) continue;
                FigurePoint crossing;
                crossing.x = data.x.log ? before.x * std::pow(point.x / before.x, part)
                                        : before.x + (point.x - before.x) * part;
                crossing.y = value(edge);
                out.push_back(crossing);
            }
        }
        const auto held = [&](double y) {
            if (axis.log && !(y > 0)) return value(lowest);
            return value(std::clamp(share(y), lowest, highest));
        };
        if (here != 0) {
            if (line || series.join == Join::none || series.dots) continue;
            point.y = held(point.y);  // a step's level
        }
        if (point.low) point.low = held(*point.low);
        if (point.high) point.high = held(*point.high);
        out.push_back(std::move(point));
    }
    return out;
}

}  // namespace slay
