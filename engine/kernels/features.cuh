// g(u) and poly(u) of 16 rows by one warp: z = W u on tensor cores, W split into two bf16 terms.
#pragma once

#include "engine/kernels/kernel_arguments.cuh"
#include "engine/kernels/ptx.cuh"

namespace slay::kernels {

// 16 rows of q or k as mma's a fragments; a lane's two rows are r = lane / 4 and r + 8.
template <int D>
struct RowTile {
    uint32_t a[D / 16][4];
};

// `rows` points at the tile's first row; rows from `count` on are zero.
template <int D>
__device__ __forceinline__ void load_rows(RowTile<D>& tile, const uint16_t* rows,
                                          std::int64_t stride, std::int64_t count, int lane) {
    const int r = lane >> 2;
    const uint16_t* low = rows + r * stride + (lane & 3) * 2;
    const uint16_t* high = low + 8 * stride;
#pragma unroll
    for (int k = 0; k < D / 16; ++k) {
        tile.a[k][0] = r < count ? *reinterpret_cast<const uint32_t*>(low + k * 16) : 0u;
        tile.a[k][2] = r < count ? *reinterpret_cast<const uint32_t*>(low + k * 16 + 8) : 0u;
        tile.a[k][1] = r + 8 < count ? *reinterpret_cast<const uint32_t*>(high + k * 16) : 0u;
        tile.a[k][3] = r + 8 < count ? *reinterpret_cast<const uint32_t*>(high + k * 16 + 8) : 0u;
    }
}

// 1 / max(|u|, 1e-12) of the lane's two rows, or 1.
template <int D>
__device__ __forceinline__ void inverse_norms(float (&inverse)[2], const RowTile<D>& tile,
                                              bool normalise) {
    float squares[2] = {0.f, 0.f};
#pragma unroll
    for (int k = 0; k < D / 16; ++k) {
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            const float x = low_float(tile.a[k][i]), y = high_float(tile.a[k][i]);
            squares[i & 1] += x * x + y * y;
        }
    }
#pragma unroll
    for (int i = 0; i < 2; ++i) {
        inverse[i] = normalise ? fminf(inverse_root(row_sum(squares[i])), 1e12f) : 1.f;
    }
}

// z[row][8 features] = W u; `fragments` is the tile's first fragment.
template <int D>
__device__ __forceinline__ void project(float (&z)[4], const RowTile<D>& tile,
                                        const uint4* fragments, int lane) {
    uint4 b[D / 16];
#pragma unroll
    for (int k = 0; k < D / 16; ++k) b[k] = __ldg(fragments + k * 32 + lane);
    mma_first(z, tile.a[0], b[0].x, b[0].y);
    mma(z, tile.a[0], b[0].z, b[0].w);
#pragma unroll
    for (int k = 1; k < D / 16; ++k) {
        mma(z, tile.a[k], b[k].x, b[k].y);
        mma(z, tile.a[k], b[k].z, b[k].w);
    }
}

// g of features 8 n .. 8 n + 7, laid out as an accumulator; zero in padded features and in rows
// from `count` on. Padded features: their weights are zero and their offset is -infinity.
template <int D>
__device__ __forceinline__ void g_tile(float (&z)[4], const RowTile<D>& tile,
                                       const float (&inverse)[2], const DeviceFeatures& f,
                                       const uint4* omega, int n, std::int64_t count, int lane) {
    const int column = n * 8 + (lane & 3) * 2;
    const float2 offset = __ldg(reinterpret_cast<const float2*>(f.offset + column));
    project<D>(z, tile, omega + n * (D / 16) * 32, lane);
#pragma unroll
    for (int i = 0; i < 4; ++i) z[i] *= inverse[i >> 1];
    if (f.factor == Factor::exponential) {
#pragma unroll
        for (int i = 0; i < 4; ++i) z[i] = exp2_fast(z[i] + (i & 1 ? offset.y : offset.x));
    } else if (f.factor == Factor::exponential_square) {
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            z[i] *= z[i] * exp2_fast(z[i] + (i & 1 ? offset.y : offset.x));
        }
    } else if (f.factor == Factor::relu) {
#pragma unroll
        for (int i = 0; i < 4; ++i) z[i] = fmaxf(z[i], 0.f);
    } else {
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            z[i] = z[i] > 0.f ? z[i] + 1.f : exp2_fast(z[i] * 1.4426950408889634f);
            if (column + (i & 1) >= f.g) z[i] = 0.f;
        }
    }
    if (count >= 16) return;
    if ((lane >> 2) >= count) z[0] = z[1] = 0.f;
    if ((lane >> 2) + 8 >= count) z[2] = z[3] = 0.f;
}

// poly of features 8 n .. 8 n + 7. `position` is that of the tile's first row.
template <int D>
__device__ __forceinline__ void poly_tile(float (&z)[4], const RowTile<D>& tile,
                                          const float (&inverse)[2], const DeviceFeatures& f, int n,
                                          std::int64_t position, int lane) {
    if (f.poly == Poly::product) {
        project<D>(z, tile, f.first + n * (D / 16) * 32, lane);
        if (f.same) {
#pragma unroll
            for (int i = 0; i < 4; ++i) {
                z[i] *= inverse[i >> 1];
                z[i] *= z[i];
            }
            return;
        }
        float other[4];
        project<D>(other, tile, f.second + n * (D / 16) * 32, lane);
#pragma unroll
        for (int i = 0; i < 4; ++i) z[i] = (z[i] * inverse[i >> 1]) * (other[i] * inverse[i >> 1]);
        return;
    }
    z[0] = z[1] = z[2] = z[3] = 0.f;
    if (n > 0 || (lane & 3) > 0) return;
#pragma unroll
    for (int i = 0; i < 2; ++i) {
        if (f.poly == Poly::none) {
            z[2 * i] = 1.f;
        } else {
            const float angle =
                f.position_scale * static_cast<float>(position + (lane >> 2) + i * 8);
            __sincosf(angle, &z[2 * i + 1], &z[2 * i]);
        }
    }
}

}  // namespace slay::kernels
