// The pieces of output_kernel.cuh: sizes, features, products with a state, scores' weights.
#pragma once

#include "engine/kernels/features.cuh"

namespace slay::kernels {

inline constexpr int kKeyTile = 64;

// How the queries' factors are held. The resident forms keep them in registers (G <= 32): `steps`
// is P / 16 rounded up, 0 where P = 1. The streamed form reads them from shared memory at each use.
inline constexpr int kStreamed = -1;

template <int D, int steps>
__host__ __device__ constexpr int output_warps() {
    return steps == kStreamed || D >= 64 ? 4 : 8;
}

// 16-row tiles of a warp: with more the matrix operands are used more often, with fewer there are
// registers for more warps.
template <int D, int steps>
__host__ __device__ constexpr int row_tiles() {
    return steps == kStreamed || D == 128 ? 1 : 2;
}

// Blocks on one multiprocessor that the registers are shared out for.
template <int D, int steps>
__host__ __device__ constexpr int output_blocks() {
    return steps == kStreamed ? 1 : D == 64 ? 3 : 2;
}

template <int D, int steps>
__host__ __device__ constexpr int output_rows() {
    return output_warps<D, steps>() * 16 * row_tiles<D, steps>();
}

template <int D>
__host__ __device__ constexpr int units_per_stage() {
    return 256 / D;
}

struct OutputLayout {
    int g_stride, p_stride;                   // elements
    int g_bytes, query_bytes;                 // queries' factors
    int key_g_bytes, key_p_bytes, key_bytes;  // one buffer of keys' factors and values
    int stage_bytes;                          // one buffer of states
    __host__ __device__ OutputLayout(int rows, int g_padded, int p_units, int p_padded, int d) {
        const bool has_poly = p_units > 1;
        g_stride = g_padded + 8;
        p_stride = p_padded + 8;
        g_bytes = rows * g_stride * 2;
        query_bytes = g_bytes + (has_poly ? rows * p_stride * 2 : 0);
        key_g_bytes = kKeyTile * g_stride * 2;
        key_p_bytes = has_poly ? kKeyTile * p_stride * 2 : 0;
        key_bytes = key_g_bytes + key_p_bytes + kKeyTile * (d + 8) * 2;
        stage_bytes = 256 / d * kBlock * (d + 8) * 2;
    }
    __host__ __device__ int total(bool resident, bool states, bool scores) const {
        const int keys = scores ? (resident ? 2 : 1) * key_bytes : 0;
        const int stages = states ? 2 * stage_bytes : 0;
        return query_bytes + (keys > stages ? keys : stages);
    }
};

// Both factors of 16 rows, stored row by row; `parts` warps share the rows' features.
template <int D, int parts>
__device__ __forceinline__ void store_features(uint16_t* g, int g_stride, uint16_t* poly,
                                               int p_stride, const RowTile<D>& rows,
                                               const DeviceFeatures& f, const uint4* omega,
                                               std::int64_t position, std::int64_t count, int part,
                                               int lane) {
    float inverse[2];
    inverse_norms<D>(inverse, rows, f.normalise);
    const int row = lane >> 2, column = (lane & 3) * 2;
#pragma unroll(D <= 32 ? 2 : 1)
    for (int n = part; n < f.g_padded / 8; n += parts) {
        float z[4];
        g_tile<D>(z, rows, inverse, f, omega, n, count, lane);
        uint16_t* at = g + row * g_stride + n * 8 + column;
        *reinterpret_cast<uint32_t*>(at) = pack(z[0], z[1]);
        *reinterpret_cast<uint32_t*>(at + 8 * g_stride) = pack(z[2], z[3]);
    }
    if (f.p_units == 1) return;
#pragma unroll(D <= 32 ? 2 : 1)
    for (int n = part; n < f.p_padded / 8; n += parts) {
        float z[4];
        poly_tile<D>(z, rows, inverse, f, n, position, lane);
        uint16_t* at = poly + row * p_stride + n * 8 + column;
        *reinterpret_cast<uint32_t*>(at) = pack(z[0], z[1]);
        *reinterpret_cast<uint32_t*>(at + 8 * p_stride) = pack(z[2], z[3]);
    }
}

// acc += (scale o a) S for one unit; S is [32][D + 8] in shared memory.
template <int D, int MT, bool scaled>
__device__ __forceinline__ void add_unit(float (&acc)[MT][D / 8][4], const uint32_t (&a)[MT][2][4],
                                         const uint32_t (&scale)[MT][2], const uint16_t* state,
                                         int lane) {
#pragma unroll
    for (int k = 0; k < 2; ++k) {
        uint32_t b[D / 16][4];
#pragma unroll
        for (int n = 0; n < D / 16; ++n) {
            load_matrices_transposed(b[n],
                                     state + k * 16 * (D + 8) + n * 16 + rows_first(lane, D + 8));
        }
#pragma unroll
        for (int m = 0; m < MT; ++m) {
            uint32_t s[4];
#pragma unroll
            for (int i = 0; i < 4; ++i) {
                s[i] = scaled ? multiply(a[m][k][i], scale[m][i & 1]) : a[m][k][i];
            }
#pragma unroll
            for (int n = 0; n < D / 8; ++n) {
                mma(acc[m][n], s, b[n / 2][(n & 1) * 2], b[n / 2][(n & 1) * 2 + 1]);
            }
        }
    }
}

// sums += poly_i . (Z g_i) for one g block.
template <int MT, int warps>
__device__ __forceinline__ void add_normaliser(float (&sums)[MT][2], const uint32_t (&a)[MT][2][4],
                                               const uint16_t* z, int p_units, const uint16_t* poly,
                                               int p_stride, int lane) {
    const int r = lane >> 2, column = (lane & 3) * 2;
    for (int n = 0; n < normaliser_rows(p_units) / 8; ++n) {
        uint32_t b[4];
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            b[i] = *reinterpret_cast<const uint32_t*>(z + (n * 8 + r) * kBlock + i * 8 + column);
        }
#pragma unroll
        for (int m = 0; m < MT; ++m) {
            float h[4];
            mma_first(h, a[m][0], b[0], b[1]);
            mma(h, a[m][1], b[2], b[3]);
            if (p_units == 1) {
                sums[m][0] += h[0] + h[1];
                sums[m][1] += h[2] + h[3];
                continue;
            }
            const uint16_t* at = poly + (m * warps * 16 + r) * p_stride + n * 8 + column;
            const uint32_t low = *reinterpret_cast<const uint32_t*>(at);
            const uint32_t high = *reinterpret_cast<const uint32_t*>(at + 8 * p_stride);
            sums[m][0] += h[0] * low_float(low) + h[1] * high_float(low);
            sums[m][1] += h[2] * low_float(high) + h[3] * high_float(high);
        }
    }
}

// Products of scores (16 rows, 16 keys) -> mma's a fragment.
__device__ __forceinline__ void weigh(uint32_t (&weights)[4], float (&sums)[2],
                                      const float (&w)[2][4]) {
#pragma unroll
    for (int i = 0; i < 2; ++i) {
        sums[i] += (w[0][2 * i] + w[0][2 * i + 1]) + (w[1][2 * i] + w[1][2 * i + 1]);
    }
    weights[0] = pack(w[0][0], w[0][1]);
    weights[1] = pack(w[0][2], w[0][3]);
    weights[2] = pack(w[1][0], w[1][1]);
    weights[3] = pack(w[1][2], w[1][3]);
}

// Zero above the diagonal of a block whose first key is its first row.
__device__ __forceinline__ void mask_future(float (&w)[2][4], int lane) {
    const int first = (lane & 3) * 2, r = lane >> 2;
    if (first > r) w[0][0] = w[1][2] = 0.f;
    if (first + 1 > r) w[0][1] = w[1][3] = 0.f;
    w[1][0] = w[1][1] = 0.f;
}

}  // namespace slay::kernels
