// The tables of a run.
#pragma once

#include <string>
#include <vector>

#include "engine/core/run_record.h"
#include "exports/figure_data.h"
#include "exports/tables/latex_table.h"
#include "exports/tables/table_model.h"

namespace slay {

// A file in tables/, without its ending.
struct RunTable {
    std::string id;          // "latency_scaling"
    std::string experiment;  // whose points the CSV beside it lists
    std::string metric;      // the leading one
};

// The tables that this record gives, in the order of figure_table().
std::vector<RunTable> tables_of(const RunRecord& record);

// Variants by lengths, a group of rows for each panel.
Table scaling_table(const RunRecord& record, const FigureSpec& spec);

// Variants and budgets by metrics, a group of rows for each scale, length, ...; with the forward
// latency beside where the run measured it for the same configuration.
Table quality_table(const RunRecord& record, const std::string& id, const FigureSpec& spec);

// Variants and budgets by error, latency and memory, the rows on a Pareto front marked with
// macros of its own.
Table budget_table(const RunRecord& record, const std::string& id, const FigureSpec& spec);
// Variants by what their models came to, a group of rows for each panel.
Table training_table(const RunRecord& record, const std::string& id, const FigureSpec& spec);
// Tasks by variants, a group of rows for each category; mean and deviation over seeds, in per cent.
Table task_table(const RunRecord& record, const FigureSpec& spec);

// Experiment 7: how long a sequence fits, and how long one that also takes bearable time is.
Table context_table(const RunRecord& record);

// One of tables_of() as a model.
Table run_table(const RunRecord& record, const RunTable& which);

// The whole file: comment, macros, floats.
std::string table_file(const RunRecord& record, const RunTable& which);
// The same of any table of the record, for a page.
std::string table_text(const RunRecord& record, const Table& table, const PageFormat& page = {});

// The table of a set of findings as such a file.
struct JudgedSet;
std::string findings_file(const RunRecord& record, const JudgedSet& judged);

// Every point of an experiment with all parameters, its state and all metrics, at full precision.
std::string points_csv(const RunRecord& record, const std::string& experiment);

}  // namespace slay
