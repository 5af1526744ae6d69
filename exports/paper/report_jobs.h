// The report's files and the check as jobs.
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

// paper_check.json: looks at every PDF that the jobs before it wrote.
ExportJob check_job(const std::shared_ptr<PaperOutcome>& outcome);

}  // namespace slay
