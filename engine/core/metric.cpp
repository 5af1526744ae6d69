#include "engine/core/metric.h"

#include <algorithm>

namespace slay {

std::string_view to_string(Better better) {
    switch (better) {
        case Better::lower:
            return "lower";
        case Better::higher:
            return "higher";
        case Better::neither:
            return "neither";
    }
    return "neither";
}

const std::vector<MetricInfo>& metric_table() {
    using enum Better;
    static const std::vector<MetricInfo> table{
        {"latency_ms", "Latency", "ms", 3, lower, "Median time of one pass, from all raw samples."},
        {"latency_p20_ms", "Latency p20", "ms", 3, lower,
         "The time that 20 % of the samples stay under."},
        {"latency_p80_ms", "Latency p80", "ms", 3, lower,
         "The time that 80 % of the samples stay under."},
        {"latency_min_ms", "Latency min", "ms", 3, lower, "The shortest sample."},
        {"tokens_per_s", "Throughput", "tokens/s", 3, higher,
         "Tokens over the median time of one pass, or of one optimiser step of a training."},
        {"speedup_vs_standard", "Speed-up over softmax", "", 3, higher,
         "Latency of materialised softmax over this one's, pair by pair within a round."},
        {"speedup_vs_standard_fused", "Speed-up over fused softmax", "", 3, higher,
         "Latency of the fused softmax kernel over this one's, pair by pair within a round."},
        {"predicted_ms", "Predicted latency", "ms", 3, neither,
         "What the plan's cost model expected of one pass; not a measurement."},
        {"implementation_error", "Implementation error", "", 2, lower,
         "Relative L2 distance from the variant's own plain float64 form at a small size."},
        {"peak_mb", "Peak memory", "MB", 3, lower,
         "Measured peak of one pass above the resident inputs and weights (1 MB = 1e6 bytes)."},
        {"peak_absolute_mb", "Absolute peak", "MB", 3, lower,
         "Measured peak of one pass with inputs and weights (1 MB = 1e6 bytes)."},
        {"reserved_mb", "Reserved", "MB", 3, lower,
         "Peak that the allocator held from the device, its cache and workspaces included."},
        {"allocation_retries", "Allocation retries", "", 0, lower,
         "How often the allocator had to free its cache to serve a request."},
        {"predicted_mb", "Predicted peak", "MB", 3, neither,
         "What the plan's cost model expected above inputs and weights; not a measurement."},
        {"prediction_error", "Prediction error", "", 2, neither,
         "Predicted over measured peak memory, minus one."},
        {"longest_length", "Longest length", "tokens", 0, higher,
         "The longest measured length of the curve, where a longer one ran out of memory."},
        {"max_length", "Longest context", "tokens", 0, higher,
         "The longest length of which one pass without gradients fits, to 1 %; its interval ends "
         "at "
         "the shortest that did not fit, and is open where a pass would have taken too long."},
        {"max_length_ms", "Time at the longest", "ms", 3, neither,
         "Time of the one pass at the longest length."},
        {"patience_length", "Longest in time", "tokens", 0, higher,
         "The longest length that fits and whose pass takes no longer than the preset's patience."},
        {"limit_mb", "Memory limit", "MB", 4, neither,
         "What a pass could take with its inputs and weights: the budget, as far as the device "
         "has it (1 MB = 1e6 bytes)."},
        {"pass_ms", "Time of a pass", "ms", 3, lower, "Time of one pass at a probed length."},
        {"fits", "Fits", "", 0, higher, "Whether a probed length fit: 1 or 0."},
        {"relative_l2", "Relative L2", "", 3, lower,
         "Distance of the output from exact spherical Yat's over the norm of the latter."},
        {"cosine", "Cosine", "", 4, higher,
         "Cosine between the flattened output and exact spherical Yat's."},
        {"mse", "MSE", "", 3, lower,
         "Mean squared difference of the output from exact spherical Yat's."},
        {"uniform_relative_l2", "Relative L2, uniform", "", 3, lower,
         "Relative L2 of uniform weights over the visible positions: the trivial estimator."},
        {"quadrature_relative_l2", "Relative L2, quadrature", "", 3, lower,
         "Relative L2 of the R-node quadrature with exact features: the limit of more features."},
        {"nonpositive_rows", "Rows with D <= 0", "", 0, lower,
         "Rows of the output whose denominator is zero or negative."},
        {"minimum_denominator", "Smallest denominator", "", 3, neither,
         "The smallest denominator D_i of all rows."},
        {"training_loss", "Training loss", "nats", 4, lower,
         "Cross-entropy a predicted token, mean over the last tenth of the steps."},
        {"validation_loss", "Validation loss", "nats", 4, lower,
         "Cross-entropy a predicted token on the validation windows, after the last step."},
        {"perplexity", "Perplexity", "", 4, lower, "The exponential of the validation loss."},
        {"entropy_bound", "Entropy of the source", "nats", 4, neither,
         "What a perfect model of the generated language would lose on the validation windows."},
        {"excess_loss", "Loss above entropy", "nats", 3, lower,
         "Validation loss minus the entropy of the generated language."},
        {"gradient_norm", "Gradient norm", "", 3, neither,
         "L2 norm of the gradient before clipping, mean over the steps."},
        {"gradient_norm_max", "Gradient norm max", "", 3, neither,
         "The largest gradient norm of a step, before clipping."},
        {"gradient_spikes", "Gradient spikes", "", 0, lower,
         "Steps after warm-up whose gradient norm is above three times the median."},
        {"training_peak_mb", "Training memory", "MB", 3, lower,
         "Measured peak of the training, weights and optimiser included (1 MB = 1e6 bytes)."},
        {"accuracy", "Accuracy", "", 3, higher,
         "Share of the answers that are right on sequences not trained on; mean over seeds."},
        {"exact_match", "Exact match", "", 3, higher,
         "Share of the sequences whose answers are all right; mean over seeds."},
        {"task_loss", "Final loss", "nats", 3, lower,
         "Cross-entropy of an answer after training, on sequences not trained on."},
        {"training_seconds", "Training time", "s", 3, lower,
         "Wall time of the optimiser steps, without validation; seeds that train side by side "
         "share "
         "it."},
        {"chance_accuracy", "Chance level", "", 3, neither,
         "The best accuracy without attention, from the answer's position and its own token."},
        {"diverged_seeds", "Diverged seeds", "", 0, lower,
         "Seeds whose loss or gradient stopped being a number; the means leave them out."},
        {"sm_clock_mhz", "SM clock", "MHz", 4, neither,
         "Median streaming-multiprocessor clock while the point was measured."},
        {"power_w", "Power", "W", 3, neither, "Median board power while the point was measured."},
        {"cpu_load", "CPU load", "", 2, neither,
         "Cores of the machine busy with anything else while the point was measured."},
    };
    return table;
}

const MetricInfo* find_metric(std::string_view id) {
    const auto& table = metric_table();
    const auto row = std::find_if(table.begin(), table.end(),
                                  [&](const MetricInfo& each) { return each.id == id; });
    return row == table.end() ? nullptr : &*row;
}

}  // namespace slay
