// What the fused backward pass covers, and how it is cut into segments and waves.
#include <algorithm>
#include <cmath>

#include "engine/kernels/backward_sizes.h"

namespace slay::kernels {
namespace {

constexpr std::int64_t kSegmentStep = 256;  // a multiple of every kernel's row block
constexpr std::int64_t kFewPositions = 16;

std::int64_t divide_up(std::int64_t a, std::int64_t b) {
    return (a + b - 1) / b;
}

int round_up(int value, int step) {
    return (value + step - 1) / step * step;
}

// Operations of a pair of positions inside a segment, both sides: scores, their gradients, dv.
double pair_operations(const BackwardSizes& sizes, int head_dim) {
    return 4.0 * (sizes.p_padded + sizes.g_padded()) + 3.0 * head_dim;
}

}  // namespace

BackwardSizes backward_sizes(const BackwardShape& shape, const PackedGradients& features) {
    BackwardSizes sizes;
    sizes.blocks = round_up(features.g, 32) / 32;
    sizes.p_units = features.product ? round_up(features.p, 8) : 1;
    sizes.p_padded = features.product ? round_up(features.p, 16) : 0;
    sizes.elements = static_cast<std::int64_t>(sizes.units()) * 32 * (shape.head_dim + 1);
    sizes.terms = shape.element == Element::bfloat16 ? 1 : 2;
    return sizes;
}

BackwardScratch backward_scratch(const BackwardShape& shape, const BackwardSizes& sizes,
                                 std::int64_t wave) {
    const auto align = [](std::size_t bytes) { return (bytes + 255) / 256 * 256; };
    const auto rows = static_cast<std::size_t>(shape.batch * shape.heads);
    const auto positions = rows * static_cast<std::size_t>(shape.length);
    const auto elements = static_cast<std::size_t>(sizes.elements);
    const auto terms = static_cast<std::size_t>(sizes.terms);
    const auto slots = static_cast<std::size_t>(wave);
    BackwardScratch scratch;
    scratch.inverses_at = align(positions * 4);
    scratch.states_at = scratch.inverses_at + align(positions * 8);
    scratch.carry_at = scratch.states_at + align(rows * slots * elements * 2 * terms);
    scratch.bytes = scratch.carry_at + (wave == 0 ? 0 : align(rows * elements * 4));
    return scratch;
}

std::string fused_backward_unsupported(const BackwardShape& shape, const PackedGradients& features,
                                       const FusedDevice& device) {
    if (shape.element == Element::float16) return "the type is float16";
    // What the widest forms take.
    if (device.shared_bytes < 227 * 1024) return "less than 227 KB of shared memory a block";
    if (!features.known) return "no gradient of mixed or double products";
    if (shape.length < 1) return "empty sequence";
    const int d = shape.head_dim;
    if (d != 16 && d != 32 && d != 64 && d != 128) return "head dimension is not 16, 32, 64 or 128";
    if (features.head_dim != d) return "feature map made for another head dimension";
    // What shared memory holds of a block's features and states.
    const int most = shape.element == Element::bfloat16 ? 512
                     : d == 128 && features.product     ? 128
                                                        : 256;
    if (features.g < 1 || features.g > most)
        return "features g are not in 1.." + std::to_string(most);
    if (features.p < 1 || features.p > 64) return "P is not in 1..64";
    if (shape.batch * shape.heads > 65535) return "B H is above 65535";
    if (features.heads != 1 && features.heads != shape.heads)
        return "feature map made for other heads";
    return {};
}

std::string fused_backward_inaccurate(const BackwardShape& shape, const PackedGradients& features) {
    // Its gradients would need more than the two terms of an operand.
    if (features.cancels) return "sums of the kernel cancel";
    // Rows that see a key or two: v - y is what rounding left of v.
    if (shape.length < kFewPositions) return "fewer than 16 positions";
    return {};
}

FusedPlan plan_fused_backward(const BackwardShape& shape, const PackedGradients& features,
                              int multiprocessors, std::size_t state_budget, std::int64_t segment) {
    FusedPlan plan;
    const BackwardSizes sizes = backward_sizes(shape, features);
    const std::int64_t rows = shape.batch * shape.heads;
    const double pair = pair_operations(sizes, shape.head_dim);
    const auto state = static_cast<double>(sizes.elements);
    plan.scratch_bytes = backward_scratch(shape, sizes, 0).bytes;
    if (segment == 0) {
        // Operations a position: with states 5 F d, in the quadratic form `pair` for each other.
        const double crossover = 5 * state / pair * (shape.causal ? 2 : 1);
        if (static_cast<double>(shape.length) <= std::max(crossover, 256.0)) return plan;
        // The segment that balances `pair` T / 2 with the states' traffic, 16 F d / T bytes.
        constexpr double operations_a_byte = 64;
        const double balanced = std::sqrt(32 * state * operations_a_byte / pair);
        const auto steps = static_cast<std::int64_t>(balanced / kSegmentStep + 0.5);
        const std::int64_t wanted = divide_up(2 * multiprocessors, rows);
        const std::int64_t filling =
            divide_up(divide_up(shape.length, wanted), kSegmentStep) * kSegmentStep;
        segment = std::max<std::int64_t>(steps, 1) * kSegmentStep;
        segment = shape.causal ? std::min(segment, filling) : filling;
    }
    if (segment < 0) return plan;
    plan.segment = segment;
    plan.segments = divide_up(shape.length, segment);
    const std::size_t base = backward_scratch(shape, sizes, 1).bytes;
    const std::size_t each = backward_scratch(shape, sizes, 2).bytes - base;
    const auto capacity = static_cast<std::int64_t>(std::max<std::size_t>(state_budget / each, 1));
    // Waves of even size.
    plan.wave =
        divide_up(plan.segments, divide_up(plan.segments, std::min(capacity, plan.segments)));
    plan.scratch_bytes = backward_scratch(shape, sizes, plan.wave).bytes;
    return plan;
}

}  // namespace slay::kernels
