// Comma-separated values (RFC 4180, lines end in \n) that a spreadsheet opens without running
// anything.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace slay {

// Whether a spreadsheet would take a cell with this text for a formula.
bool begins_formula(std::string_view text);

// A text cell: quoted where needed; one that a spreadsheet would take for a formula (it begins
// with = + - @, a tab or a carriage return) begins with an apostrophe instead.
std::string csv_text(std::string_view text);

// The shortest text that reads back as the same number; empty for what is not finite.
std::string csv_number(double value);

// Cells that are written already, as one line with its end.
std::string csv_line(const std::vector<std::string>& cells);

}  // namespace slay
