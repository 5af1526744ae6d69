#include "engine/core/cost_model.h"

#include <algorithm>
#include <cmath>

#include "engine/core/data_type.h"
#include "engine/core/experiment_info.h"
#include "engine/core/variant_info.h"

namespace slay {
namespace {

constexpr double chunk = 128;      // positions of a causal chunk whose scores are formed together
constexpr double row_block = 256;  // query rows of exact Yat that are materialised together
constexpr double accumulator_bytes = 4;  // states, scores and denominators are float32

// The shape of a point, as numbers to multiply.
struct Shape {
    double batch, heads, length, width, head_dim, element_bytes;
    double nodes, prf, poly;  // 0 where the variant has none
    bool causal, layer, forward, backward;
    const VariantInfo* variant;
    std::string_view dtype;

    double tokens() const { return batch * length; }
    double rows() const { return batch * heads * length; }
    double cells() const { return rows() * length; }  // of the score matrix
};

Shape shape_of(const Point& point) {
    const Parameters& p = point.parameters;
    Shape shape{};
    shape.batch = p.real("batch", 1);
    shape.heads = p.real("heads", 8);
    shape.length = p.real("length", 1024);
    shape.width = p.real("width", 256);
    shape.head_dim = p.real("head_dim", shape.width / shape.heads);
    const auto type = parse_data_type(p.text("dtype", "float32")).value_or(DataType::float32);
    shape.dtype = to_string(type);
    shape.element_bytes = bytes_of(type);
    shape.nodes = p.real("nodes");
    shape.prf = p.real("prf_features");
    shape.poly = p.real("poly_features");
    shape.causal = p.flag("causal", true);
    shape.layer = p.text("lane", "layer") == "layer";
    const std::string pass = p.text("pass", "forward");
    shape.forward = pass != "backward";
    shape.backward = pass != "forward";
    shape.variant = find_variant(point.variant);
    return shape;
}

bool quadratic(const Shape& shape) {
    return !shape.variant || shape.variant->complexity == Complexity::quadratic;
}
bool fused(const Shape& shape) {
    return shape.variant && shape.variant->name == "standard-fused";
}

// F, the features of one position and head: R x M x P as far as the variant has them.
double features(const Shape& shape) {
    const double product =
        std::max(1.0, shape.nodes) * std::max(1.0, shape.prf) * std::max(1.0, shape.poly);
    if (product > 1) return product;
    return shape.variant && shape.variant->name == "cosformer" ? 2 * shape.head_dim
                                                               : shape.head_dim;
}

// Multiply-adds of one kernel value inside a chunk: the product identity spares R x M x P.
double pair_cost(const Shape& shape) {
    if (shape.poly > 0) return std::max(1.0, shape.nodes) * shape.prf + shape.poly;
    return features(shape);
}

// Floating-point operations of the attention core, forward.
double core_flops(const Shape& shape) {
    const double d = shape.head_dim;
    if (quadratic(shape)) {
        // QK^T and PV, and a few operations a cell; only a fused kernel skips the masked half.
        const double cells = shape.cells() * (fused(shape) && shape.causal ? 0.5 : 1.0);
        return cells * (4 * d + 8);
    }
    const double drawn = std::max(1.0, shape.nodes) * shape.prf + shape.poly;
    double per_row = 4 * features(shape) * (d + 1)  // into the state and out of it
                     + 4 * d * drawn;               // projections of q and of k
    if (shape.causal) per_row += std::min(chunk, shape.length) * (2 * pair_cost(shape) + 2 * d);
    return shape.rows() * per_row;
}

// Bytes that the core moves besides its matrix products, forward.
double core_traffic(const Shape& shape) {
    if (fused(shape)) return shape.rows() * shape.head_dim * 4 * shape.element_bytes;
    if (quadratic(shape)) return shape.cells() * 6 * accumulator_bytes;
    double per_row = 8 * shape.head_dim + 4 * pair_cost(shape);
    if (shape.causal) per_row += 3 * std::min(chunk, shape.length);
    return shape.rows() * per_row * accumulator_bytes;
}

double core_launches(const Shape& shape) {
    if (fused(shape)) return 2;
    if (!quadratic(shape)) return 40;
    const bool in_blocks = shape.variant && shape.variant->family == Family::exact_yat;
    return 10 * (in_blocks ? std::ceil(shape.length / row_block) : 1);
}

// A backward pass does twice the forward's products, and once more what was not kept.
double pass_factor(const Shape& shape) {
    const bool recomputes = !(shape.variant && shape.variant->name == "standard");
    return (shape.forward ? 1.0 : 0.0) + (shape.backward ? (recomputes ? 3.0 : 2.0) : 0.0);
}

// Arithmetic rate for an element type, relative to float32.
double rate_factor(const Shape& shape, const DeviceRates& rates, const Measurement& measurement) {
    if (shape.dtype == "float64") return rates.cuda ? 1.0 : 0.5;
    if (shape.dtype == "float32") return rates.cuda && measurement.tf32 ? 6.0 : 1.0;
    return rates.cuda ? 10.0 : 0.5;  // tensor cores; emulated on a CPU
}

double latency_seconds(const Shape& shape, const DeviceRates& rates,
                       const Measurement& measurement) {
    const double factor = pass_factor(shape);
    double flops = core_flops(shape) * factor;
    double bytes = core_traffic(shape) * factor;
    double launches = core_launches(shape) * factor;
    if (shape.layer) {
        const double gradients = (shape.forward ? 1.0 : 0.0) + (shape.backward ? 2.0 : 0.0);
        flops += 8 * shape.tokens() * shape.width * shape.width * gradients;
        bytes += 10 * shape.tokens() * shape.width * shape.element_bytes * gradients;
        launches += 4 * gradients;
    }
    return flops / (rates.matrix_flops * rate_factor(shape, rates, measurement)) +
           bytes / rates.bytes_per_second + launches * rates.launch_seconds;
}

double peak_bytes(const Shape& shape, bool cuda) {
    const double activation = shape.tokens() * shape.width * shape.element_bytes;
    // Layer: q, k, v in one tensor, the core's output, the layer's. Core: its output alone.
    double bytes = (shape.layer ? 5.0 : 1.0) * activation;
    if (shape.backward) bytes += (shape.layer ? 5.0 : 4.0) * activation;  // their gradients
    if (fused(shape)) {
        bytes += shape.rows() * accumulator_bytes;  // one log-sum a row
        if (!cuda) bytes += shape.heads * shape.batch * row_block * 512 * accumulator_bytes;
    } else if (quadratic(shape)) {
        const bool in_blocks = shape.variant && shape.variant->family == Family::exact_yat;
        const double cells =
            in_blocks ? shape.batch * shape.heads * shape.length * std::min(row_block, shape.length)
                      : shape.cells();
        const double kept = in_blocks ? accumulator_bytes : shape.element_bytes;
        bytes += cells * kept * (shape.backward ? 4 : 2);
    } else {
        const double block = std::min(shape.length, 2048.0);
        const double state = shape.batch * shape.heads * features(shape) * (shape.head_dim + 1);
        double per_row = 2 * pair_cost(shape) + 4 * shape.head_dim;
        if (shape.causal) per_row += 2 * std::min(chunk, shape.length);
        const double states = shape.causal ? std::max(1.0, block / chunk) : 1.0;
        bytes += (state * states + shape.batch * shape.heads * block * per_row) *
                 accumulator_bytes * (shape.backward ? 2 : 1);
    }
    return bytes;
}

Prediction one_pass(const Shape& shape, const Measurement& measurement, const DeviceRates& rates) {
    Prediction prediction;
    prediction.latency_ms = latency_seconds(shape, rates, measurement) * 1e3;
    prediction.peak_bytes = peak_bytes(shape, rates.cuda);
    return prediction;
}

}  // namespace

double predicted_flops(const Point& point) {
    const Shape shape = shape_of(point);
    const double gradients = (shape.forward ? 1.0 : 0.0) + (shape.backward ? 2.0 : 0.0);
    return core_flops(shape) * pass_factor(shape) +
           (shape.layer ? 8 * shape.tokens() * shape.width * shape.width * gradients : 0.0);
}

double predicted_peak_bytes(const Point& point, bool cuda) {
    return peak_bytes(shape_of(point), cuda);
}

Prediction latency_cost(const Point& point, const Measurement& measurement,
                        const DeviceRates& rates) {
    const Shape shape = shape_of(point);
    Prediction prediction = one_pass(shape, measurement, rates);
    // A backward alone is timed behind a forward that is not.
    Shape whole = shape;
    whole.forward = true;
    const double pass = latency_seconds(whole, rates, measurement);
    const double budget =
        std::clamp(measurement.point_seconds, measurement.min_samples * pass,
                   std::max(measurement.min_samples, measurement.max_samples) * pass);
    prediction.seconds = measurement.warmup_iterations * pass + budget;
    return prediction;
}

Prediction memory_cost(const Point& point, const Measurement& measurement,
                       const DeviceRates& rates) {
    Prediction prediction = one_pass(shape_of(point), measurement, rates);
    // A warm-up and the measured pass; on a CPU in a process that first loads LibTorch.
    prediction.seconds = 2 * prediction.latency_ms / 1e3 + (rates.cuda ? 0.02 : 1.5);
    return prediction;
}

Prediction quality_cost(const Point& point, const Measurement& measurement,
                        const DeviceRates& rates) {
    const Shape shape = shape_of(point);
    Prediction prediction = one_pass(shape, measurement, rates);
    // For every seed the variant, and its quadrature in exact arithmetic: a quadratic pass.
    Shape reference = shape;
    reference.variant = find_variant("yat-spherical");
    reference.dtype = "float64";
    const double seeds = static_cast<double>(seeds_of(point).size());
    prediction.seconds =
        seeds * (prediction.latency_ms / 1e3 + latency_seconds(reference, rates, measurement));
    prediction.peak_bytes = std::max(prediction.peak_bytes, peak_bytes(reference, rates.cuda));
    return prediction;
}

Prediction predict(const Point& point, const Measurement& measurement, const DeviceRates& rates) {
    const ExperimentInfo* experiment = find_experiment(point.experiment);
    const CostModel cost = experiment && experiment->cost ? experiment->cost : latency_cost;
    return cost(point, measurement, rates);
}

}  // namespace slay
