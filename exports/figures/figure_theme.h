// How a figure looks: on a light or dark ground, or on paper.
#pragma once

#include <QColor>
#include <QFont>
#include <QString>

#include "exports/paper/paper_choice.h"
#include "exports/paper/paper_sizes.h"

class QPalette;

namespace slay {

// A figure on paper, independent of any display.
struct PaperFormat : PaperSizes {
    double width_inches = 3.25;  // ICML column; 6.75 across both
    double height_inches = 2.9;  // with the legend
    QString family;              // empty: the first Times-like face that is installed
    int legend_columns = 0;      // 0: as many as fit
    LegendPlace legend = LegendPlace::below;
    bool title = false;  // above the axes
};

struct FigureTheme {
    QColor ground, text, muted, axis, grid, accent;
    bool dark = false;   // curves take VariantStyle::dark_colour
    bool paper = false;  // no title, legend below
    QFont label_font, tick_font, legend_font;
    int legend_columns = 0;                   // 0: as many as fit
    LegendPlace legend = LegendPlace::below;  // on paper
    // A figure is laid out in units: pixels on the screen; on paper a tenth of a point, so that
    // rounding to whole units does not show.
    static constexpr double paper_units_per_point = 10;
    double unit = 1;
    // In units.
    double axis_width = 1, grid_width = 1, curve_width = 2, marker_size = 7, interval_width = 1;

    static FigureTheme light(const QFont& base);
    static FigureTheme on_dark(const QFont& base);
    // By the palette's lightness, with its ground, text and accent.
    static FigureTheme screen(const QPalette& palette, const QFont& base);
    static FigureTheme paper_theme(const PaperFormat& format);
};

// From `a` towards `b`; opaque, because transparency in a PDF is what printers stumble over.
QColor blend(const QColor& a, const QColor& b, double share_of_b);

// The first installed of TeX Gyre Termes, Liberation Serif, Nimbus Roman, Times; else the system's.
QString paper_family();

// The first family of a face that is installed; empty: none is.
QString installed_family(const PaperFace& face);

}  // namespace slay
