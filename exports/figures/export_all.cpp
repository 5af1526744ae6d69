#include "exports/export_run.h"
#include "exports/figures/figure_file.h"
#include "exports/figures/offscreen_application.h"
#include "exports/figures/paper_figures.h"
#include "exports/paper/report_jobs.h"

namespace slay {

Result<std::vector<std::string>> export_all(const RunRecord& record, const std::string& folder,
                                            const ExportProgress& progress) {
    if (const Status status = ensure_application(); !status) return status.error();
    std::vector<ExportJob> jobs = table_jobs(record);
    for (ExportJob& job : figure_jobs(record)) jobs.push_back(std::move(job));
    return run_jobs(jobs, folder, progress);
}

PaperJobs paper_jobs(const std::shared_ptr<const PaperPlan>& plan, std::stop_token stop) {
    PaperJobs out;
    out.jobs = plan->text_jobs();
    for (ExportJob& job : paper_figure_jobs(plan, out.outcome)) out.jobs.push_back(std::move(job));
    if (plan->choice().report)
        for (ExportJob& job : report_jobs(plan, true, out.outcome, stop))
            out.jobs.push_back(std::move(job));
    if (plan->choice().report || plan->choice().wants("pdf"))
        out.jobs.push_back(check_job(out.outcome));
    return out;
}

Result<std::vector<std::string>> export_paper(const PaperJobs& jobs, const std::string& folder,
                                              const ExportProgress& progress) {
    if (const Status status = ensure_application(); !status) return status.error();
    return run_jobs(jobs.jobs, folder, progress);
}

}  // namespace slay
