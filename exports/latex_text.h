// Text from files as LaTeX that compiles under pdflatex whatever it holds.
#pragma once

#include <string>
#include <string_view>

namespace slay {

// Escapes LaTeX's special characters, writes what is not ASCII by commands (accents, Greek,
// symbols; others as U+4E2D), and lets long words break. Invalid UTF-8 and control characters are
// replaced first. Longer texts than `max_length` bytes are cut with an ellipsis.
std::string latex_escape(std::string_view text, std::size_t max_length = 400);

// The character, in UTF-8, that latex_escape writes as this command: a letter with its accent, a sign;
// empty for anything else.
std::string latex_letter(std::string_view command);

// A variant's LaTeX label, which may hold commands: kept when it came with the program, escaped
// when it came from a file that says otherwise.
std::string latex_variant_label(std::string_view name, std::string_view label,
                                std::string_view latex_label);

}  // namespace slay
