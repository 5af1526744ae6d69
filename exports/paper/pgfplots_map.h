// The heat map of a pgfplots figure.
#pragma once

#include <string>

#include "exports/figure_data.h"
#include "exports/paper/paper_sizes.h"

namespace slay {

// Options of its axis: rows from the top, colours, their scale; a line each.
std::string pgf_map_options(const FigureMap& map, const PaperSizes& sizes);

// \addplot with the cells. What is not drawn has the colour of nothing.
std::string pgf_map(const FigureMap& map);

}  // namespace slay
