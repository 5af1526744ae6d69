// What a figure's legend says, for every renderer of it.
#pragma once

#include <string>
#include <vector>

#include "exports/figure_data.h"

namespace slay {

enum class LegendMark { series, predicted, published, crossover, failure };

struct LegendLine {
    LegendMark mark = LegendMark::series;
    const Series* series = nullptr;  // of a series; lives as long as the figure's data
    std::string label;
};

// A line for each measured and each reference curve, then what explains predictions, published
// curves, crossovers and failures once for all. On paper hidden curves have none.
std::vector<LegendLine> legend_lines(const FigureData& data, bool paper);

}  // namespace slay
