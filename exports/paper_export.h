// The whole export for a paper as jobs: figures, tables, report, check. Link `slay_export_all`,
// which is there with and without Qt; without it there are tables and a report of them.
#pragma once

#include <memory>
#include <stop_token>
#include <vector>

#include "exports/export_run.h"
#include "exports/paper/paper_check.h"
#include "exports/paper/paper_plan.h"

namespace slay {

// A PDF that was written and waits for its check.
struct WrittenPdf {
    std::string path, bytes;
    PageRule rule;
    std::shared_ptr<const FigureData> data;  // null: a document
};

// What the jobs found, filled as they run; read it when they are done.
struct PaperOutcome {
    std::vector<WrittenPdf> pdfs;
    PaperCheck check;                // of every PDF written
    std::vector<std::string> notes;  // what was left out, and why: no pdflatex, no poppler
};

struct PaperJobs {
    std::vector<ExportJob> jobs;
    std::shared_ptr<PaperOutcome> outcome = std::make_shared<PaperOutcome>();
};

// Every file the choice asks for, and paper_check.json last, where there are PDF files. With a
// report, the PDF of each figure and the LaTeX of each table are written too, because it takes them
// in. `stop` ends a LaTeX run.
PaperJobs paper_jobs(const std::shared_ptr<const PaperPlan>& plan, std::stop_token stop = {});

// Runs them, as run_jobs does; a QApplication is made where there is none.
Result<std::vector<std::string>> export_paper(const PaperJobs& jobs, const std::string& folder,
                                              const ExportProgress& progress = {});

}  // namespace slay
