#include "exports/paper/slope_place.h"

#include <algorithm>
#include <cmath>

#include "exports/axis_scale.h"

namespace slay {
namespace {

struct Spot {
    double x = 0, y = 0;  // points from the lower left corner
};

double distance(Spot a, Spot b) {
    return std::hypot(a.x - b.x, a.y - b.y);
}

Spot between(Spot a, Spot b, double share) {
    return {a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share};
}

}  // namespace

std::vector<PlacedSlope> place_slopes(const FigureData& data, double width, double height) {
    std::vector<PlacedSlope> out;
    if (!data.x.log || !data.y.log || data.slopes.empty() || data.empty()) return out;
    const AxisRange x = x_range(data), y = y_range(data);
    const double per_x = width / std::log(x.high / x.low),
                 per_y = height / std::log(y.high / y.low);
    const auto spot = [&](double at_x, double at_y) -> Spot {
        return {per_x * std::log(at_x / x.low), per_y * std::log(at_y / y.low)};
    };
    std::vector<Spot> taken;
    for (const Series& series : data.series) {
        if (series.hidden) continue;
        for (std::size_t i = 0; i < series.points.size(); ++i) {
            const Spot here = spot(series.points[i].x, series.points[i].y);
            taken.push_back(here);
            if (i + 1 == series.points.size() || series.points.size() > 60) continue;
            const Spot next = spot(series.points[i + 1].x, series.points[i + 1].y);
            for (int k = 1; k < 6; ++k) taken.push_back(between(here, next, k / 6.0));
        }
    }
    constexpr int steps = 16;
    constexpr double margin = 4, enough = 30;
    for (const ReferenceSlope& slope : data.slopes) {
        const double rise = slope.exponent * per_y / per_x;
        const double run = std::min(width * 0.26, height * 0.34 / rise);
        double best = -1;
        Spot from, to;
        for (int i = 1; i < steps; ++i) {
            for (int j = 1; j < steps; ++j) {
                const Spot middle{width * i / steps, height * j / steps};
                const Spot a{middle.x - run / 2, middle.y - run * rise / 2};
                const Spot b{middle.x + run / 2, middle.y + run * rise / 2};
                const Spot label{b.x + 7, b.y};
                if (a.x < margin || a.y < margin || label.x + 7 > width || b.y + 6 > height)
                    continue;
                double room = enough;  // near the curves it helps more than in a far corner
                for (const Spot& each : taken) {
                    for (int k = 0; k <= 4; ++k)
                        room = std::min(room, distance(each, between(a, b, k / 4.0)));
                    room = std::min(room, distance(each, label) - 4);
                }
                if (room > best + 1e-6) {
                    best = room;
                    from = a;
                    to = b;
                }
            }
        }
        if (best < 0) continue;
        const auto back = [&](Spot at) {
            return std::pair(x.low * std::exp(at.x / per_x), y.low * std::exp(at.y / per_y));
        };
        const auto [x0, y0] = back(from);
        const auto [x1, y1] = back(to);
        out.push_back({x0, y0, x1, y1, slope.label});
        for (int k = 0; k <= 8; ++k) taken.push_back(between(from, to, k / 8.0));
        taken.push_back({to.x + 7, to.y});
    }
    return out;
}

}  // namespace slay
