// The numbers of a figure as CSV: what is drawn, and nothing else.
#pragma once

#include <string>

#include "exports/figure_data.h"

namespace slay {

// Of curves: series,X,Y,low,high,samples, a line a point, in the order drawn, X and Y as the axes
// name them; series that are switched off are left out. Of a map: row,column,value, without cells
// that are not drawn.
std::string figure_csv(const FigureData& data);

}  // namespace slay
