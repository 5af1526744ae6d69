// report.tex: everything of an export in one document.
#pragma once

#include <string>

#include "exports/paper/paper_plan.h"

namespace slay {

// A document for pdflatex that lies beside tables/ and figures/ and takes them from there: verdicts
// on the findings, each experiment with its question, figures, captions and tables, what was not
// measured and why, provenance, and the commands to reproduce it. Needs booktabs, siunitx
// (version 3), graphicx and geometry. `with_figures`: whether there are PDF files of the figures.
// The same plan gives the same bytes.
std::string report_tex(const PaperPlan& plan, bool with_figures);

// A figure's caption as LaTeX: what is drawn, on what, and how to read it.
std::string figure_caption(const FigureData& data, const RunRecord& record);

}  // namespace slay
