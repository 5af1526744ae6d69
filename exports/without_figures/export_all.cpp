// Where Qt is not built: tables, CSV and JSON.
#include "exports/export_run.h"

namespace slay {

Result<std::vector<std::string>> export_all(const RunRecord& record, const std::string& folder,
                                            const ExportProgress& progress) {
    return run_jobs(table_jobs(record), folder, progress);
}

}  // namespace slay
