// Predicted peak memory, as the ATen path works; checked against measured peaks in
// tests/core/cost_test.cpp.
#include <algorithm>
#include <cmath>

#include "engine/core/cost_shape.h"

namespace slay {
namespace {

// What the ATen path of a linear variant holds at a time (engine/attention/chunk_plan.cpp): a block
// of positions, a bounded part of the sequence, in chunks.
struct Block {
    double positions, chunk;  // chunk 0: no scores are formed
};

Block block_of(const CostShape& shape, bool cuda) {
    const double d = shape.head_dim, all = features_of(shape);
    const double state = all * (d + 1);
    const double budget = cuda ? 33554432 : 1048576;  // elements of the largest scratch tensor
    double chunk =
        std::clamp(std::exp2(std::round(std::log2(std::sqrt(state * 2 / 3)))), 64.0, 1024.0);
    const double heads = shape.batch * shape.heads;
    while (chunk > 64 && heads * chunk * all > 2 * budget) chunk /= 2;
    if (shape.length <= (shape.causal ? chunk : 0) + state / (pair_cost(shape) + d + 1) &&
        shape.length * shape.length * heads <= 4 * budget)
        return {shape.length, shape.length};
    const double positions = std::max(chunk, budget / (heads * std::max(all, chunk)));
    return {std::min(shape.length, std::floor(positions / chunk) * chunk),
            shape.causal ? chunk : 0};
}

// Scratch of a linear variant's pass: values with their column of ones, q and k with their
// features, scores, the chunks' states and, for tensor products, the expanded features.
double linear_scratch(const CostShape& shape, bool cuda) {
    const double d = shape.head_dim, all = features_of(shape), small = pair_cost(shape);
    const Block block = block_of(shape, cuda);
    const double chunks = block.chunk > 0 ? std::max(1.0, block.positions / block.chunk) : 1;
    const bool single = block.positions == shape.length && block.chunk == shape.length;
    double row = 4 * d + 2 + (shape.nodes > 0 ? 3 : 2) * small + block.chunk;
    double states = 0;
    if (!single) {
        states = (chunks + 1) * all * (d + 1);
        if (shape.poly > 0) row += all;
    }
    if (shape.backward) row += 2 * small + block.chunk;
    return shape.batch * shape.heads * (block.positions * row + states) * accumulator_bytes(shape);
}

// The fused kernels' states of one wave of segments, at most their budget, and figures of a row;
// for a backward pass also what rounding took from a bfloat16 y, a byte an element.
double fused_scratch(const CostShape& shape) {
    const double state = features_of(shape) * shape.head_dim;
    const double segments = std::max(1.0, shape.length / 512);
    const double states = shape.batch * shape.heads * segments * state * 2 * fused_terms(shape);
    const double activation = shape.rows() * shape.head_dim * shape.element_bytes;
    const double budget = std::max(8388608.0, (shape.backward ? 1.25 : 0.9) * activation);
    const double waves = std::ceil(states / budget);
    double bytes = states / std::max(1.0, waves);
    if (shape.backward) bytes += 16 * shape.rows();
    if (shape.backward && fused_terms(shape) == 1) bytes += shape.rows() * shape.head_dim;
    return bytes;
}

// q, k, v, the core's output, the layer's own and, with gradients, those of the first four; both
// before the last projection and at it.
double fused_linear_peak(const CostShape& shape, double activation) {
    const double scratch = fused_scratch(shape);
    if (!shape.layer) return (shape.backward ? 4 : 1) * activation + scratch;
    if (shape.backward) return 9 * activation + scratch;
    return std::max(5 * activation, 4 * activation + scratch);
}

// Exact Yat works in blocks of rows, whose cells are held two times, and five in a backward.
double yat_scratch(const CostShape& shape, bool cuda) {
    const double heads = shape.batch * shape.heads;
    const double budget = cuda ? 33554432 : 1048576;
    const double rows =
        std::min(shape.length, std::clamp(budget / (heads * shape.length), 32.0, 2048.0));
    const double cells = heads * rows * shape.length * (shape.backward ? 5 : 2);
    const double vectors = shape.rows() * shape.head_dim * (shape.backward ? 4.5 : 3);
    return (cells + vectors) * accumulator_bytes(shape);
}

// The tiled kernels hold their operands as 16-bit terms and, where blocks of rows alone leave
// multiprocessors idle, sums over ranges of the other side (engine/kernels/yat_plan.cpp chooses).
double tiled_yat_scratch(const CostShape& shape) {
    const double dim = shape.head_dim <= 32 ? 32 : shape.head_dim <= 64 ? 64 : 128;
    const bool bf16 = shape.dtype == "bfloat16", single = shape.element_bytes == 4;
    const double terms = bf16 ? 1 : single ? 3 : 2, operand = 2 * dim;  // bytes of a row's term
    const double resident = dim == 32 ? (bf16 ? 3 : 2) : 1;
    const double slots = 132 * resident;  // of blocks of 128 rows
    const double rows = std::ceil(shape.length / 128);
    const double blocks =
        shape.batch * shape.heads * rows * (shape.causal ? 0.5 * (1 + 1 / rows) : 1);
    const double fills = std::round(slots / blocks);
    const double uneven = shape.causal && blocks > slots && blocks < 1.5 * slots ? 4 : 1;
    const double splits = std::max(1.0, std::min(std::max(fills, uneven), shape.length / 256));
    double row = single ? 4 * operand : 8;  // q and k in two terms, or their norms
    if (!bf16) row += terms * operand * (shape.backward ? 4 : 1);
    if (shape.backward)
        row += 16 + 2 * splits * dim * 4 + (single ? 0 : shape.head_dim * shape.element_bytes);
    else if (splits > 1)
        row += splits * (dim + 1) * 4;
    return shape.rows() * (row + 4);  // and the denominators
}

}  // namespace

double peak_bytes(const CostShape& shape, bool cuda) {
    // One activation of the layer, [B, L, E]. Above its input a layer holds q, k, v, the core's
    // output and its own; a backward their gradients too. A core holds its output and gradients.
    const double activation = shape.tokens() * shape.width * shape.element_bytes;
    const double ended = (shape.layer ? (shape.backward ? 10.4 : 5) : (shape.backward ? 4 : 1));
    const double inside = (shape.layer ? (shape.backward ? 9.1 : 4) : (shape.backward ? 4 : 1));
    if (is_fused_linear(shape, cuda)) return fused_linear_peak(shape, activation);
    double scratch = 0;
    if (is_tiled_yat(shape, cuda)) {
        scratch = tiled_yat_scratch(shape);
    } else if (is_fused_softmax(shape)) {
        scratch = shape.rows() * accumulator_bytes(shape);  // a logarithm of a sum for each row
    } else if (!is_quadratic(shape)) {
        scratch = linear_scratch(shape, cuda);
    } else if (shape.variant && shape.variant->family == Family::exact_yat) {
        scratch = yat_scratch(shape, cuda);
    } else {
        // Scores and weights; in the backward weights and the gradients of both.
        scratch = shape.cells() * shape.element_bytes * (shape.backward ? 4 : 2);
    }
    return std::max(ended * activation, inside * activation + scratch);
}

}  // namespace slay
