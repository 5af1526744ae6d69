#include <cmath>

#include "exports/figure_parts.h"

namespace slay {
namespace {

struct Pair {
    double x, standard, other;
};

// Where both curves have a point.
std::vector<Pair> common_points(const Series& standard, const Series& other) {
    std::vector<Pair> out;
    std::size_t j = 0;
    for (const FigurePoint& point : standard.points) {
        while (j < other.points.size() && other.points[j].x < point.x) ++j;
        if (j < other.points.size() && other.points[j].x == point.x)
            out.push_back({point.x, point.y, other.points[j].y});
    }
    return out;
}

double on_scale(double value, bool log) {
    return log ? std::log(value) : value;
}

double off_scale(double value, bool log) {
    return log ? std::exp(value) : value;
}

}  // namespace

std::vector<Crossover> find_crossovers(const FigureData& data) {
    const Series* standard = nullptr;
    for (const Series& series : data.series)
        if (series.kind == SeriesKind::measured && series.variant == "standard" && !standard)
            standard = &series;
    std::vector<Crossover> out;
    if (!standard || standard->hidden) return out;
    for (const Series& series : data.series) {
        if (series.kind != SeriesKind::measured || &series == standard || series.hidden) continue;
        const std::vector<Pair> pairs = common_points(*standard, series);
        // The last place where the curve is not below; it has to be below from the next one on.
        std::size_t below = pairs.size();
        while (below > 0 && pairs[below - 1].other < pairs[below - 1].standard) --below;
        if (below == 0 || below == pairs.size()) continue;
        const Pair& a = pairs[below - 1];
        const Pair& b = pairs[below];
        const auto gap = [&](const Pair& p) {
            return on_scale(p.other, data.y.log) - on_scale(p.standard, data.y.log);
        };
        const double t = gap(a) / (gap(a) - gap(b));
        const auto between = [&](double from, double to, bool log) {
            const double start = on_scale(from, log);
            return off_scale(start + t * (on_scale(to, log) - start), log);
        };
        out.push_back({series.id, series.label, between(a.x, b.x, data.x.log),
                       between(a.standard, b.standard, data.y.log)});
    }
    return out;
}

}  // namespace slay
