// The curves, marks and legend of a pgfplots figure.
#pragma once

#include <cstddef>
#include <string>

#include "exports/figure_data.h"
#include "exports/paper/paper_choice.h"
#include "exports/paper/paper_sizes.h"
#include "exports/paper/pgfplots_axis.h"

namespace slay {

// \definecolor for each series: slay0, slay1, ...
std::string pgf_colours(const FigureData& data);

// \addplot with its data for each series that is not hidden; bands and backdrops first.
std::string pgf_curves(const FigureData& data, const PaperSizes& sizes);

// What failed, where curves cross softmax, reference slopes.
std::string pgf_marks(const FigureData& data, const PaperChoice& choice, const PaperSizes& sizes,
                      const PgfLegend& legend);

// \addlegendimage and \addlegendentry for each line of the legend.
// They are read down the columns.
std::string pgf_legend(const FigureData& data, const PaperSizes& sizes, std::size_t columns);

}  // namespace slay
