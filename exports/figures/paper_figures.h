// Figures of an export for a paper.
#pragma once

#include <memory>

#include "exports/figures/figure_theme.h"
#include "exports/paper_export.h"

namespace slay {

// The choice's size, face, legend and title. Error: none of the face's families is installed.
Result<PaperFormat> paper_format(const PaperChoice& choice);

// A figure's PDF as it is exported.
Result<std::string> paper_figure_pdf(const PaperPlan& plan, const FigureData& data);

// What there is to say of where the legend stands: not inside the axes, though it is asked for
// there. Empty where all is as asked.
std::string legend_note(const PaperPlan& plan, const FigureData& data);

// What the PDF of a figure is held to.
PageRule figure_rule(const PaperChoice& sized);

// PDF, SVG and PNG of the plan's figures, as far as they are asked for; each PDF goes
// into the outcome, to be checked. On the GUI thread.
std::vector<ExportJob> paper_figure_jobs(const std::shared_ptr<const PaperPlan>& plan,
                                         const std::shared_ptr<PaperOutcome>& outcome);

}  // namespace slay
