// The points of a series cut to the axes, for writers whose format does not clip.
#pragma once

#include <vector>

#include "exports/figure_data.h"

namespace slay {

// Where y lies, the lower end of the axis being 0 and the upper one 1.
double height_share(const FigureData& data, double y);

// The points of a curve from `lowest` to `highest`, by that measure. A line that leaves ends where
// it crosses the edge; intervals and the levels of steps end there too.
std::vector<FigurePoint> points_within(const FigureData& data, const Series& series, double lowest,
                                       double highest);

}  // namespace slay
