// Table -> a LaTeX file that stands alone behind \input: booktabs, siunitx (version 3), no vertical
// rules.
#pragma once

#include <string>

#include "exports/tables/table_model.h"

namespace slay {

// Widths in points of the page that the table has to fit into; ICML's by default.
struct PageFormat {
    double column = 234.8;     // 3.25 in
    double text = 487.8;       // 6.75 in
    double rows_height = 560;  // what a float may take, in points
    double body_points = 10;   // of the document: \small and the others go with it
};

// One or more floats: the table in the largest type that fits, in one column where it can and
// across both where it cannot; columns that do not fit across both go on in a further block below,
// rows that do not fit on a page in a further float.
std::string latex_table(const Table& table, const PageFormat& page = {});

// What several tables of one file need once at its head; `about` goes into a comment.
std::string latex_preamble(const std::string& about);

}  // namespace slay
