// One warp's output rows: numerators and denominators, and what is added to them.
#pragma once

#include "engine/kernels/output_parts.cuh"

namespace slay::kernels {

template <int D, int Terms, int P>
struct WarpRows {
    static constexpr bool kResident = resident<Terms, P>();
    static constexpr int MT = row_tiles<Terms, P>();
    static constexpr int kPoly = P > 0 ? P / 16 : 1;

    static constexpr int kTileRows = output_warps<D, Terms, P>() * 16;  // between the warp's tiles

    float acc[MT][D / 8][4] = {};
    float sums[MT][2] = {};
    Fragment<Terms> a[MT][2];                       // g of one block of 32
    Fragment<Terms> ap[kResident ? MT : 1][kPoly];  // poly, resident forms

    const uint16_t* g;  // of the warp's first tile
    const uint16_t* poly;
    int first_row;  // of the warp's first tile in its block
    int lane;

    __device__ __forceinline__ int row_of(int m) const { return first_row + m * kTileRows; }

    __device__ __forceinline__ void load_block(int block, const OutputLayout& o) {
#pragma unroll
        for (int m = 0; m < MT; ++m) {
#pragma unroll
            for (int i = 0; i < 2; ++i) {
                load_matrices(a[m][i],
                              g + m * kTileRows * o.g_stride + block * kBlock + i * 16 +
                                  rows_first(lane, o.g_stride),
                              o.query_g_plane);
            }
        }
    }
    __device__ __forceinline__ void load_poly(const OutputLayout& o) {
#pragma unroll
        for (int m = 0; m < MT; ++m) {
#pragma unroll
            for (int i = 0; i < kPoly; ++i) {
                load_matrices(
                    ap[m][i],
                    poly + m * kTileRows * o.p_stride + i * 16 + rows_first(lane, o.p_stride),
                    o.query_p_plane);
            }
        }
    }

    __device__ __forceinline__ void add_state_normaliser(const uint16_t* z, int p_units,
                                                         const OutputLayout& o) {
        add_normaliser<Terms, MT>(sums, a, z, p_units, poly + (lane >> 2) * o.p_stride,
                                  kTileRows * o.p_stride, o.p_stride, o.query_p_plane, lane);
    }

    // Units p and p + 1 of the g block in `a`; `state` is the first one's.
    __device__ __forceinline__ void add_two_units(int p, const uint16_t* state,
                                                  const OutputLayout& o) {
        SplitPair<Terms> pairs[MT][2], scale[MT][2];
#pragma unroll
        for (int m = 0; m < MT; ++m) {
#pragma unroll
            for (int i = 0; i < 2; ++i) {
#pragma unroll
                for (int t = 0; t < Terms; ++t) {
                    pairs[m][i].term[t] = *reinterpret_cast<const uint32_t*>(
                        poly + t * o.query_p_plane +
                        (m * kTileRows + (lane >> 2) + i * 8) * o.p_stride + p);
                }
                scale[m][i] = twice_low(pairs[m][i]);
            }
        }
        add_unit<D, Terms, MT, true>(acc, a, scale, state, o.stage_plane, lane);
#pragma unroll
        for (int m = 0; m < MT; ++m) {
#pragma unroll
            for (int i = 0; i < 2; ++i) scale[m][i] = twice_high(pairs[m][i]);
        }
        add_unit<D, Terms, MT, true>(acc, a, scale, state + kBlock * (D + 8), o.stage_plane, lane);
    }
    __device__ __forceinline__ void add_unscaled_unit(const uint16_t* state,
                                                      const OutputLayout& o) {
        const SplitPair<Terms> none[MT][2] = {};
        add_unit<D, Terms, MT, false>(acc, a, none, state, o.stage_plane, lane);
    }

    // 16 keys, `ahead` of the block's first row. On the diagonal some of the warp's tiles see them
    // in part or not at all.
    template <bool diagonal>
    __device__ __forceinline__ void add_key_step(const uint16_t* key_g, const uint16_t* key_p,
                                                 const uint16_t* values, int ahead,
                                                 const OutputLayout& o) {
        Fragment<Terms> bg[2], bp[kPoly], bv[D / 16];
#pragma unroll
        for (int i = 0; i < 2; ++i) {
            load_matrices(bg[i], key_g + i * 16 + columns_first(lane, o.g_stride), o.key_g_plane);
        }
#pragma unroll
        for (int i = 0; i < kPoly; ++i) {
            load_matrices(bp[i], key_p + i * 16 + columns_first(lane, o.p_stride), o.key_p_plane);
        }
#pragma unroll
        for (int n = 0; n < D / 16; ++n) {
            load_matrices_transposed(bv[n], values + n * 16 + rows_first(lane, D + 8),
                                     o.key_v_plane);
        }
#pragma unroll
        for (int m = 0; m < MT; ++m) {
            const int row = row_of(m);
            if (diagonal && ahead > row) continue;
            float w[2][4], s[2][4];
#pragma unroll
            for (int n = 0; n < 2; ++n) {
                mma_first(w[n], a[m][0], bg[0], n);
                mma_first(s[n], ap[m][0], bp[0], n);
                mma(w[n], a[m][1], bg[1], n);
                if (kPoly > 1) mma(s[n], ap[m][kPoly - 1], bp[kPoly - 1], n);
            }
#pragma unroll
            for (int i = 0; i < 8; ++i) w[i >> 2][i & 3] *= s[i >> 2][i & 3];
            if (diagonal && ahead == row) mask_future(w, lane);
            Fragment<Terms> weights;
            weigh(weights, sums[m], w);
#pragma unroll
            for (int n = 0; n < D / 8; ++n) mma(acc[m][n], weights, bv[n / 2], n & 1);
        }
    }

    // A tile of keys; `tile_ahead` is its first position minus the block's first row.
    __device__ __forceinline__ void add_keys_resident(const uint16_t* key_g, const uint16_t* key_p,
                                                      const uint16_t* values, int tile_ahead,
                                                      bool causal, const OutputLayout& o) {
#pragma unroll 1
        for (int step = 0; step < key_tile(Terms) / 16; ++step) {
            const int ahead = tile_ahead + step * 16;
            if (!causal || ahead < first_row) {
                add_key_step<false>(key_g, key_p, values, ahead, o);
            } else {
                if (ahead > row_of(MT - 1)) return;
                add_key_step<true>(key_g, key_p, values, ahead, o);
            }
            key_g += 16 * o.g_stride;
            key_p += 16 * o.p_stride;
            values += 16 * (D + 8);
        }
    }

    // 16 rows by 32 keys; the last index runs over a lane's accumulators.
    using Scores = float[2][2][4];

    __device__ __forceinline__ void add_scores(Scores& s, const uint16_t* queries, int query_plane,
                                               const uint16_t* keys, int key_plane, int stride,
                                               int count) {
        const uint16_t* from = queries + rows_first(lane, stride);
        const uint16_t* to = keys + columns_first(lane, stride);
#pragma unroll 2
        for (int i = 0; i < count; ++i) {
            Fragment<Terms> x, b[2];
            load_matrices(x, from + i * 16, query_plane);
            load_matrices(b[0], to + i * 16, key_plane);
            load_matrices(b[1], to + 16 * stride + i * 16, key_plane);
#pragma unroll
            for (int n = 0; n < 4; ++n) mma(s[n >> 1][n & 1], x, b[n >> 1], n & 1);
        }
    }
    // The streamed form has one row tile a warp; g_steps and p_steps are the factors' widths / 16.
    // Of `ways` warps that share rows, each takes every ways-th step of 32 keys.
    __device__ __forceinline__ void add_keys_streamed(const uint16_t* key_g, const uint16_t* key_p,
                                                      const uint16_t* values, int tile,
                                                      int tile_ahead, bool causal, int g_steps,
                                                      int p_steps, int way, int ways,
                                                      const OutputLayout& o) {
        constexpr int kSteps = key_tile(Terms) / 32;
#pragma unroll 1
        for (int step = 0; step < kSteps; ++step) {
            const int ahead = tile_ahead + step * 32 - row_of(0);
            if (causal && ahead > 0) return;
            if (((tile * kSteps + step) & (ways - 1)) != way) continue;
            Scores w = {};
            add_scores(w, g, o.query_g_plane, key_g + step * 32 * o.g_stride, o.key_g_plane,
                       o.g_stride, g_steps);
            if (p_steps > 0) {
                Scores s = {};
                add_scores(s, poly, o.query_p_plane, key_p + step * 32 * o.p_stride, o.key_p_plane,
                           o.p_stride, p_steps);
#pragma unroll
                for (int i = 0; i < 16; ++i)
                    w[i >> 3][(i >> 2) & 1][i & 3] *= s[i >> 3][(i >> 2) & 1][i & 3];
            }
#pragma unroll
            for (int n = 0; n < 2; ++n) {
                if (causal && ahead + n * 16 > 0) break;
                if (causal && ahead + n * 16 == 0) mask_future(w[n], lane);
                Fragment<Terms> weights;
                weigh(weights, sums[0], w[n]);
                const uint16_t* v =
                    values + (step * 32 + n * 16) * (D + 8) + rows_first(lane, D + 8);
#pragma unroll
                for (int e = 0; e < D / 16; ++e) {
                    Fragment<Terms> b;
                    load_matrices_transposed(b, v + e * 16, o.key_v_plane);
                    mma(acc[0][2 * e], weights, b, 0);
                    mma(acc[0][2 * e + 1], weights, b, 1);
                }
            }
        }
    }

    // The share of another warp with the same rows, through shared memory; a column for each lane.
    __device__ __forceinline__ void store_share(float* shared) const {
#pragma unroll
        for (int i = 0; i < D / 2; ++i) shared[i * 32 + lane] = acc[0][i / 4][i % 4];
#pragma unroll
        for (int i = 0; i < 2; ++i) shared[(D / 2 + i) * 32 + lane] = sums[0][i];
    }
    __device__ __forceinline__ void add_share(const float* shared) {
#pragma unroll
        for (int i = 0; i < D / 2; ++i) acc[0][i / 4][i % 4] += shared[i * 32 + lane];
#pragma unroll
        for (int i = 0; i < 2; ++i) sums[0][i] += shared[(D / 2 + i) * 32 + lane];
    }
};

}  // namespace slay::kernels
