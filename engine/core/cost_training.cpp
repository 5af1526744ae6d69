// What a training is expected to cost: blocks, head, optimiser, validation.
#include <algorithm>
#include <cmath>

#include "engine/core/cost_model.h"
#include "engine/core/cost_shape.h"

namespace slay {
namespace {

constexpr double validation_rounds = 11;  // engine/training/train_point.cpp
constexpr double validation_batches = 16;
constexpr double state_bytes = 16;  // of a weight: itself, its gradient and two moments, float32

struct TrainingShape {
    CostShape layer;
    double layers, steps, accumulation, vocabulary, predicted;  // predicted: tokens of a batch

    double block_weights() const { return 12 * layer.width * layer.width; }
    double weights() const {
        return layers * block_weights() + (vocabulary + layer.length) * layer.width;
    }
};

TrainingShape training_shape(const Point& point) {
    const Parameters& p = point.parameters;
    TrainingShape shape{cost_shape(point),         p.real("layers", 2),      p.real("steps", 1000),
                        p.real("accumulation", 1), p.real("vocabulary", 64), 0};
    const bool masked = p.text("objective", "causal-lm") == "masked-lm";
    shape.layer.causal = !masked;
    shape.layer.layer = true;
    shape.predicted = shape.layer.tokens() * (masked ? 0.15 : 1.0);
    return shape;
}

// Seconds of what is not attention, of one batch: MLP and head, forward (1) or with backward (3).
double dense_seconds(const TrainingShape& shape, double passes, const DeviceRates& rates) {
    const double tokens = shape.layer.tokens(), width = shape.layer.width;
    const bool half = shape.layer.element_bytes < 4;
    const double rate = rates.matrix_flops * (half ? (rates.cuda ? 10.0 : 0.5) : 1.0);
    const double flops =
        16 * tokens * width * width * shape.layers + 2 * shape.predicted * width * shape.vocabulary;
    const double bytes =
        4 * (60 * tokens * width * shape.layers + 6 * shape.predicted * shape.vocabulary);
    return passes * (flops / rate + bytes / rates.bytes_per_second +
                     (15 * shape.layers + 10) * rates.launch_seconds);
}

// Seconds that the host takes to start the operators of a step, autograd's among them; seen on an
// H100 with its launch rate. Short steps take no less.
double host_seconds(const TrainingShape& shape, const DeviceRates& rates) {
    // Gradients of signed sums take the chunked form: many operators.
    const bool chunked = shape.layer.variant && shape.layer.variant->signed_estimate;
    return (375 + (chunked ? 1300 : 350) * shape.layers) * rates.launch_seconds;
}

}  // namespace

Prediction training_cost(const Point& point, const Measurement& measurement,
                         const DeviceRates& rates) {
    TrainingShape shape = training_shape(point);
    CostShape pass = shape.layer;
    pass.forward = pass.backward = true;
    const double host = rates.cuda ? host_seconds(shape, rates) : 0;
    const double batch = std::max(host, shape.layers * pass_seconds(pass, measurement, rates) +
                                            dense_seconds(shape, 3, rates));
    // The optimiser reads and writes all state once, and the norm reads the gradients.
    const double optimiser =
        shape.weights() * (2 * state_bytes) / rates.bytes_per_second + 20 * rates.launch_seconds;
    const double step = shape.accumulation * batch + optimiser;
    pass.backward = false;
    const double validation =
        validation_rounds * validation_batches *
        std::max(host / 4, shape.layers * pass_seconds(pass, measurement, rates) +
                               dense_seconds(shape, 1, rates));

    Prediction prediction;
    prediction.latency_ms = step * 1e3;
    prediction.seconds = shape.steps * step + validation;
    pass.backward = true;
    // Kept for the backward: about 20 activations a block, and three copies of the logits.
    const double activations = 20 * shape.layer.tokens() * shape.layer.width * 4 * shape.layers;
    prediction.peak_bytes = shape.weights() * state_bytes + activations +
                            3 * 4 * shape.predicted * shape.vocabulary +
                            peak_bytes(pass, rates.cuda);
    // Materialised scores are kept in every block.
    if (pass.variant && pass.variant->name == "standard")
        prediction.peak_bytes += (shape.layers - 1) * pass.cells() * 2 * pass.element_bytes;
    return prediction;
}

}  // namespace slay
