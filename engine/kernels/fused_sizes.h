// Sizes that the plan, the packing and the launches of a fused pass share.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/kernels/fused_linear.h"

namespace slay::kernels {

struct FusedSizes {
    int g_padded = 0;           // G padded to a multiple of 32
    int p_units = 1;            // 1, or P padded to a multiple of 8
    int p_padded = 16;          // P padded to a multiple of 16
    int units = 0;              // blocks of [32 g] x [1 p]
    std::int64_t elements = 0;  // of one state with its normalisers
    int known = 0;              // the map that the kernels are compiled for (known_map.h)
    int terms = 1;              // of every operand
};

FusedSizes fused_sizes(const FusedShape& shape, const PackedFeatures& features);

// Scratch: states (bfloat16 for one term, float32 for two), carry (float32).
struct FusedScratch {
    std::size_t carry_at = 0;
    std::size_t bytes = 0;
};

FusedScratch fused_scratch(const FusedShape& shape, const FusedSizes& sizes, std::int64_t wave);

}  // namespace slay::kernels
