// Sizes of the exact Yat kernels that plans, launches and kernels share.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/kernels/yat_exact.h"

namespace slay::kernels {

// The three kernels that visit every score. queries and keys name the rows that a block owns.
enum class YatPass { forward, queries, keys };

// Rows of the arrays in scratch memory, so that tiles need no bounds there.
inline constexpr std::int64_t kYatPadding = 256;

// The kernels are built for d = 32, 64 and 128; smaller heads are padded with zeros on the chip.
constexpr int yat_padded_dim(int head_dim) {
    return head_dim <= 32 ? 32 : head_dim <= 64 ? 64 : 128;
}

// `split`: operands of two terms (float32 and float16 inputs), otherwise bf16 as it is.
struct YatBlock {
    int warps;
    int row_tiles;  // of 16 rows, a warp
    int tile;       // rows of the other side in one stage
    int stages;
    int resident;     // blocks a multiprocessor is meant to hold
    bool own_shared;  // the own rows' operands stay in shared memory
    constexpr int rows() const { return warps * row_tiles * 16; }
    constexpr int threads() const { return warps * 32; }
};

constexpr YatBlock yat_block(YatPass pass, int dim, bool split) {
    if (pass == YatPass::forward) {
        if (!split) {
            if (dim == 32) return {8, 2, 64, 3, 2, false};
            if (dim == 64) return {4, 2, 64, 2, 3, false};
            return {8, 1, 64, 2, 1, false};
        }
        if (dim == 32) return {4, 2, 64, 2, 3, false};
        if (dim == 64) return {8, 1, 64, 2, 1, false};
        return {8, 1, 32, 2, 1, false};
    }
    if (pass == YatPass::queries) {
        if (!split) {
            if (dim == 32) return {4, 2, 64, 2, 3, false};
            if (dim == 64) return {8, 1, 64, 2, 2, false};
            return {8, 1, 32, 2, 1, false};
        }
        if (dim == 32) return {8, 1, 32, 2, 2, false};
        if (dim == 64) return {8, 1, 32, 2, 1, false};
        return {4, 1, 16, 2, 1, true};
    }
    if (!split) {
        if (dim == 32) return {4, 2, 64, 2, 3, false};
        if (dim == 64) return {4, 1, 64, 2, 3, false};
        return {4, 1, 32, 2, 2, false};
    }
    if (dim == 32) return {8, 1, 32, 2, 2, false};
    if (dim == 64) return {4, 1, 32, 2, 2, false};
    return {4, 1, 16, 2, 1, true};
}

// Planes of 16-bit numbers that a row of the other side brings. Split: two of fp16 for the scores,
// backward two of bf16 to be summed, and two or (backward) three of bf16 of the values.
constexpr int yat_tile_planes(YatPass pass, bool split) {
    if (!split) return 2;
    return pass == YatPass::forward ? 4 : 7;
}

// Planes of the own rows where they stay in shared memory: two of the scores, three of dy or v.
inline constexpr int kYatOwnPlanes = 5;

// float32 numbers of one row of the other side in shared memory.
constexpr int yat_column_floats(YatPass pass) {
    return pass == YatPass::keys ? 4 : 1;
}

// Rows of the other side after which sums leave the tensor cores' accumulators, whose additions
// truncate, for float32 additions that round to nearest: without that the truncation of a sum of n
// terms adds up to about n 2^-25.
constexpr int yat_flush_rows(bool split) {
    return split ? 256 : 32768;
}

// Accumulators a thread: [row tiles][n8 tiles][4], for dk and dv together, and D's in the forward.
constexpr int yat_accumulators(YatPass pass, int dim, bool split) {
    const int tiles = yat_block(pass, dim, split).row_tiles;
    const int values = tiles * dim / 2 * (pass == YatPass::keys ? 2 : 1);
    if (pass != YatPass::forward) return values;
    return values + tiles * 2;
}

constexpr std::size_t yat_stage_bytes(YatPass pass, int dim, bool split) {
    const YatBlock block = yat_block(pass, dim, split);
    return static_cast<std::size_t>(block.tile) *
           (yat_tile_planes(pass, split) * (dim + 8) * 2 + yat_column_floats(pass) * 4);
}

constexpr std::size_t yat_shared_bytes(YatPass pass, int dim, bool split, bool flushes) {
    const YatBlock block = yat_block(pass, dim, split);
    std::size_t bytes = block.stages * yat_stage_bytes(pass, dim, split);
    if (block.own_shared)
        bytes += static_cast<std::size_t>(block.rows()) * kYatOwnPlanes * (dim + 8) * 2;
    if (flushes)
        bytes += static_cast<std::size_t>(block.threads()) * yat_accumulators(pass, dim, split) * 4;
    return bytes;
}

// Ranges are of whole tiles of 64.
constexpr std::int64_t yat_chunk(std::int64_t length, std::int64_t splits) {
    const std::int64_t tiles = (length + 63) / 64;
    return (tiles + splits - 1) / splits * 64;
}

constexpr std::int64_t yat_padded_length(std::int64_t length) {
    return (length + kYatPadding - 1) / kYatPadding * kYatPadding;
}

// Where the parts of scratch memory begin, in bytes; planes are [B*H][plane][padded L][dim].
struct YatScratch {
    std::size_t inverse_q = 0;  // float32 [B*H][padded L], bf16 inputs
    std::size_t inverse_k = 0;
    std::size_t q = 0;  // two planes of fp16: 16 q^
    std::size_t k = 0;
    std::size_t q_in = 0;  // two planes of bf16: q^ (backward)
    std::size_t k_in = 0;
    std::size_t v = 0;         // two planes of bf16, or three (backward)
    std::size_t dy = 0;        // three planes of bf16
    std::size_t columns = 0;   // float4 [B*H][padded L], backward
    std::size_t partials = 0;  // float32 [split][B*H][L][dim] (forward; dq), then the rest
    std::size_t partials_k = 0;
    std::size_t partials_v = 0;
    std::size_t partial_sums = 0;  // float32 [split][B*H][L], forward
    std::size_t bytes = 0;
};

YatScratch yat_forward_scratch(const YatShape& shape, const YatPlan& plan);
YatScratch yat_backward_scratch(const YatShape& shape, const YatPlan& plan);

}  // namespace slay::kernels
