// The report's files as jobs.
#pragma once

#include <memory>
#include <stop_token>
#include <vector>

#include "exports/paper_export.h"

namespace slay {

// report.tex, report.pdf, reproduce.sh and export.json. They come after what the report takes in.
// Without pdflatex there is no report.pdf, and the outcome says so.
std::vector<ExportJob> report_jobs(const std::shared_ptr<const PaperPlan>& plan, bool with_figures,
                                   const std::shared_ptr<PaperOutcome>& outcome,
                                   std::stop_token stop);

}  // namespace slay
