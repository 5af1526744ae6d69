// Parts of build_figure.
#pragma once

#include <vector>

#include "exports/figure_data.h"

namespace slay {

// Published curves that were taken under the panel's conditions; a note for those that were not.
void add_overlays(FigureData& data, const Panel& panel, const FigureOptions& options);

// Where each measured curve falls below that of `standard` and stays there.
std::vector<Crossover> find_crossovers(const FigureData& data);

// What is not drawn and why: failures, values and intervals that a logarithmic axis cannot show.
void add_notes(FigureData& data, const RunRecord& record, int not_positive, int cut_intervals);

}  // namespace slay
