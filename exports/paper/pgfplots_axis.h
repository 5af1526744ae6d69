// The axes of a pgfplots figure: ranges, ticks, labels, the legend's columns.
#pragma once

#include <cstddef>
#include <string>

#include "exports/figure_data.h"
#include "exports/paper/paper_choice.h"
#include "exports/paper/paper_sizes.h"

namespace slay {

// The options of \begin{axis}, a line each. The size is left to \slaywidth and \slayheight.
std::string pgf_axis_options(const FigureData& data, const PaperChoice& choice,
                             const PaperSizes& sizes);

// How many columns the legend has where it stands.
std::size_t pgf_legend_columns(const FigureData& data, const PaperChoice& choice,
                               const PaperSizes& sizes);

// \fontsize of so many points.
std::string pgf_font(double points);

// Points of the axes' area, about: for what is placed by where there is room.
struct AreaPoints {
    double width = 0, height = 0;
};
AreaPoints pgf_area(const PaperChoice& choice);

}  // namespace slay
