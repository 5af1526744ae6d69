// What a figure's legend says.
#pragma once

#include <vector>

#include "exports/figures/figure_legend.h"

namespace slay {

// An entry for each measured and each reference curve, then what explains predictions, published
// curves, crossovers and failures once for all. On paper hidden curves have none.
std::vector<FigureLegend::Entry> legend_entries(const FigureData& data, const FigureTheme& theme);

}  // namespace slay
