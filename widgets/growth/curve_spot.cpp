#include "widgets/growth/curve_spot.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

namespace slay {
namespace {

double distance(QPointF a, QPointF b) {
    return std::hypot(a.x() - b.x(), a.y() - b.y());
}

double distance_to_segment(QPointF at, QPointF from, QPointF to) {
    const QPointF along = to - from;
    const double length = QPointF::dotProduct(along, along);
    const double part =
        length > 0 ? std::clamp(QPointF::dotProduct(at - from, along) / length, 0.0, 1.0) : 0;
    return distance(at, from + part * along);
}

}  // namespace

std::optional<CurveSpot> curve_spot(const FigureData& figure, const QCustomPlot& plot,
                                    QPointF position, double reach) {
    const auto pixel = [&](const FigurePoint& point) {
        return QPointF(plot.xAxis->coordToPixel(point.x), plot.yAxis->coordToPixel(point.y));
    };
    std::optional<CurveSpot> found;
    double nearest = reach;
    for (const Series& series : figure.series) {
        if (series.hidden || series.kind != SeriesKind::measured || series.points.empty()) continue;
        const auto& points = series.points;
        for (std::size_t i = 0; i < points.size(); ++i) {
            const QPointF here = pixel(points[i]);
            const bool last = i + 1 == points.size();
            const double away = last ? distance(position, here)
                                     : distance_to_segment(position, here, pixel(points[i + 1]));
            if (away >= nearest) continue;
            nearest = away;
            found = CurveSpot{&series, nullptr, nullptr, nullptr};
        }
    }
    if (!found) return std::nullopt;
    const double x = plot.xAxis->pixelToCoord(position.x());
    double closest = reach;
    for (const FigurePoint& point : found->series->points) {
        if (point.x <= x) found->left = &point;
        if (point.x > x && !found->right) found->right = &point;
        const double away = distance(position, pixel(point));
        if (away >= closest) continue;
        closest = away;
        found->point = &point;
    }
    return found;
}

}  // namespace slay
