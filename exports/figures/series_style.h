// A variant's colour, marker and dash as pens and scatters: the same on screen, paper and chips.
#pragma once

#include <QPen>
#include <QVector>

#include "exports/figure_data.h"
#include "exports/figures/figure_theme.h"

class QCPScatterStyle;

namespace slay {

enum class Emphasis { normal, strong, faint };

QColor variant_colour(const VariantStyle& style, bool dark);
QColor series_colour(const Series& series, const FigureTheme& theme, Emphasis emphasis);
QPen series_pen(const Series& series, const FigureTheme& theme, Emphasis emphasis);
QPen interval_pen(const Series& series, const FigureTheme& theme, Emphasis emphasis);

// Hollow markers take `fill`, so that the curve does not run through them.
QCPScatterStyle marker(const VariantStyle& style, const QColor& colour, const QColor& fill,
                       double size, double line_width);
QCPScatterStyle series_marker(const Series& series, const FigureTheme& theme, Emphasis emphasis);

// Of a VariantStyle's dash, in line widths; empty for a solid line.
QVector<qreal> dash_pattern(const std::string& dash);

}  // namespace slay
