#include "exports/export_run.h"
#include "exports/figures/figure_file.h"
#include "exports/figures/offscreen_application.h"

namespace slay {

Result<std::vector<std::string>> export_all(const RunRecord& record, const std::string& folder,
                                            const ExportProgress& progress) {
    if (const Status status = ensure_application(); !status) return status.error();
    std::vector<ExportJob> jobs = table_jobs(record);
    for (ExportJob& job : figure_jobs(record)) jobs.push_back(std::move(job));
    return run_jobs(jobs, folder, progress);
}

}  // namespace slay
