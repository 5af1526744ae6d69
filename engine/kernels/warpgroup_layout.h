// Sizes of the kernels with warpgroup products (sm_90a), for their launches and for the plan. They
// take bf16 rows of 32 or 64 elements and operands of one term.
#pragma once

#include "engine/kernels/host_device.h"

namespace slay::kernels {

// Shared memory by way of which a warp stores rows.
inline constexpr int kStagingBytes = 1024;

// Rows that a warpgroup works on together.
inline constexpr int kGroupRows = 64;

// Positions whose features are in shared memory together while states of two factors are formed.
inline constexpr int kStateRows = 256;

// Warpgroups of a block of the output kernel.
SLAY_HOST_DEVICE constexpr int output_groups(int p) {
    return p > 0 ? 4 : 2;
}

// Blocks of it on one multiprocessor that the registers are shared out for.
SLAY_HOST_DEVICE constexpr int output_blocks(int d, int g, int p) {
    return p > 0 ? 1 : d == 32 && g == 32 ? 3 : 2;
}

SLAY_HOST_DEVICE constexpr int align_tile(int bytes) {
    return (bytes + 1023) / 1024 * 1024;
}

// Both terms of the weights of G + P projections, [term][feature][d]; none where features are the
// elements themselves.
SLAY_HOST_DEVICE constexpr int weights_bytes(int d, int features) {
    return align_tile(2 * features * d * 2);
}

// A key's factors, g and then poly, are rows of at most 128 bytes; wider ones are several planes.
SLAY_HOST_DEVICE constexpr int factor_row_bytes(int g, int p) {
    return p > 0 || g > 32 ? 128 : 64;
}
SLAY_HOST_DEVICE constexpr int factor_planes(int g, int p) {
    return p == 0 && g > 64 ? g / 64 : 1;
}

// Shared memory of the output kernel in bytes: weights, constants of the exponentials, then of
// `keys` positions factors and values, then a state [unit][32][d] and its normalisers.
struct GroupOutputLayout {
    int offsets_at, normalisers_at, factors_at, factor_plane, values_at, states_at, staging_at;
    int total;
    SLAY_HOST_DEVICE constexpr GroupOutputLayout(int d, int g, int p, int keys, bool identity,
                                                 bool states)
        : offsets_at(identity ? 0 : weights_bytes(d, g + p)),
          normalisers_at(offsets_at + align_tile(g * 4)),
          factors_at(normalisers_at + align_tile(p > 0 ? p * 64 : g * 2)),
          factor_plane(keys * factor_row_bytes(g, p)),
          values_at(factors_at + factor_planes(g, p) * factor_plane),
          states_at(values_at + align_tile(keys * d * 2)),
          staging_at(states_at + (states ? align_tile(g * (p > 0 ? p : 1) * d * 2) : 0)),
          total(staging_at + output_groups(p) * 4 * kStagingBytes + 1024) {}
};

// Shared memory of the state kernel for two factors: weights, constants, rows of k, then two
// buffers of g [position][32], poly [p][position] and v [position][d].
struct GroupStateLayout {
    int poly_stride;  // bytes
    int offsets_at, rows_at, buffers_at, poly_at, values_at, buffer_bytes, staging_at, total;
    SLAY_HOST_DEVICE constexpr GroupStateLayout(int d, int p)
        : poly_stride((kStateRows + 8) * 2),
          offsets_at(weights_bytes(d, 32 + p)),
          rows_at(offsets_at + 1024),
          buffers_at(rows_at + kStateRows * d * 2),
          poly_at(kStateRows * 64),
          values_at(poly_at + align_tile(p * poly_stride)),
          buffer_bytes(values_at + kStateRows * d * 2),
          staging_at(buffers_at + 2 * buffer_bytes),
          total(staging_at + 16 * kStagingBytes + 1024) {}
};

// Tiles of k and v that a block of the kernel below has under way or at work.
SLAY_HOST_DEVICE constexpr int sum_stages(int d) {
    return d == 32 ? 3 : 2;
}

// The same for one factor, with one warpgroup a block: weights, constants, sum_stages tiles of rows
// of k and of v, then g [position][G].
struct GroupSumLayout {
    int offsets_at, rows_at, values_at, factors_at, tile_bytes, staging_at, total;
    SLAY_HOST_DEVICE constexpr GroupSumLayout(int d, int g, bool identity)
        : offsets_at(identity ? 0 : weights_bytes(d, g)),
          rows_at(offsets_at + align_tile(g * 4)),
          values_at(rows_at + sum_stages(d) * kGroupRows * d * 2),
          factors_at(values_at + sum_stages(d) * kGroupRows * d * 2),
          tile_bytes(kGroupRows * d * 2),
          staging_at(factors_at + kGroupRows * g * 2),
          total(staging_at + 4 * kStagingBytes + 1024) {}
};

// Blocks of the streaming output kernel on one multiprocessor that the registers are shared out
// for.
SLAY_HOST_DEVICE constexpr int stream_blocks(int d, int g) {
    return d == 32 ? (g == 32 ? 4 : 3) : 2;
}

// Rows of the factors' tile there: 64 keys, then the normalisers and seven rows of zeros.
inline constexpr int kStreamKeys = kGroupRows + 8;
// Tiles of v that are under way or at work.
inline constexpr int kStreamStages = 3;

// Shared memory of the streaming output kernel for one factor, with one warpgroup a block: weights,
// constants, a tile of rows of k and of q, kStreamStages of v, then a tile of factors and the state
// [G][d].
struct GroupStreamLayout {
    int offsets_at, rows_at, values_at, value_bytes, factors_at, state_at, staging_at, total;
    SLAY_HOST_DEVICE constexpr GroupStreamLayout(int d, int g, bool identity)
        : offsets_at(identity ? 0 : weights_bytes(d, g)),
          rows_at(offsets_at + align_tile(g * 4)),
          values_at(rows_at + 2 * kGroupRows * d * 2),
          value_bytes(kGroupRows * d * 2),
          factors_at(values_at + kStreamStages * value_bytes),
          state_at(factors_at +
                   align_tile(factor_planes(g, 0) * kStreamKeys * factor_row_bytes(g, 0))),
          staging_at(state_at + align_tile(g * d * 2)),
          total(staging_at + 4 * kStagingBytes + 1024) {}
};

}  // namespace slay::kernels
