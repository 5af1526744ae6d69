// The tables of a run.
#pragma once

#include <string>
#include <vector>

#include "engine/core/run_record.h"
#include "exports/figure_data.h"
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

// Variants and budgets by error, latency and memory, the rows on a Pareto front marked with the
// macros of budget_preamble().
Table budget_table(const RunRecord& record, const std::string& id, const FigureSpec& spec);
std::string budget_preamble();
// Tasks by variants, a group of rows for each category; mean and deviation over seeds, in per cent.
Table task_table(const RunRecord& record, const FigureSpec& spec);

// The whole file: comment, macros, floats.
std::string table_file(const RunRecord& record, const RunTable& which);

// Every point of an experiment with all parameters, its state and all metrics, at full precision.
std::string points_csv(const RunRecord& record, const std::string& experiment);

}  // namespace slay
