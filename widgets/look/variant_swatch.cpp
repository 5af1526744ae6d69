#include "widgets/look/variant_swatch.h"

#include <qcustomplot.h>

#include <QPixmap>
#include <QPixmapCache>

#include "exports/figures/series_style.h"
#include "widgets/look/theme.h"

namespace slay {
namespace {

constexpr double line_width = 1.6;
constexpr double marker_share = 0.56;  // of the height

// By the functions that draw the curves, so that a swatch cannot look otherwise.
QPixmap drawn(const QSizeF& size, double scale, const VariantStyle& style, const QColor& colour) {
    QPixmap pixmap(qCeil(size.width() * scale), qCeil(size.height() * scale));
    pixmap.setDevicePixelRatio(scale);
    pixmap.fill(Qt::transparent);
    QCPPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    QPen pen(colour, line_width);
    pen.setCapStyle(Qt::FlatCap);
    if (const QVector<qreal> dashes = dash_pattern(style.dash); !dashes.isEmpty())
        pen.setDashPattern(dashes);
    painter.setPen(pen);
    const double y = size.height() / 2;
    painter.drawLine(QLineF(0, y, size.width(), y));
    const QCPScatterStyle mark =
        marker(style, colour, tones().surface, size.height() * marker_share, 1.3);
    mark.applyTo(&painter, painter.pen());
    mark.drawShape(&painter, QPointF(size.width() / 2, y));
    painter.end();
    return pixmap;
}

}  // namespace

void paint_swatch(QPainter& painter, const QRectF& rect, const VariantStyle& style,
                  const QColor& colour) {
    const double scale = painter.device() ? painter.device()->devicePixelRatioF() : 1;
    painter.drawPixmap(rect.topLeft(), drawn(rect.size(), scale, style, colour));
}

QIcon swatch_icon(const VariantStyle& style, const QColor& colour) {
    // A table asks anew for each row it paints, and Qt keeps what it scaled of each new pixmap.
    const QString key = "slay/swatch/" + QString::fromStdString(style.marker + '/' + style.dash) +
                        colour.name(QColor::HexArgb);
    QPixmap pixmap;
    if (QPixmapCache::find(key, &pixmap)) return QIcon(pixmap);
    pixmap = drawn(QSizeF(26, 14), 3, style, colour);
    QPixmapCache::insert(key, pixmap);
    return QIcon(pixmap);
}

}  // namespace slay
