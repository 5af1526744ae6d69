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

// How operands reach the tensor cores. float32: q^ and k^ as two terms of fp16, everything else as
// three of bf16. float16: q and k as they are, everything else as two terms of bf16. bfloat16: as
// it is. Where q and k are raw, their norms come in as float32 factors.
enum class YatLane { bfloat16, float16, float32 };

constexpr YatLane yat_lane(YatType type) {
    return type == YatType::bfloat16  ? YatLane::bfloat16
           : type == YatType::float16 ? YatLane::float16
                                      : YatLane::float32;
}
constexpr int yat_score_terms(YatLane lane) {
    return lane == YatLane::float32 ? 2 : 1;
}
constexpr int yat_terms(YatLane lane) {
    return lane == YatLane::bfloat16 ? 1 : lane == YatLane::float16 ? 2 : 3;
}
constexpr bool yat_raw(YatLane lane) {
    return lane != YatLane::float32;
}

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

constexpr YatBlock yat_block(YatPass pass, int dim, YatLane lane) {
    const bool bf16 = lane == YatLane::bfloat16, single = lane == YatLane::float32;
    switch (pass) {
        case YatPass::forward:
            if (bf16 && dim == 32) return {8, 2, 128, 2, 2, false};
            if (bf16 && dim == 64) return {4, 2, 64, 2, 3, false};
            if (dim == 32) return {8, 1, 64, 2, 2, false};
            if (dim == 64) return {8, 1, 64, 2, 1, false};
            return {8, 1, single ? 32 : 64, 2, 1, false};
        case YatPass::queries:
            if (bf16 && dim == 32) return {4, 2, 64, 2, 3, false};
            if (dim == 32) return {8, 1, 32, 2, 2, false};
            if (dim == 64) return {8, 1, bf16 ? 64 : 32, 2, bf16 ? 2 : 1, false};
            if (single) return {4, 1, 16, 2, 1, true};
            return {bf16 ? 8 : 4, 1, 32, 2, 1, false};
        default:
            if (bf16 && dim == 32) return {4, 2, 64, 2, 3, false};
            if (dim == 32) return {8, 1, 32, 2, 2, false};
            if (dim == 64) return {4, 1, bf16 ? 64 : 32, 2, bf16 ? 3 : 2, false};
            if (bf16) return {4, 1, 32, 2, 2, false};
            return {4, 1, 16, 2, 1, true};
    }
}

// Planes of 16-bit numbers that a row of the other side brings: the scores' operand, backward also
// the same vector to be summed (the scores' own where that is bf16), and the values or dy.
constexpr int yat_factor_terms(YatPass pass, YatLane lane) {
    return pass == YatPass::forward || lane == YatLane::bfloat16 ? 0 : yat_terms(lane);
}
constexpr int yat_tile_planes(YatPass pass, YatLane lane) {
    return yat_score_terms(lane) + yat_factor_terms(pass, lane) + yat_terms(lane);
}

// Planes of the own rows where they stay in shared memory.
constexpr int yat_own_planes(YatLane lane) {
    return yat_score_terms(lane) + yat_terms(lane);
}

// float32 numbers of one row of the other side in shared memory.
constexpr int yat_column_floats(YatPass pass) {
    return pass == YatPass::keys ? 4 : 1;
}

// Rows of the other side after which sums leave the tensor cores' accumulators, whose additions
// truncate, for float32 additions that round to nearest: without that the truncation of a sum of n
// terms adds up to about n 2^-25.
constexpr int yat_flush_rows(YatLane lane) {
    return lane == YatLane::float32 ? 256 : lane == YatLane::float16 ? 4096 : 32768;
}

// Accumulators a thread: [row tiles][n8 tiles][4], for dk and dv together, and D's in the forward.
constexpr int yat_accumulators(YatPass pass, int dim, YatLane lane) {
    const int tiles = yat_block(pass, dim, lane).row_tiles;
    const int values = tiles * dim / 2 * (pass == YatPass::keys ? 2 : 1);
    if (pass != YatPass::forward) return values;
    return values + tiles * 2;
}

constexpr std::size_t yat_stage_bytes(YatPass pass, int dim, YatLane lane) {
    const YatBlock block = yat_block(pass, dim, lane);
    return static_cast<std::size_t>(block.tile) *
           (yat_tile_planes(pass, lane) * (dim + 8) * 2 + yat_column_floats(pass) * 4);
}

constexpr std::size_t yat_shared_bytes(YatPass pass, int dim, YatLane lane, bool flushes) {
    const YatBlock block = yat_block(pass, dim, lane);
    std::size_t bytes = block.stages * yat_stage_bytes(pass, dim, lane);
    if (block.own_shared)
        bytes += static_cast<std::size_t>(block.rows()) * yat_own_planes(lane) * (dim + 8) * 2;
    if (flushes)
        bytes += static_cast<std::size_t>(block.threads()) * yat_accumulators(pass, dim, lane) * 4;
    return bytes;
}

// The forward kernel of sm_90a, for bf16 and d up to 64, has blocks of its own.
inline constexpr int kYatWideStep = 64;   // keys whose products are started together
inline constexpr int kYatWideTile = 128;  // keys in one stage
inline constexpr int kYatWideStages = 3;

constexpr int yat_wide_groups(int dim) {  // warpgroups in a block of threads
    return dim == 32 ? 1 : 2;
}
constexpr int yat_wide_rows(int dim) {
    return yat_wide_groups(dim) * 128;
}
constexpr int yat_wide_resident(int dim) {  // blocks a multiprocessor is meant to hold
    return dim == 32 ? 3 : 1;
}
constexpr int yat_wide_accumulators(int dim) {  // floats of a thread: y's sums and D
    return dim + 4;
}
constexpr std::size_t yat_wide_bytes(int dim, bool flushes) {
    const std::size_t stages = kYatWideStages * (kYatWideTile * dim * 4 + kYatWideTile * 4);
    const std::size_t totals = yat_wide_groups(dim) * 128 * yat_wide_accumulators(dim) * 4;
    return 1024 + stages + (flushes ? totals : 0);
}

// Ranges are of whole tiles, of 128 rows at most.
constexpr std::int64_t yat_chunk(std::int64_t length, std::int64_t splits) {
    const std::int64_t tiles = (length + 127) / 128;
    return (tiles + splits - 1) / splits * 128;
}

// As many ranges as have rows, of those asked for.
constexpr std::int64_t yat_ranges(std::int64_t length, std::int64_t splits) {
    const std::int64_t chunk = yat_chunk(length, splits);
    return (length + chunk - 1) / chunk;
}

constexpr std::int64_t yat_padded_length(std::int64_t length) {
    return (length + kYatPadding - 1) / kYatPadding * kYatPadding;
}

// Where the parts of scratch memory begin, in bytes; planes are [B*H][plane][padded L][dim].
struct YatScratch {
    std::size_t inverse_q = 0;  // float32 [B*H][padded L], raw q and k
    std::size_t inverse_k = 0;
    std::size_t q = 0;  // two planes of fp16: 16 q^
    std::size_t k = 0;
    std::size_t q_in = 0;  // planes of bf16: q^, or q (backward)
    std::size_t k_in = 0;
    std::size_t v = 0;  // planes of bf16
    std::size_t dy = 0;
    std::size_t columns = 0;     // float4 [B*H][padded L], backward
    std::size_t partials = 0;    // float32 [split][B*H][L][dim]: of y, or of dq
    std::size_t partials_k = 0;  // in the place of dq's
    std::size_t partials_v = 0;
    std::size_t partial_sums = 0;  // float32 [split][B*H][L], forward
    std::size_t bytes = 0;
};

YatScratch yat_forward_scratch(const YatShape& shape, const YatPlan& plan);
YatScratch yat_backward_scratch(const YatShape& shape, const YatPlan& plan);

}  // namespace slay::kernels
