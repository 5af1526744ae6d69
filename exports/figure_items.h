// The files that the figures of a record go to: one for each panel and each metric that is printed.
#pragma once

#include <string>
#include <vector>

#include "exports/figure_data.h"

namespace slay {

struct FigureItem {
    std::string stem;   // "figures/latency_scaling_forward-backward"
    std::string title;  // "Latency scaling \u2013 forward + backward": for people
    const FigureSpec* spec = nullptr;
    std::string panel;   // Panel::id
    std::string metric;  // FigureOptions::metric; empty: the spec's own

    FigureOptions options() const;
};

// In the order of the figure table; of a figure the panels, then its other metrics with theirs.
// What has nothing measured yet is left out.
std::vector<FigureItem> figure_items(const RunRecord& record);

}  // namespace slay
