// The rows of a comparison as CSV: the window's Export and `slay-bench compare --csv` write the
// same bytes.
#pragma once

#include <string>
#include <vector>

#include "exports/compare/run_comparison.h"

namespace slay {

// One line a row, after a line of heads: run, point, variant, the parameters that differ among
// `rows`, state, the metric's value with its interval and count, the ratio to the baseline with its
// interval, the verdict. Numbers at full precision; a cell is empty where there is nothing.
std::string compare_csv(const RunComparison& runs, const std::vector<std::size_t>& rows);

}  // namespace slay
