// Sizes of output_kernel.cuh, for its launch and for the plan.
#pragma once

#include "engine/kernels/host_device.h"
#include "engine/kernels/known_map.h"

namespace slay::kernels {

// P of known_map.h. With one term and two known factors the queries' factors stay in registers for
// two row tiles a warp; all other forms read them from shared memory at each use.
template <int Terms, int P>
SLAY_HOST_DEVICE constexpr bool resident() {
    return Terms == 1 && P > 0;
}

template <int D, int Terms, int P>
SLAY_HOST_DEVICE constexpr int output_warps() {
    return resident<Terms, P>() && D >= 64 ? 4 : 8;
}

// 16-row tiles of a warp: with more the matrix operands are used more often, with fewer there are
// registers for more warps.
template <int Terms, int P>
SLAY_HOST_DEVICE constexpr int row_tiles() {
    return resident<Terms, P>() ? 2 : 1;
}

// Blocks on one multiprocessor that the registers are shared out for.
template <int D, int Terms, int P>
SLAY_HOST_DEVICE constexpr int output_blocks() {
    if (D == 128) return 1;
    return (resident<Terms, P>() && D == 64) || (P < kTwoFactors && Terms == 1 && D == 32) ? 3 : 2;
}

// Output rows of a block at its widest; in the forms that are not known, 2 warps may share theirs,
// each with its own keys, which halves this.
template <int D, int Terms, int P>
SLAY_HOST_DEVICE constexpr int output_rows() {
    return output_warps<D, Terms, P>() * 16 * row_tiles<Terms, P>();
}

// Keys whose factors are in shared memory together.
SLAY_HOST_DEVICE constexpr int key_tile(int terms) {
    return terms == 1 ? 64 : 32;
}

// Rows of queries, of `rows` in all, that are in shared memory together: with two terms so few that
// there is room for a second block on the multiprocessor.
SLAY_HOST_DEVICE constexpr int query_pass(int rows, int d, int terms) {
    return terms > 1 && d >= 64 && rows > 64 ? 64 : rows;
}

SLAY_HOST_DEVICE constexpr int units_per_stage(int d, int terms) {
    return 256 / d / terms > 2 ? 256 / d / terms : 2;
}

// Shared memory, in bytes: the queries' factors; keys' rows; unsplit rows; then, in one place, two
// stages of states, the queries' rows, or buffers of the keys' factors and two of values. Every
// array but the unsplit one has a plane for each term, rows of q and k for each of row_terms;
// planes in elements.
struct OutputLayout {
    int g_stride, p_stride, query_g_plane, query_p_plane;
    int key_g_plane, key_p_plane, key_v_plane, stage_plane, query_plane;
    int query_p_at, k_at, k_bytes, unsplit_at, unsplit_bytes, buffers_at;
    int query_rows_at;  // from the buffers on
    int stage_bytes, key_p_at, key_bytes, values_at, value_bytes;
    int total;
    SLAY_HOST_DEVICE OutputLayout(int rows, int g_padded, int p_units, int p_padded, int d,
                                  int terms, int buffers, bool states, bool scores) {
        const bool has_poly = p_units > 1;
        const int keys = key_tile(terms), size = 2 * terms;
        g_stride = g_padded + 8;
        p_stride = p_padded + 8;
        query_g_plane = rows * g_stride;
        query_p_plane = has_poly ? rows * p_stride : 0;
        query_p_at = query_g_plane * size;
        const int row_size = 2 * row_terms(terms);
        k_at = query_p_at + query_p_plane * size;
        key_v_plane = keys * (d + 8);
        k_bytes = key_v_plane * row_size;
        unsplit_at = k_at + (scores ? (terms == 1 ? 2 : 1) * k_bytes : 0);
        unsplit_bytes = terms == 1 ? 0 : keys * d * 4;
        const int pass = query_pass(rows, d, terms);
        const int unsplit_queries = terms == 1 ? 0 : pass * d * 4;
        // Of the queries' unsplit rows those that keys leave no room for lie where the first stage
        // of states will.
        const int overlap =
            unsplit_queries > 2 * unsplit_bytes ? unsplit_queries - 2 * unsplit_bytes : 0;
        buffers_at = unsplit_at + 2 * unsplit_bytes;

        stage_plane = units_per_stage(d, terms) * 32 * (d + 8);
        stage_bytes = stage_plane * size;
        query_plane = pass * (d + 8);
        key_g_plane = keys * g_stride;
        key_p_plane = has_poly ? keys * p_stride : 0;
        key_p_at = key_g_plane * size;
        key_bytes = key_p_at + key_p_plane * size;
        values_at = buffers * key_bytes;
        value_bytes = key_v_plane * size;
        query_rows_at = states && stage_bytes > overlap ? stage_bytes : overlap;
        int shared = query_rows_at + query_plane * row_size;
        if (states && 2 * stage_bytes > shared) shared = 2 * stage_bytes;
        const int key_phase = values_at + 2 * value_bytes;
        if (scores && key_phase > shared) shared = key_phase;
        // Warps that share rows add up through this place.
        const int shares = 4 * 32 * (d / 2 + 2) * 4;
        if (shares > shared) shared = shares;
        total = buffers_at + shared;
    }
};

}  // namespace slay::kernels
