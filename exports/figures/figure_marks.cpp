#include "exports/figures/figure_marks.h"

#include <QFontMetricsF>
#include <algorithm>
#include <map>

#include "exports/figures/series_style.h"

namespace slay {

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

void FigureMarks::draw_slopes(QCPPainter* painter) {
    if (!data_->x.log || !data_->y.log || data_->slopes.empty() || data_->empty()) return;
    const QRect box = mParentPlot->axisRect()->rect();
    const QFontMetricsF metrics(theme_.tick_font);
    const QCPRange x = mParentPlot->xAxis->range(), y = mParentPlot->yAxis->range();
    if (slopes_.empty() || x != placed_x_ || y != placed_y_ || box != placed_box_ ||
        placed_slopes_ != data_->slopes.size()) {
        placed_x_ = x;
        placed_y_ = y;
        placed_box_ = box;
        placed_slopes_ = data_->slopes.size();
        FigureRoom room(*data_, {double(box.width()), double(box.height())}, {x.lower, x.upper},
                        {y.lower, y.upper}, theme_.unit);
        if (reserved_) room.reserve(*reserved_);
        slopes_ =
            room.slopes({metrics.horizontalAdvance(QStringLiteral("L\u00b2")), metrics.ascent()});
    }
    QPen pen(theme_.muted, theme_.axis_width);
    pen.setCapStyle(Qt::FlatCap);
    painter->setFont(theme_.tick_font);
    painter->setBrush(Qt::NoBrush);
    const auto pixel_of = [&](AreaSpot spot) {
        return QPointF(box.left() + spot.x, box.top() + spot.y);
    };
    for (const PlacedSlope& slope : slopes_) {
        painter->setPen(pen);
        painter->drawLine(QLineF(pixel_of(slope.from), pixel_of(slope.to)));
        painter->setPen(QPen(theme_.muted));
        const QSizeF room(metrics.height() * 4, metrics.height());
        const QPointF corner = pixel_of(slope.label_at) - QPointF(room.width(), room.height()) / 2;
        painter->drawText(QRectF(corner, room), Qt::AlignCenter | Qt::TextDontClip,
                          QString::fromStdString(slope.label));
    }
}

}  // namespace slay
