// A run record becomes files, by the plan's names:
//   tables/latency_scaling.tex, tables/memory_scaling.tex, tables/poly_ablation_sweep.tex (where
//   the sweep has the ablation's scales) or tables/kernel_quality.tex, tables/feature_budget.tex,
//   each with a .csv beside it; tables/max_context.tex; tables/claims.tex and tables/kernel_speed.tex, where the record has
//   figures for their checks (resources/findings);
//   figures/latency_scaling.pdf, figures/memory_scaling.pdf, figures/kernel_quality.pdf,
//   figures/memory_vs_seqlen.pdf, figures/feature_budget_pareto.pdf;
//   artifacts/benchmark_results.json.
// A record with several panels (pass, dtype, lane, ...) gives one table file with a group of rows
// for each, and one figure file for each: the first under the plain name, the others with the
// panel's id ("figures/latency_scaling_forward-backward.pdf").
// The same record gives the same bytes.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/core/result.h"
#include "engine/core/run_record.h"

namespace slay {

// One file to be written. Jobs refer to the record they were made from, which must outlive them.
struct ExportJob {
    std::string path;  // relative to the folder: "tables/latency_scaling.tex"
    // Figures are drawn with widgets: run these on the GUI thread, one each turn of the event loop
    // (each takes some 10 ms). The others may run on any thread.
    bool needs_gui_thread = false;
    std::function<Status(const std::string& folder)> write;  // makes the folders it needs
};

// Writes FOLDER/PATH atomically, with the folders on its way.
Status write_export(const std::string& folder, const std::string& path, const std::string& content);

// Tables, CSV and JSON; no Qt.
std::vector<ExportJob> table_jobs(const RunRecord& record);

// Writes table_jobs(record). Returns the paths written, relative to the folder.
Result<std::vector<std::string>> export_tables(const RunRecord& record, const std::string& folder);

// Called before each file with its index, the number of files and its path; false cancels.
using ExportProgress = std::function<bool(std::size_t, std::size_t, const std::string&)>;

// Everything: table_jobs and, where the program is built with Qt, figure_jobs. On the GUI thread,
// or in a program without a QApplication (one is then made that needs no display). Link
// `slay_export_all`, which is there with and without Qt.
Result<std::vector<std::string>> export_all(const RunRecord& record, const std::string& folder,
                                            const ExportProgress& progress = {});

// Runs jobs in their order; what export_all is made of.
Result<std::vector<std::string>> run_jobs(const std::vector<ExportJob>& jobs,
                                          const std::string& folder,
                                          const ExportProgress& progress = {});

}  // namespace slay
