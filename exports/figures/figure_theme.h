// How a figure looks: on a light or dark ground, or on paper.
#pragma once

#include <QColor>
#include <QFont>

class QPalette;

namespace slay {

// The size of a figure on paper, independent of any display.
struct PaperFormat {
    double width_inches = 3.25;  // ICML column; 6.75 across both
    double height_inches = 2.9;  // with the legend
    QString family;              // empty: the first Times-like face that is installed
    double label_points = 8;     // axis labels
    double tick_points = 7;
    double legend_points = 6.5;
    double axis_points = 0.5;  // line widths
    double curve_points = 1.0;
    int legend_columns = 0;  // 0: as many as fit
};

struct FigureTheme {
    QColor ground, text, muted, axis, grid, accent;
    bool dark = false;   // curves take VariantStyle::dark_colour
    bool paper = false;  // no title, legend below
    QFont label_font, tick_font, legend_font;
    int legend_columns = 0;  // 0: as many as fit
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

}  // namespace slay
