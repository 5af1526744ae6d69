#include "exports/export_run.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <span>

#include "engine/core/journal.h"
#include "exports/findings/report.h"
#include "exports/tables/run_tables.h"

namespace slay {

Status write_export(const std::string& folder, const std::string& path,
                    const std::string& content) {
    return write_file_below(folder, path, content);
}

std::vector<ExportJob> table_jobs(const RunRecord& record) {
    std::vector<ExportJob> jobs;
    const auto add = [&](const std::string& path, auto content) {
        jobs.push_back({path, false, [path, content](const std::string& folder) {
                            return write_export(folder, path, content());
                        }});
    };
    for (const RunTable& table : tables_of(record)) {
        add("tables/" + table.id + ".tex", [&record, table] { return table_file(record, table); });
        add("tables/" + table.id + ".csv",
            [&record, table] { return points_csv(record, table.experiment); });
    }
    const RunRecord* one = &record;
    for (JudgedSet& judged : judge_all(std::span(&one, 1))) {
        if (!judged.shown()) continue;
        const std::string stem = "tables/" + judged.set->table;
        const auto shared = std::make_shared<const JudgedSet>(std::move(judged));
        add(stem + ".tex", [&record, shared] { return findings_file(record, *shared); });
        add(stem + ".csv", [shared] { return findings_csv(*shared); });
    }
    add("artifacts/benchmark_results.json", [&record] { return results_text(record); });
    return jobs;
}

Result<std::vector<std::string>> run_jobs(const std::vector<ExportJob>& jobs,
                                          const std::string& folder,
                                          const ExportProgress& progress) {
    std::vector<std::string> written;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        if (progress && !progress(i, jobs.size(), jobs[i].path))
            return Error{ErrorKind::cancelled, "The export was cancelled after " +
                                                   std::to_string(i) + " of " +
                                                   std::to_string(jobs.size()) + " files."};
        const Status status = jobs[i].write(folder);
        if (!status) return status.error();
        written.push_back(jobs[i].path);
    }
    return written;
}

Result<std::vector<std::string>> export_tables(const RunRecord& record, const std::string& folder) {
    return run_jobs(table_jobs(record), folder);
}

}  // namespace slay
