// Sizes of state_kernel.cuh, for its launch and for the plan.
#pragma once

#include "engine/kernels/host_device.h"
#include "engine/kernels/known_map.h"

namespace slay::kernels {

// Two factors and one term: sixteen warps with 64 accumulators a lane; two terms, or d = 128 where
// one unit takes 128: eight warps. One factor: eight warps with few accumulators, several blocks on
// a multiprocessor.
template <int D, int Terms, bool tensor>
SLAY_HOST_DEVICE constexpr int state_warps() {
    return D == 128 || Terms > 1 || !tensor ? 8 : 16;
}

// Blocks on one multiprocessor that the registers are shared out for.
template <int D, int Terms, int P>
SLAY_HOST_DEVICE constexpr int state_blocks() {
    if (has_second_factor(P)) return 1;
    return takes_elements(P) && Terms == 1 && D < 128 ? 3 : 2;
}

// Positions whose features are in shared memory together: two warps to every 16.
template <int D, int Terms, bool tensor>
SLAY_HOST_DEVICE constexpr int state_tile() {
    return state_warps<D, Terms, tensor>() * 8;
}

// Columns of v that one warp takes.
template <int D, bool tensor>
SLAY_HOST_DEVICE constexpr int state_columns() {
    return tensor ? D : D == 128 ? 32 : 16;
}

// Units that one warp keeps in registers, all of one g block, because p_units is a multiple of 8.
template <int D, int Terms, bool tensor>
SLAY_HOST_DEVICE constexpr int units_per_warp() {
    return tensor ? 1024 / state_warps<D, Terms, tensor>() / D : 1;
}

template <int D, int Terms, bool tensor>
SLAY_HOST_DEVICE constexpr int units_per_state_block() {
    return state_warps<D, Terms, tensor>() * units_per_warp<D, Terms, tensor>() *
           state_columns<D, tensor>() / D;
}

// The same for the host, and the tile.
inline int units_per_state_block(int d, bool tensor) {
    return tensor ? 1024 / d : d == 128 ? 2 : 128 / d;
}
inline int state_tile(int d, int terms, bool tensor) {
    return d == 128 || terms > 1 || !tensor ? 64 : 128;
}

// What one block of the grid forms, and which features it needs for that.
struct UnitSpan {
    int first, last;               // units
    int block_first, block_count;  // of 32 g
    int p_first, p_count;          // multiples of 8, or 0 and 1 where P = 1
};

SLAY_HOST_DEVICE inline UnitSpan unit_span(int units, int p_units, int count, int group) {
    UnitSpan s;
    s.first = group * count;
    s.last = s.first + count < units ? s.first + count : units;
    s.block_first = s.first / p_units;
    s.block_count = (s.last - 1) / p_units - s.block_first + 1;
    const bool part = s.block_count == 1 && p_units > 1;
    s.p_first = part ? s.first - s.block_first * p_units : 0;
    s.p_count = part ? s.last - s.first : p_units;
    return s;
}

// Shared memory, in bytes: two buffers of g [token][g], poly [p][token] and v
// [token][d]; rows of k [token][d] (two of them for one term); for two terms, unsplit k and v.
// Every array but the unsplit one has a plane for each term, k for each of row_terms.
struct StateLayout {
    int g_stride, g_plane, poly_plane, v_plane;  // elements
    int poly_at, v_at, buffer_bytes;
    int k_at, k_bytes, unsplit_at, unsplit_bytes, total;
    SLAY_HOST_DEVICE StateLayout(int tokens, int block_count, int p_count, int d, int terms,
                                 bool tensor) {
        g_stride = block_count * kBlock + 8;
        g_plane = tokens * g_stride;
        poly_plane = tensor ? p_count * (tokens + 8) : 0;
        v_plane = tokens * (d + 8);
        poly_at = g_plane * 2 * terms;
        v_at = poly_at + poly_plane * 2 * terms;
        buffer_bytes = v_at + v_plane * 2 * terms;
        k_at = 2 * buffer_bytes;
        k_bytes = v_plane * 2 * row_terms(terms);
        unsplit_at = k_at + (terms == 1 ? 2 : 1) * k_bytes;
        unsplit_bytes = terms == 1 ? 0 : tokens * d * 4;
        total = unsplit_at + 2 * unsplit_bytes;
        // One-factor forms add up the warps' shares through shared memory.
        const int shares = tensor ? 0 : 8 * (d == 128 ? 40 : 24) * 32 * 4;
        if (shares > total) total = shares;
    }
};

}  // namespace slay::kernels
