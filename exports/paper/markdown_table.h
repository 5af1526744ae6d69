// Table -> Markdown (pipe tables, as GitHub and pandoc read them).
#pragma once

#include <string>
#include <string_view>

#include "exports/tables/table_model.h"

namespace slay {

// Text as Markdown that shows it letter by letter: nothing in it becomes a link, an image, HTML,
// emphasis or the border of a cell. One line.
std::string markdown_escape(std::string_view text);

// Caption, rows, notes. The best value is bold, the second in italics; a group's title is a row.
std::string markdown_table(const Table& table);

// A cell as plain text, without its marks and its note: "12.4(3)", "≥ 32768".
std::string plain_cell(const TableCell& cell);

}  // namespace slay
