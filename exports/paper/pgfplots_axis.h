// The axes of a pgfplots figure: ranges, ticks, labels, the legend's place.
#pragma once

#include <cstddef>
#include <string>

#include "exports/figure_data.h"
#include "exports/figure_room.h"
#include "exports/paper/paper_choice.h"
#include "exports/paper/paper_sizes.h"

namespace slay {

// Where the legend stands: as chosen, but below where there is no room for it inside the axes.
struct PgfLegend {
    LegendPlace place = LegendPlace::below;
    std::size_t columns = 1;
    AreaBox box;  // inside: points in pgf_area()
};
PgfLegend pgf_legend_place(const FigureData& data, const PaperChoice& choice,
                           const PaperSizes& sizes);

// The options of \begin{axis}, a line each. The size is left to \slaywidth and \slayheight.
std::string pgf_axis_options(const FigureData& data, const PaperChoice& choice,
                             const PaperSizes& sizes, const PgfLegend& legend);

// \fontsize of so many points.
std::string pgf_font(double points);

// Points of the axes' area, about: for what is placed by where there is room.
AreaSize pgf_area(const PaperChoice& choice, LegendPlace legend);

}  // namespace slay
