// What the kernels of a fused backward pass are given.
#pragma once

#include <cstdint>
#include <type_traits>

#include "engine/kernels/fused_linear_backward.h"

namespace slay::kernels {

struct GradientFeatures {
    const uint4* omega;  // [heads][g_padded / 8][d / 16][32 lanes]: b fragments, high and low part
    const uint4* omega_transposed;  // [heads][g_padded / 16][d / 8][32 lanes]
    std::int64_t omega_stride;      // between heads; 0 where they share one
    const float* offset;            // [g_padded], for exp2
    const uint4* first;             // [p_padded / 8][d / 16][32 lanes]
    const uint4* second;
    const uint4* first_transposed;  // [p_padded / 16][d / 8][32 lanes]
    const uint4* second_transposed;
    int g, blocks;          // blocks of 32 g
    int p_units, p_padded;  // see BackwardSizes
    Factor factor;
    bool normalise;
    bool same;             // second == first
    bool turned;           // g times cos (first half) and sin of pi position_scale i
    float position_scale;  // 1 / (2 L)
    // [heads][g_padded][d], see PackedGradients; null where signs next to zero do not matter.
    // 1 / |u| are then the rows' own although features do not ask for them.
    const float* exact;
    std::int64_t exact_stride;  // between heads; 0 where they share one
};

// q, k, v and the gradients in memory: bfloat16, or float32 for operands of two
// terms.
template <int Terms>
using Scalar = std::conditional_t<Terms == 1, std::uint16_t, float>;

// One side of a pass: whose features are summed up or differentiated.
struct BackwardSide {
    TensorView rows;        // q or k
    TensorView vectors;     // dN or v
    const float* weights;   // dD, [B H, L]; null for the keys' side: ones
    const float* inverses;  // 1 / |row|, or ones where features do not ask for it, [B H, L]
};

struct BackwardArguments {
    TensorView q, k, v, y, dy, correction, dq, dk, dv;
    const float* denominators;
    TensorView gradients;  // dN, of the inputs' type; it may lie in dq
    float* weights;        // dD, [B H, L]
    float* inverses;       // of q, then of k, [B H, L] each
    GradientFeatures features;
    // State kernel and scan: the side that is summed up. Gradient kernel: the
    // other side.
    BackwardSide source;
    // Gradient kernel: the side that is differentiated.
    BackwardSide target;
    std::uint16_t* states;  // [B H, wave capacity, elements * Terms], chunks as state_at says
    float* carry;           // [B H, elements]
    std::int64_t length;
    std::int64_t segment;        // T; 0 without states
    std::int64_t segments;       // of the whole length
    std::int64_t first_segment;  // of this wave
    std::int64_t wave_capacity;
    std::int64_t wave;  // segments in this wave
    std::int64_t elements;
    int heads;
    int units;        // blocks * p_units
    int unit_groups;  // blocks of the state grid that share one segment's units
    bool causal;
    bool reverse;  // the queries' side is summed up, from the end
    float delta;
};

// Where term t of element i of a summed state lies: in chunks of 8 elements,
// term after term.
template <int Terms>
__host__ __device__ constexpr std::int64_t state_at(std::int64_t i, int t) {
    return Terms == 1 ? i : i / 8 * (8 * Terms) + t * 8 + i % 8;
}

// First row of one head of a [B, H, L, d] tensor.
template <typename T>
__device__ __forceinline__ T* head_rows(const TensorView& view, int batch, int head) {
    return static_cast<T*>(view.data) + batch * view.batch_stride + head * view.head_stride;
}

}  // namespace slay::kernels
