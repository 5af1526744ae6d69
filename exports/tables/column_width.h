// How wide a table's columns come out, in units of the type size: enough to choose a layout that
// does not overflow.
#pragma once

#include <string_view>
#include <vector>

#include "exports/tables/table_model.h"

namespace slay {

// An upper estimate of LaTeX text set in a Times-like face, in em.
double text_width(std::string_view latex);

// The S column's reserved digits, and its width in em with all its cells and its head.
struct ColumnMeasure {
    int integers = 1, decimals = 0, uncertainty = 0;
    bool negative = false;
    double width = 0;
};
ColumnMeasure measure_column(const Table& table, std::size_t column);

// "-3.2(1)" for table-format.
std::string table_format(const ColumnMeasure& measure);

}  // namespace slay
