#include "widgets/look/variant_swatch.h"

#include <QPainterPath>
#include <QPixmap>
#include <QPixmapCache>
#include <cmath>

namespace slay {
namespace {

Qt::PenStyle pen_style(const std::string& dash) {
    if (dash == "dash") return Qt::DashLine;
    if (dash == "dot") return Qt::DotLine;
    if (dash == "dash-dot") return Qt::DashDotLine;
    return Qt::SolidLine;
}

QPolygonF star(QPointF c, double r) {
    QPolygonF points;
    for (int i = 0; i < 10; ++i) {
        const double angle = -M_PI / 2 + i * M_PI / 5;
        const double radius = i % 2 == 0 ? r * 1.25 : r * 0.5;
        points << c + QPointF(radius * std::cos(angle), radius * std::sin(angle));
    }
    return points;
}

void paint_marker(QPainter& p, QPointF c, double r, const std::string& marker,
                  const QColor& colour) {
    p.setPen(QPen(colour, 1.4));
    p.setBrush(marker == "circle" ? Qt::NoBrush : QBrush(colour));
    if (marker == "square") {
        p.drawRect(QRectF(c.x() - r * 0.85, c.y() - r * 0.85, 1.7 * r, 1.7 * r));
    } else if (marker == "diamond") {
        p.drawPolygon(QPolygonF({c + QPointF(0, -1.15 * r), c + QPointF(1.15 * r, 0),
                                 c + QPointF(0, 1.15 * r), c + QPointF(-1.15 * r, 0)}));
    } else if (marker == "triangle" || marker == "triangle-down") {
        const double s = marker == "triangle" ? 1 : -1;
        p.drawPolygon(QPolygonF(
            {c + QPointF(0, -r * s), c + QPointF(r, 0.8 * r * s), c + QPointF(-r, 0.8 * r * s)}));
    } else if (marker == "star") {
        p.drawPolygon(star(c, r));
    } else if (marker == "cross" || marker == "plus") {
        const double d = marker == "cross" ? r * 0.85 : r;
        p.setPen(QPen(colour, 2));
        if (marker == "cross") {
            p.drawLine(c + QPointF(-d, -d), c + QPointF(d, d));
            p.drawLine(c + QPointF(-d, d), c + QPointF(d, -d));
        } else {
            p.drawLine(c + QPointF(-d, 0), c + QPointF(d, 0));
            p.drawLine(c + QPointF(0, -d), c + QPointF(0, d));
        }
    } else {  // disc, circle
        p.drawEllipse(c, r, r);
    }
}

}  // namespace

void paint_swatch(QPainter& painter, const QRectF& rect, const VariantStyle& style,
                  const QColor& colour) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const double r = rect.height() * 0.28;
    painter.setPen(QPen(colour, 1.6, pen_style(style.dash), Qt::FlatCap));
    const double y = rect.center().y();
    painter.drawLine(QPointF(rect.left(), y), QPointF(rect.center().x() - r - 1, y));
    painter.drawLine(QPointF(rect.center().x() + r + 1, y), QPointF(rect.right(), y));
    paint_marker(painter, rect.center(), r, style.marker, colour);
    painter.restore();
}

QIcon swatch_icon(const VariantStyle& style, const QColor& colour) {
    // A table asks anew for each row it paints, and Qt keeps what it scaled of each new pixmap.
    const QString key = "slay/swatch/" + QString::fromStdString(style.marker + '/' + style.dash) +
                        colour.name(QColor::HexArgb);
    QPixmap pixmap;
    if (QPixmapCache::find(key, &pixmap)) return QIcon(pixmap);
    constexpr int scale = 3;
    pixmap = QPixmap(26 * scale, 14 * scale);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.scale(scale, scale);
    paint_swatch(painter, QRectF(0, 0, 26, 14), style, colour);
    painter.end();
    QPixmapCache::insert(key, pixmap);
    return QIcon(pixmap);
}

}  // namespace slay
