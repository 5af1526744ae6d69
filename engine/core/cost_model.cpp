#include "engine/core/cost_model.h"

#include <algorithm>
#include <cmath>

#include "engine/core/cost_shape.h"
#include "engine/core/experiment_info.h"
#include "engine/core/task_catalog.h"

namespace slay {
namespace {

constexpr double chunk = 128;      // positions of a causal chunk whose scores are formed together
constexpr double row_block = 256;  // query rows of exact Yat that are materialised together

// Floating-point operations of the attention core, forward.
double core_flops(const CostShape& shape, bool cuda) {
    const double d = shape.head_dim;
    if (is_quadratic(shape)) {
        // QK^T and PV, and a few operations a cell; only a fused kernel skips the masked half.
        const bool skips = is_fused_softmax(shape) || is_tiled_yat(shape, cuda);
        const double cells = shape.cells() * (skips && shape.causal ? 0.5 : 1.0);
        return cells * (4 * d + 8);
    }
    const double drawn = std::max(1.0, shape.nodes) * shape.prf + shape.poly;
    double per_row = 4 * features_of(shape) * (d + 1)  // into the state and out of it
                     + 4 * d * drawn;                  // projections of q and of k
    if (shape.causal) per_row += std::min(chunk, shape.length) * (2 * pair_cost(shape) + 2 * d);
    return shape.rows() * per_row;
}

// Bytes that the core moves besides its matrix products, forward.
double core_traffic(const CostShape& shape, bool cuda) {
    if (is_fused_softmax(shape) || is_tiled_yat(shape, cuda))
        return shape.rows() * shape.head_dim * 4 * shape.element_bytes;
    if (is_quadratic(shape)) return shape.cells() * 6 * accumulator_bytes(shape);
    if (is_fused_linear(shape, cuda))  // and the states of segments of about 512 positions
        return shape.rows() * shape.head_dim *
               (4 * shape.element_bytes + features_of(shape) * fused_terms(shape) / 64);
    double per_row = 8 * shape.head_dim + 4 * pair_cost(shape);
    if (shape.causal) per_row += 3 * std::min(chunk, shape.length);
    return shape.rows() * per_row * accumulator_bytes(shape);
}

double core_launches(const CostShape& shape, bool cuda) {
    if (is_fused_softmax(shape)) return 2;
    if (is_fused_linear(shape, cuda) || is_tiled_yat(shape, cuda)) return 4;
    if (!is_quadratic(shape)) return 40;
    const bool in_blocks = shape.variant && shape.variant->family == Family::exact_yat;
    return 10 * (in_blocks ? std::ceil(shape.length / row_block) : 1);
}

// A backward pass does twice the forward's products, and once more what was not kept.
double pass_factor(const CostShape& shape) {
    const bool recomputes = !(shape.variant && shape.variant->name == "standard");
    return (shape.forward ? 1.0 : 0.0) + (shape.backward ? (recomputes ? 3.0 : 2.0) : 0.0);
}

// Arithmetic rate for an element type, relative to float32.
double rate_factor(const CostShape& shape, const DeviceRates& rates,
                   const Measurement& measurement) {
    if (shape.dtype == "float64") return rates.cuda ? 1.0 : 0.5;
    // Tensor cores, seen on an H100: as bf16, or in several terms.
    if (is_tiled_yat(shape, rates.cuda)) return shape.dtype == "bfloat16" ? 6.0 : 1.5;
    // Three products of bf16 terms.
    if (is_fused_linear(shape, rates.cuda) && fused_terms(shape) > 1) return 3.0;
    if (shape.dtype == "float32" && !measurement.tf32) return 1.0;
    if (shape.dtype == "float32" || shape.dtype == "tf32") return rates.cuda ? 6.0 : 1.0;
    return rates.cuda ? 10.0 : 0.5;  // tensor cores; emulated on a CPU
}

}  // namespace

double pass_seconds(const CostShape& shape, const Measurement& measurement,
                    const DeviceRates& rates) {
    const double factor = pass_factor(shape);
    double flops = core_flops(shape, rates.cuda) * factor;
    double bytes = core_traffic(shape, rates.cuda) * factor;
    double launches = core_launches(shape, rates.cuda) * factor;
    if (shape.layer) {
        const double gradients = (shape.forward ? 1.0 : 0.0) + (shape.backward ? 2.0 : 0.0);
        flops += 8 * shape.tokens() * shape.width * shape.width * gradients;
        bytes += 10 * shape.tokens() * shape.width * shape.element_bytes * gradients;
        launches += 4 * gradients;
    }
    return flops / (rates.matrix_flops * rate_factor(shape, rates, measurement)) +
           bytes / rates.bytes_per_second + launches * rates.launch_seconds;
}

namespace {

Prediction one_pass(const CostShape& shape, const Measurement& measurement,
                    const DeviceRates& rates) {
    Prediction prediction;
    prediction.latency_ms = pass_seconds(shape, measurement, rates) * 1e3;
    prediction.peak_bytes = peak_bytes(shape, rates.cuda);
    return prediction;
}

}  // namespace

double predicted_flops(const Point& point) {
    const CostShape shape = cost_shape(point);
    const double gradients = (shape.forward ? 1.0 : 0.0) + (shape.backward ? 2.0 : 0.0);
    return core_flops(shape, false) * pass_factor(shape) +
           (shape.layer ? 8 * shape.tokens() * shape.width * shape.width * gradients : 0.0);
}

double predicted_peak_bytes(const Point& point, bool cuda) {
    return peak_bytes(cost_shape(point), cuda);
}

Prediction latency_cost(const Point& point, const Measurement& measurement,
                        const DeviceRates& rates) {
    const CostShape shape = cost_shape(point);
    Prediction prediction = one_pass(shape, measurement, rates);
    // A backward alone is timed behind a forward that is not.
    CostShape whole = shape;
    whole.forward = true;
    const double pass = pass_seconds(whole, measurement, rates);
    const double budget =
        std::clamp(measurement.point_seconds, measurement.min_samples * pass,
                   std::max(measurement.min_samples, measurement.max_samples) * pass);
    prediction.seconds = measurement.warmup_iterations * pass + budget;
    return prediction;
}

Prediction memory_cost(const Point& point, const Measurement& measurement,
                       const DeviceRates& rates) {
    Prediction prediction = one_pass(cost_shape(point), measurement, rates);
    // Warm-ups and the measured pass; on a CPU in a process that first loads LibTorch.
    prediction.seconds =
        (rates.cuda ? 3 : 2) * prediction.latency_ms / 1e3 + (rates.cuda ? 0.03 : 1.5);
    return prediction;
}

Prediction quality_cost(const Point& point, const Measurement& measurement,
                        const DeviceRates& rates) {
    const CostShape shape = cost_shape(point);
    Prediction prediction = one_pass(shape, measurement, rates);
    // For every seed the variant, and its quadrature in exact arithmetic: a quadratic pass
    // (engine/experiments/reference.cpp).
    CostShape reference = shape;
    reference.variant = find_variant("yat-spherical");
    reference.dtype = "float64";
    const double seeds = static_cast<double>(seeds_of(point).size());
    const double drawing = rates.cuda ? 5e-3 : 0;  // on the CPU, while the GPU waits
    prediction.seconds = seeds * (prediction.latency_ms / 1e3 +
                                  pass_seconds(reference, measurement, rates) + drawing);
    // Blocks of its scores, and q, k, v and outputs in float64.
    const double scores = std::min(shape.cells() * 8, 6.7e7);
    prediction.peak_bytes =
        std::max(prediction.peak_bytes, 4 * scores + 8 * shape.tokens() * shape.width * 8);
    return prediction;
}

Prediction budget_cost(const Point& point, const Measurement& measurement,
                       const DeviceRates& rates) {
    // The larger peak is that of the reference in exact arithmetic.
    Prediction prediction = quality_cost(point, measurement, rates);
    prediction.seconds += latency_cost(point, measurement, rates).seconds +
                          memory_cost(point, measurement, rates).seconds;
    return prediction;
}

Prediction tasks_cost(const Point& point, const Measurement& measurement,
                      const DeviceRates& given) {
    DeviceRates rates = given;
    if (rates.cuda) rates.launch_seconds /= 2;  // a recorded step is played
    const Parameters& p = point.parameters;
    const TaskSize size{p.integer("length", 64), p.integer("vocabulary", 32)};
    const TaskInfo* task = find_task(p.text("task", "copy"));
    const bool possible = task && task_size_error(*task, size).empty();
    const double answers = possible ? static_cast<double>(task->answers(size)) : 1;
    // Seeds train side by side, as heads of one attention.
    CostShape step = cost_shape(point);
    const double seeds = static_cast<double>(seeds_of(point).size());
    const double sequences = step.batch * seeds, layers = p.real("layers", 2);
    step.batch = sequences;
    step.layer = step.causal = step.forward = step.backward = true;
    const bool full = p.text("block", "attention") == "full";
    const double vocabulary = static_cast<double>(size.vocabulary);
    const double mlp = full ? 16 * layers * step.tokens() * step.width * step.width : 0;
    const double head = 2 * sequences * answers * step.width * vocabulary;
    const double weights = (layers * (full ? 12 : 4) * step.width * step.width +
                            (2 * vocabulary + step.length) * step.width) *
                           seeds;
    const double launches = 120 + (full ? 60 : 0) * layers;
    const double pass = layers * pass_seconds(step, measurement, rates) +
                        3 * (mlp + head) / rates.matrix_flops + launches * rates.launch_seconds +
                        60 * weights / rates.bytes_per_second;

    Prediction prediction;
    prediction.latency_ms = pass * 1e3;
    const double tests = std::ceil(1024 / std::max(1.0, sequences / seeds)) / 3;
    prediction.seconds = pass * (p.real("steps", 1000) + tests);
    // Each layer keeps its activations for the backward pass; weights, gradients and moments.
    const double kept = step.tokens() * step.width * (full ? 22 : 8) * step.element_bytes;
    prediction.peak_bytes = layers * kept + peak_bytes(step, rates.cuda) + 40 * weights +
                            4 * 4 * sequences * answers * vocabulary;
    return prediction;
}

Prediction context_cost(const Point& point, const Measurement& measurement,
                        const DeviceRates& rates) {
    CostShape shape = cost_shape(point);
    shape.forward = true;
    shape.backward = false;
    const double limit = std::min(measurement.memory_budget_gb * 1e9,
                                  rates.cuda ? rates.memory_bytes : 0.8 * rates.memory_bytes);
    const auto runs = [&](double length) {
        shape.length = length;
        const double resident =
            shape.tokens() * shape.width * shape.element_bytes * (shape.layer ? 1 : 3);
        return resident + peak_bytes(shape, rates.cuda) <= limit &&
               pass_seconds(shape, measurement, rates) <= measurement.pass_seconds;
    };
    // As the search goes: doubling, then halving what lies between, a pass or two each.
    Prediction prediction;
    const auto pass_at = [&](double length) {
        shape.length = length;
        const double seconds = pass_seconds(shape, measurement, rates);
        prediction.seconds += 1.5 * seconds + (rates.cuda ? 0.05 : 0.3);
    };
    double low = 1024, high = 2048;
    while (high < 1073741824.0 && runs(high)) {
        pass_at(low);
        low = high;
        high *= 2;
    }
    while (high > 1.01 * low) {
        const double middle = (low + high) / 2;
        pass_at(middle);
        (runs(middle) ? low : high) = middle;
    }
    shape.length = low;
    prediction.latency_ms = pass_seconds(shape, measurement, rates) * 1e3;
    prediction.peak_bytes = peak_bytes(shape, rates.cuda);
    const double patience = std::min(measurement.patience_seconds, prediction.latency_ms / 1e3);
    prediction.seconds += 10 * patience + (rates.cuda ? 0 : 2);
    return prediction;
}

Prediction predict(const Point& point, const Measurement& measurement, const DeviceRates& rates) {
    const ExperimentInfo* experiment = find_experiment(point.experiment);
    const CostModel cost = experiment && experiment->cost ? experiment->cost : latency_cost;
    return cost(point, measurement, rates);
}

}  // namespace slay
