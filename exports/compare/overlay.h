// One figure of several runs in one set of axes.
#pragma once

#include <vector>

#include "exports/compare/run_comparison.h"
#include "exports/figure_data.h"

namespace slay {

// The curves of each run under its label. A run keeps its variants' colours and markers; runs are
// told apart by dash. Panels are taken by `options.panel`; a run whose conditions there are others
// than the first one's is left out, with a note that says which.
FigureData overlay_runs(const FigureSpec& spec, const std::vector<ComparedRun>& runs,
                        const FigureOptions& options = {});

// The figure with every curve as a multiple of its baseline: of the same curve in the baseline's
// run, or of the baseline's variant in the same run. Intervals are those of both, combined; points
// and curves without a baseline at their place are left out, with a note. Nothing without one.
void show_as_ratios(FigureData& figure, const Baseline& baseline);

}  // namespace slay
