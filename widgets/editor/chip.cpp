#include "widgets/editor/chip.h"

#include <QPainter>

#include "widgets/look/theme.h"
#include "widgets/look/variant_swatch.h"

namespace slay {
namespace {

constexpr int side_padding = 9;
constexpr int swatch_width = 24;
constexpr int gap = 6;

}  // namespace

Chip::Chip(const QString& text, QWidget* parent) : QAbstractButton(parent) {
    setCheckable(true);
    setText(text);
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
    setAttribute(Qt::WA_Hover);
    setAccessibleName(text);
}

Chip::Chip(const VariantInfo& variant, QWidget* parent)
    : Chip(QString::fromStdString(variant.label), parent) {
    style_ = variant.style;
}

QSize Chip::sizeHint() const {
    const QFontMetrics metrics(font());
    int width = metrics.horizontalAdvance(text()) + 2 * side_padding;
    if (style_) width += swatch_width + gap;
    return {width, metrics.height() + 8};
}

void Chip::paintEvent(QPaintEvent*) {
    const Tones& t = tones();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF pill = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    QColor ground = isChecked() ? t.accent_soft : Qt::transparent;
    if (underMouse() && isEnabled() && !isChecked()) ground = t.hover;
    painter.setBrush(ground);
    painter.setPen(QPen(isChecked() ? t.accent : t.edge, 1));
    if (!isEnabled()) painter.setPen(QPen(t.line, 1));
    if (hasFocus()) painter.setPen(QPen(t.accent, 2));
    painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2);

    double x = side_padding;
    if (style_) {
        QColor colour = variant_colour(*style_);
        if (!isChecked()) colour.setAlphaF(0.55F);
        paint_swatch(painter, QRectF(x, height() / 2.0 - 7, swatch_width, 14), *style_, colour);
        x += swatch_width + gap;
    }
    QColor ink = isChecked() ? t.text : t.muted;
    painter.setPen(ink);
    painter.drawText(QRectF(x, 0, width() - x - 2, height()), Qt::AlignLeft | Qt::AlignVCenter,
                     text());
}

}  // namespace slay
