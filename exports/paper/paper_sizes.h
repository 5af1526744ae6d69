// Sizes on paper, in points, of every form of a figure.
#pragma once

namespace slay {

struct PaperSizes {
    double label_points = 8;  // axis labels
    double tick_points = 7;
    double legend_points = 6.5;
    double title_points = 8;
    double axis_points = 0.5;  // line widths
    double curve_points = 1.0;
    double interval_points = 0.5;
    double grid_points = 0.35;
    double marker_points = 3.4;  // across
};

}  // namespace slay
