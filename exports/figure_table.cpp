// One row per figure.
#include "exports/figure_data.h"

namespace slay {

const std::vector<FigureSpec>& figure_table() {
    static const std::vector<FigureSpec> rows{
        {.id = "latency_scaling",
         .title = "Latency scaling",
         .tab = "Latency",
         .experiment = "latency",
         .x = {"length", "width", "heads", "batch", "prf_features", "poly_features", "nodes"},
         .metric = "latency_ms",
         .slopes = {{1, "L"}, {2, "L\u00b2"}},
         .crossovers = true,
         .predicted = false,
         .references = {}},
        {.id = "memory_scaling",
         .title = "Memory scaling",
         .tab = "Memory",
         .experiment = "memory",
         .x = {"length", "width", "heads", "batch", "prf_features", "poly_features", "nodes"},
         .metric = "peak_mb",
         .slopes = {{1, "L"}, {2, "L\u00b2"}},
         .crossovers = true,
         .predicted = true,
         .references = {}},
        {.id = "kernel_quality",
         .title = "Kernel approximation quality",
         .tab = "Error",
         .experiment = "kernel-quality",
         .x = {"length", "head_dim", "width", "prf_features", "poly_features", "nodes", "epsilon"},
         .slices = true,
         .metric = "relative_l2",
         .slopes = {},
         .crossovers = false,
         .predicted = false,
         .against_yat = true,
         .references = {{"uniform_relative_l2", "uniform weights"},
                        {"quadrature_relative_l2", "quadrature alone"}}},
        {.id = "feature_budget_pareto",
         .title = "Feature budget",
         .tab = "Budget",
         .experiment = "feature-budget",
         .x = {},
         .x_metrics = {"latency_ms", "peak_mb"},
         .pareto = true,
         .metric = "relative_l2",
         .slopes = {},
         .against_yat = true,
         .references = {{"uniform_relative_l2", "uniform weights"}}},
        {.id = "task_performance",
         .title = "Synthetic tasks",
         .tab = "Tasks",
         .experiment = "tasks",
         .x = {"task", "length", "vocabulary", "layers", "steps"},
         .every_axis = true,
         .metric = "accuracy",
         .log_y = false,
         .share = true,
         .slopes = {},
         .references = {{"chance_accuracy", "chance level"}}},
    };
    return rows;
}

const FigureSpec* find_figure(std::string_view id) {
    for (const FigureSpec& row : figure_table())
        if (row.id == id) return &row;
    return nullptr;
}

}  // namespace slay
