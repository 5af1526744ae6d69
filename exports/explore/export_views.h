// Figures that no run stands behind, as files.
#pragma once

#include <string>
#include <vector>

#include "exports/export_run.h"
#include "exports/figure_data.h"

namespace slay {

// For each figure data/ID.csv and, where the program is built with Qt, figures/ID.pdf, .svg and
// .png at the size of a column. The same figures give the same bytes. Returns the paths, relative
// to the folder. Thread and application as for export_all().
Result<std::vector<std::string>> export_views(const std::vector<FigureData>& figures,
                                              const std::string& folder);

}  // namespace slay
