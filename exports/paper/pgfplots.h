// FigureData -> a LaTeX file with its data in it, drawn by pgfplots.
#pragma once

#include <string>

#include "exports/figure_data.h"
#include "exports/paper/paper_choice.h"

namespace slay {

// The file compiles alone with pdflatex, to a page of exactly the figure's size; in the body of a
// document \input gives the figure as a box of that size (pgfplots has to be loaded there).
// `about` goes into a comment. Curves, ranges, ticks, colours, markers and legend are those of the
// PDF file. The same data gives the same bytes.
std::string pgfplots_file(const FigureData& data, const PaperChoice& choice,
                          const std::string& about);

}  // namespace slay
