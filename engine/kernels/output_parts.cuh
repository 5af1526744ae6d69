// The pieces of output_kernel.cuh: features, products with a state, scores' weights.
#pragma once

#include "engine/kernels/features.cuh"
#include "engine/kernels/output_layout.h"
#include "engine/kernels/rows.cuh"

namespace slay::kernels {

// Both factors of a warp's 16 rows, stored row by row; `part` of `parts` warps that share them.
template <int D, int Terms, int P>
__device__ __forceinline__ void store_features(uint16_t* g, int g_stride, int g_plane,
                                               uint16_t* poly, int p_stride, int p_plane,
                                               const RowTile<D, Terms>& rows,
                                               const DeviceFeatures& f, const uint4* omega,
                                               std::int64_t position, int count, int part,
                                               int parts, int lane) {
    const int row = lane >> 2, column = (lane & 3) * 2;
    uint16_t* const to_g = g + row * g_stride + column;
    constexpr int kUnroll = D * Terms <= 32 || resident<Terms, P>() ? 2 : 1;
    form_g<kUnroll>(rows, f, omega, TileRange::share<P>(0, f.g_padded / 8, part, parts), position,
                    count, lane,
                    [&](int n, const SplitPair<Terms>& low, const SplitPair<Terms>& high) {
#pragma unroll
                        for (int t = 0; t < Terms; ++t) {
                            uint32_t* at = reinterpret_cast<uint32_t*>(to_g + t * g_plane + n * 8);
                            at[0] = low.term[t];
                            at[4 * g_stride] = high.term[t];
                        }
                    });
    if (P == kOneFactor || f.p_units == 1) return;
    uint16_t* const to_poly = poly + row * p_stride + column;
    form_poly<kUnroll>(rows, f, TileRange::share<P>(0, f.p_padded / 8, part, parts), lane,
                       [&](int n, const SplitPair<Terms>& low, const SplitPair<Terms>& high) {
#pragma unroll
                           for (int t = 0; t < Terms; ++t) {
                               uint32_t* at =
                                   reinterpret_cast<uint32_t*>(to_poly + t * p_plane + n * 8);
                               at[0] = low.term[t];
                               at[4 * p_stride] = high.term[t];
                           }
                       });
}

template <int Terms, bool scaled>
__device__ __forceinline__ void scale_rows(Fragment<Terms>& to, const Fragment<Terms>& from,
                                           const SplitPair<Terms> (&scale)[2]) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
        SplitPair<Terms> x;
#pragma unroll
        for (int t = 0; t < Terms; ++t) x.term[t] = from.term[t][i];
        if constexpr (scaled) x = multiply(x, scale[i & 1]);
#pragma unroll
        for (int t = 0; t < Terms; ++t) to.term[t][i] = x.term[t];
    }
}

// acc += (scale o a) S for one unit; S is [32][D + 8] in shared memory.
template <int D, int Terms, int MT, bool scaled>
__device__ __forceinline__ void add_unit(float (&acc)[MT][D / 8][4],
                                         const Fragment<Terms> (&a)[MT][2],
                                         const SplitPair<Terms> (&scale)[MT][2],
                                         const uint16_t* state, int plane, int lane) {
#pragma unroll
    for (int k = 0; k < 2; ++k) {
        Fragment<Terms> s[MT];
#pragma unroll
        for (int m = 0; m < MT; ++m) scale_rows<Terms, scaled>(s[m], a[m][k], scale[m]);
#pragma unroll
        for (int n = 0; n < D / 16; ++n) {
            Fragment<Terms> b;
            load_matrices_transposed(b, state + k * 16 * (D + 8) + n * 16 + rows_first(lane, D + 8),
                                     plane);
#pragma unroll
            for (int m = 0; m < MT; ++m) {
                mma(acc[m][2 * n], s[m], b, 0);
                mma(acc[m][2 * n + 1], s[m], b, 1);
            }
        }
    }
}

// sums += poly_i . (Z g_i) for one g block; `z` points at its chunks of eight elements, `poly` at
// the lane's row of the first tile.
template <int Terms, int MT>
__device__ __forceinline__ void add_normaliser(float (&sums)[MT][2],
                                               const Fragment<Terms> (&a)[MT][2], const uint16_t* z,
                                               int p_units, const uint16_t* poly, int tile_step,
                                               int p_stride, int p_plane, int lane) {
    const int r = lane >> 2, column = (lane & 3) * 2;
    for (int n = 0; n < normaliser_rows(p_units) / 8; ++n) {
        Fragment<Terms> b[2];
#pragma unroll
        for (int i = 0; i < 4; ++i) {
#pragma unroll
            for (int t = 0; t < Terms; ++t) {
                // Chunk (n * 8 + r) * 4 + i: row p of Z, columns g.
                b[i >> 1].term[t][i & 1] = *reinterpret_cast<const uint32_t*>(
                    z + (((n * 8 + r) * 4 + i) * Terms + t) * 8 + column);
            }
        }
#pragma unroll
        for (int m = 0; m < MT; ++m) {
            float h[4];
            mma_first(h, a[m][0], b[0], 0);
            mma(h, a[m][1], b[1], 0);
            if (p_units == 1) {
                sums[m][0] += h[0] + h[1];
                sums[m][1] += h[2] + h[3];
                continue;
            }
            const uint16_t* at = poly + m * tile_step + n * 8 + column;
#pragma unroll
            for (int t = 0; t < Terms; ++t) {
                const uint32_t low = *reinterpret_cast<const uint32_t*>(at + t * p_plane);
                const uint32_t high =
                    *reinterpret_cast<const uint32_t*>(at + t * p_plane + 8 * p_stride);
                sums[m][0] += h[0] * low_float(low) + h[1] * high_float(low);
                sums[m][1] += h[2] * low_float(high) + h[3] * high_float(high);
            }
        }
    }
}

// Products of scores (16 rows, 16 keys) -> mma's a fragment.
template <int Terms>
__device__ __forceinline__ void weigh(Fragment<Terms>& weights, float (&sums)[2],
                                      const float (&w)[2][4]) {
#pragma unroll
    for (int i = 0; i < 2; ++i) {
        sums[i] += (w[0][2 * i] + w[0][2 * i + 1]) + (w[1][2 * i] + w[1][2 * i + 1]);
    }
#pragma unroll
    for (int i = 0; i < 4; ++i) {
        const SplitPair<Terms> pair =
            split<Terms>(w[i >> 1][i & 1 ? 2 : 0], w[i >> 1][i & 1 ? 3 : 1]);
#pragma unroll
        for (int t = 0; t < Terms; ++t) weights.term[t][i] = pair.term[t];
    }
}

// Zero above the diagonal of a block whose first key is its first row.
__device__ __forceinline__ void mask_future(float (&w)[2][4], int lane) {
    const int first = (lane & 3) * 2, r = lane >> 2;
    if (first > r) w[0][0] = w[1][2] = 0.f;
    if (first + 1 > r) w[0][1] = w[1][3] = 0.f;
    w[1][0] = w[1][1] = 0.f;
}

}  // namespace slay::kernels
