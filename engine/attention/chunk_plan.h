// How a linear variant cuts the sequence: sizes from a cost model of flops and memory traffic.
#pragma once

#include <cstdint>

#include "engine/attention/attention.h"

namespace slay {

struct PassShape {
    std::int64_t batch_heads = 1;  // B * H
    std::int64_t length = 1;       // L
    std::int64_t outer = 0;        // P, 0 for single-factor maps
    std::int64_t inner = 1;        // G
    std::int64_t columns = 1;      // d + 1, padded
    bool causal = true;
    bool cuda = false;
};

// block == chunk >= L means: one chunk, the product form, no states at all.
ChunkPlan choose_plan(const PassShape& shape);

}  // namespace slay
