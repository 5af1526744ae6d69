#include "exports/figures/figure_marks.h"

#include <QFontMetricsF>
#include <algorithm>
#include <cmath>
#include <map>

#include "exports/figures/series_style.h"

namespace slay {
namespace {

double distance(QPointF a, QPointF b) {
    return std::hypot(a.x() - b.x(), a.y() - b.y());
}

bool is_drawn(const Series& series) {
    return !series.hidden && !series.points.empty();
}

}  // namespace

FigureMarks::FigureMarks(QCustomPlot* plot) : QCPAbstractItem(plot) {
    setSelectable(false);
    setClipToAxisRect(false);
    setLayer(QStringLiteral("main"));
}

void FigureMarks::set_figure(const FigureData* data, const FigureTheme& theme) {
    data_ = data;
    theme_ = theme;
}

double FigureMarks::selectTest(const QPointF&, bool, QVariant*) const {
    return -1;
}

QCPScatterStyle FigureMarks::crossover_marker(const FigureTheme& theme) {
    return {QCPScatterStyle::ssCircle, QPen(theme.text, theme.axis_width), Qt::NoBrush,
            theme.marker_size * 1.4};
}

QCPScatterStyle FigureMarks::failure_marker(const FigureTheme& theme, const QColor& colour) {
    return {QCPScatterStyle::ssCross, QPen(colour, theme.curve_width * 0.9), Qt::NoBrush,
            theme.marker_size * 0.9};
}

QPointF FigureMarks::pixel(double x, double y) const {
    return {mParentPlot->xAxis->coordToPixel(x), mParentPlot->yAxis->coordToPixel(y)};
}

void FigureMarks::draw(QCPPainter* painter) {
    if (!data_) return;
    painter->save();
    painter->setAntialiasing(true);
    const QRect box = mParentPlot->axisRect()->rect();
    painter->setClipRect(box.adjusted(0, -qRound(theme_.marker_size), 1, 1));
    draw_slopes(painter);
    draw_failures(painter);
    draw_in_flight(painter);
    draw_crossovers(painter);
    painter->restore();
}

void FigureMarks::draw_failures(QCPPainter* painter) {
    // At the top edge, one below the other where several fail at one place; of each curve the
    // first failure only, because longer ones fail too.
    const QRect box = mParentPlot->axisRect()->rect();
    std::map<double, int> stacked;
    for (const Series& series : data_->series) {
        if (series.hidden || series.kind != SeriesKind::measured) continue;
        for (const UndrawnPoint& point : series.undrawn) {
            if (point.state == PointState::running) continue;
            const double x = mParentPlot->xAxis->coordToPixel(point.x);
            if (x < box.left() - 1 || x > box.right() + 1) continue;
            const int level = stacked[point.x]++;
            const double y = box.top() + (0.9 + 1.35 * level) * theme_.marker_size;
            const QCPScatterStyle mark =
                failure_marker(theme_, series_colour(series, theme_, Emphasis::normal));
            mark.applyTo(painter, mark.pen());
            mark.drawShape(painter, QPointF(x, y));
            if (data_->x.categories.empty()) break;
        }
    }
}

// A point being measured has no value yet: a pointer on the axis says at which length its curve is.
void FigureMarks::draw_in_flight(QCPPainter* painter) {
    if (theme_.paper) return;
    const QRect box = mParentPlot->axisRect()->rect();
    const double half = theme_.marker_size * 0.7;
    for (const Series& series : data_->series) {
        if (series.hidden || series.kind != SeriesKind::measured) continue;
        for (const UndrawnPoint& point : series.undrawn) {
            if (point.state != PointState::running) continue;
            const double x = mParentPlot->xAxis->coordToPixel(point.x);
            if (x < box.left() || x > box.right()) continue;
            const double y = box.bottom();
            painter->setPen(Qt::NoPen);
            painter->setBrush(series_colour(series, theme_, Emphasis::normal));
            painter->drawPolygon(
                QPolygonF({QPointF(x - half, y), QPointF(x + half, y), QPointF(x, y - 2 * half)}));
        }
    }
}

void FigureMarks::draw_crossovers(QCPPainter* painter) {
    const QCPScatterStyle ring = crossover_marker(theme_);
    for (const Crossover& crossover : data_->crossovers) {
        ring.applyTo(painter, ring.pen());
        ring.drawShape(painter, pixel(crossover.x, crossover.y));
    }
}

std::vector<QPointF> FigureMarks::occupied() const {
    std::vector<QPointF> out;
    for (const Series& series : data_->series) {
        if (!is_drawn(series)) continue;
        for (std::size_t i = 0; i < series.points.size(); ++i) {
            const QPointF here = pixel(series.points[i].x, series.points[i].y);
            out.push_back(here);
            if (i + 1 == series.points.size()) break;
            const QPointF next = pixel(series.points[i + 1].x, series.points[i + 1].y);
            const double length = distance(here, next);
            const int pieces = std::clamp(static_cast<int>(length / (6 * theme_.unit)), 1, 40);
            for (int k = 1; k < pieces; ++k)
                out.push_back(here + (next - here) * (static_cast<double>(k) / pieces));
        }
    }
    return out;
}

// Each slope where it is farthest from the curves and from the slopes placed before.
std::vector<FigureMarks::Segment> FigureMarks::place_slopes(const QRectF& box,
                                                            QSizeF label_size) const {
    std::vector<Segment> out;
    std::vector<QPointF> taken = occupied();
    if (taken.size() > 400) {  // a denser outline would only cost time
        std::vector<QPointF> thinner;
        for (const QPointF& point : taken)
            if (thinner.empty() || distance(thinner.back(), point) > 5 * theme_.unit)
                thinner.push_back(point);
        taken = std::move(thinner);
    }
    // Pixels per factor e, on each axis.
    const double per_x = box.width() / std::log(placed_x_.upper / placed_x_.lower);
    const double per_y = box.height() / std::log(placed_y_.upper / placed_y_.lower);
    constexpr int steps = 16;
    for (const ReferenceSlope& slope : data_->slopes) {
        const double rise = slope.exponent * per_y / per_x;  // pixels up for one to the right
        const double run = std::min(box.width() * 0.26, box.height() * 0.34 / rise);
        const QPointF half(run / 2, -run * rise / 2);
        // The label stands at the upper end, on the side where the line is not.
        const QPointF to_label(label_size.width() * 0.5 + 2 * theme_.unit,
                               label_size.height() * 0.2);
        Segment best;
        double best_room = -1;
        for (int i = 1; i < steps; ++i) {
            for (int j = 1; j < steps; ++j) {
                const QPointF middle(box.left() + box.width() * i / steps,
                                     box.top() + box.height() * j / steps);
                Segment candidate{
                    middle - half, middle + half, QString::fromStdString(slope.label), {}};
                candidate.label_at = candidate.to + to_label;
                const QRectF label(candidate.label_at.x() - label_size.width() / 2,
                                   candidate.label_at.y() - label_size.height() / 2,
                                   label_size.width(), label_size.height());
                const double margin = 4 * theme_.unit;
                const QRectF inner = box.adjusted(margin, margin, -margin, -margin);
                if (!inner.contains(candidate.from) || !inner.contains(candidate.to) ||
                    !inner.contains(label))
                    continue;
                double room = 1e9;
                for (const QPointF& point : taken) {
                    if (room <= best_room) break;  // no better any more
                    for (int k = 0; k <= 4; ++k)
                        room = std::min(
                            room, distance(point, candidate.from +
                                                      (candidate.to - candidate.from) * (k / 4.0)));
                    room =
                        std::min(room, distance(point, label.center()) - label_size.height() / 2);
                }
                // Near the curves it helps more than in a far corner.
                room = std::min(room, 30 * theme_.unit);
                if (room > best_room + 1e-6) {
                    best_room = room;
                    best = candidate;
                }
            }
        }
        if (best_room < 0) continue;
        out.push_back(best);
        for (int k = 0; k <= 8; ++k) taken.push_back(best.from + (best.to - best.from) * (k / 8.0));
        taken.push_back(best.label_at);
    }
    return out;
}

void FigureMarks::draw_slopes(QCPPainter* painter) {
    if (!data_->x.log || !data_->y.log || data_->slopes.empty() || data_->empty()) return;
    const QRect box = mParentPlot->axisRect()->rect();
    const QFontMetricsF metrics(theme_.tick_font);
    const QCPRange x = mParentPlot->xAxis->range(), y = mParentPlot->yAxis->range();
    if (segments_.empty() || x != placed_x_ || y != placed_y_ || box != placed_box_ ||
        placed_slopes_ != data_->slopes.size()) {
        placed_x_ = x;
        placed_y_ = y;
        placed_box_ = box;
        placed_slopes_ = data_->slopes.size();
        segments_ = place_slopes(
            box, {metrics.horizontalAdvance(QStringLiteral("L\u00b2")), metrics.ascent()});
    }
    QPen pen(theme_.muted, theme_.axis_width);
    pen.setCapStyle(Qt::FlatCap);
    painter->setFont(theme_.tick_font);
    painter->setBrush(Qt::NoBrush);
    for (const Segment& segment : segments_) {
        painter->setPen(pen);
        painter->drawLine(QLineF(segment.from, segment.to));
        painter->setPen(QPen(theme_.muted));
        const QSizeF room(metrics.height() * 4, metrics.height());
        painter->drawText(QRectF(segment.label_at - QPointF(room.width(), room.height()) / 2, room),
                          Qt::AlignCenter | Qt::TextDontClip, segment.label);
    }
}

}  // namespace slay
