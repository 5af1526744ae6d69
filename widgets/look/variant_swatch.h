// A variant's line and marker in small, as they stand in the plots: for chips, tables and lists.
#pragma once

#include <QIcon>
#include <QPainter>
#include <QRectF>

#include "engine/core/variant_info.h"

namespace slay {

void paint_swatch(QPainter& painter, const QRectF& rect, const VariantStyle& style,
                  const QColor& colour);
QIcon swatch_icon(const VariantStyle& style, const QColor& colour);  // 26 x 14

}  // namespace slay
