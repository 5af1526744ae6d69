// Where Qt is not built: tables, CSV and JSON.
#include "exports/export_run.h"
#include "exports/paper/report_jobs.h"

namespace slay {

Result<std::vector<std::string>> export_all(const RunRecord& record, const std::string& folder,
                                            const ExportProgress& progress) {
    return run_jobs(table_jobs(record), folder, progress);
}

PaperJobs paper_jobs(const std::shared_ptr<const PaperPlan>& plan, std::stop_token stop) {
    PaperJobs out;
    out.jobs = plan->text_jobs();
    for (const char* format : {"pdf", "svg", "png"})
        if (plan->choice().wants(format)) {
            out.outcome->notes.push_back(
                "this program was built without Qt: of the figures there is pgfplots source only");
            break;
        }
    if (plan->choice().report)
        for (ExportJob& job : report_jobs(plan, false, out.outcome, stop))
            out.jobs.push_back(std::move(job));
    if (plan->choice().report) out.jobs.push_back(check_job(out.outcome));
    return out;
}

Result<std::vector<std::string>> export_paper(const PaperJobs& jobs, const std::string& folder,
                                              const ExportProgress& progress) {
    return run_jobs(jobs.jobs, folder, progress);
}

}  // namespace slay
