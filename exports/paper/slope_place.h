// Where reference slopes stand: where the curves are not.
#pragma once

#include <string>
#include <vector>

#include "exports/figure_data.h"

namespace slay {

// A short line of the slope's exponent, in the figure's own coordinates, its label at the upper
// end.
struct PlacedSlope {
    double x0 = 0, y0 = 0, x1 = 0, y1 = 0;
    std::string label;
};

// For axes that are `width` by `height` points large. None on linear axes, and none for a slope
// that has no room.
std::vector<PlacedSlope> place_slopes(const FigureData& data, double width, double height);

}  // namespace slay
