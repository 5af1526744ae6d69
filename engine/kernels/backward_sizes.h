// Sizes that the plan, the packing and the launches of a fused backward pass share.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/kernels/fused_linear_backward.h"

namespace slay::kernels {

// Of one state: blocks of 32 g, each with p_units matrices [32 (g), d]; then Z[block][p_units][32].
struct BackwardSizes {
    int blocks = 0;    // G / 32 rounded up
    int p_units = 1;   // 1, or P padded to a multiple of 8
    int p_padded = 0;  // 0 without a second factor, else P padded to a multiple of 16
    std::int64_t elements = 0;
    int terms = 1;  // bf16 terms of an operand

    int units() const { return blocks * p_units; }
    int g_padded() const { return blocks * 32; }
};

BackwardSizes backward_sizes(const BackwardShape& shape, const PackedGradients& features);

// Byte offsets in the scratch: dD, inverse norms, states, carry (dN lies in dq). States are chunks
// of 8 elements: 8 bf16, or, for two terms, 8 float32 that the scan turns into 8 high and 8 low
// terms in place.
struct BackwardScratch {
    std::size_t weights_at = 0;   // dD [B H, L] float32
    std::size_t inverses_at = 0;  // 1 / |q|, then 1 / |k|, [B H, L] float32 each
    std::size_t states_at = 0;    // [B H, wave, elements], 2 bytes a term
    std::size_t carry_at = 0;     // [B H, elements]
    std::size_t bytes = 0;
};

BackwardScratch backward_scratch(const BackwardShape& shape, const BackwardSizes& sizes,
                                 std::int64_t wave);

}  // namespace slay::kernels
