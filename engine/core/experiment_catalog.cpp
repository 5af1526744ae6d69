// One row per experiment, in the paper's order.
#include "engine/core/cost_model.h"
#include "engine/core/experiment_info.h"

namespace slay {

const std::vector<ExperimentInfo>& experiment_catalog() {
    static const std::vector<ExperimentInfo> rows{
        {.name = "kernel-quality",
         .title = "Kernel approximation quality",
         .question = "How far is a linearised Yat layer from the exact one, at which budget?",
         .axes = {"length", "batch", "heads", "width", "dtype", "causal", "lane", "inputs"},
         .metrics = {"relative_l2", "cosine", "mse", "uniform_relative_l2",
                     "quadrature_relative_l2", "nonpositive_rows", "minimum_denominator"},
         .pools_seeds = true,
         .against_yat = true,
         .cost = quality_cost},
        {.name = "latency",
         .title = "Latency scaling",
         .question = "How does the time of one layer grow with the length of the sequence?",
         .axes = {"length", "batch", "heads", "width", "dtype", "causal", "lane", "pass", "seed"},
         .metrics = {"latency_ms", "latency_p20_ms", "latency_p80_ms", "latency_min_ms",
                     "tokens_per_s", "speedup_vs_standard", "speedup_vs_standard_fused",
                     "predicted_ms", "implementation_error", "sm_clock_mhz", "power_w", "cpu_load"},
         .cost = latency_cost},
        {.name = "memory",
         .title = "Memory scaling",
         .question = "How much memory does one layer take, and which length is the longest to fit?",
         .axes = {"length", "batch", "heads", "width", "dtype", "causal", "lane", "pass", "seed"},
         .metrics = {"peak_mb", "peak_absolute_mb", "reserved_mb", "allocation_retries",
                     "predicted_mb", "prediction_error", "longest_length"},
         .cost = memory_cost},
        {.name = "feature-budget",
         .title = "Feature budget",
         .question = "Which budget R x M x P buys how little error for how much time and memory?",
         .axes = {"length", "batch", "heads", "width", "dtype", "causal", "lane", "pass", "inputs"},
         .metrics = {"relative_l2",
                     "latency_ms",
                     "peak_mb",
                     "cosine",
                     "mse",
                     "uniform_relative_l2",
                     "quadrature_relative_l2",
                     "nonpositive_rows",
                     "minimum_denominator",
                     "latency_p20_ms",
                     "latency_p80_ms",
                     "latency_min_ms",
                     "tokens_per_s",
                     "predicted_ms",
                     "implementation_error",
                     "sm_clock_mhz",
                     "power_w",
                     "cpu_load",
                     "peak_absolute_mb",
                     "reserved_mb",
                     "allocation_retries"},
         .pools_seeds = true,
         .against_yat = true,
         .groups_by_budget = true,
         .cost = budget_cost},
        {.name = "training",
         .title = "End-to-end training",
         .question = "How well does a language model train when this is its attention?",
         .axes = {"length", "batch", "heads", "width", "dtype", "layers", "steps", "learning_rate",
                  "objective", "corpus", "vocabulary", "accumulation", "warmup_steps", "seed"},
         .metrics = {"validation_loss", "perplexity", "training_loss", "entropy_bound",
                     "excess_loss", "gradient_norm", "gradient_norm_max", "gradient_spikes",
                     "tokens_per_s", "training_seconds", "training_peak_mb"},
         .cost = training_cost},
        {.name = "tasks",
         .title = "Synthetic tasks",
         .question = "What can a small model learn with this attention, and how surely?",
         .axes = {"task", "vocabulary", "length", "batch", "heads", "width", "dtype", "block",
                  "layers", "steps", "learning_rate"},
         .metrics = {"accuracy", "exact_match", "task_loss", "training_seconds", "chance_accuracy",
                     "diverged_seeds"},
         .pools_seeds = true,
         .cost = tasks_cost},
        {.name = "max-context",
         .title = "Maximum context length",
         .question = "How long a sequence fits into the memory budget, and how long does it take?",
         .axes = {"batch", "heads", "width", "dtype", "causal", "lane", "seed"},
         .metrics = {"max_length", "max_length_ms", "patience_length", "peak_absolute_mb",
                     "limit_mb"},
         .cost = context_cost},
    };
    return rows;
}

const ExperimentInfo* find_experiment(std::string_view name) {
    for (const ExperimentInfo& row : experiment_catalog())
        if (row.name == name) return &row;
    return nullptr;
}

}  // namespace slay
