// g(u), poly(u) and their derivatives for 16 rows by one warp: z = W u on
// tensor cores.
#pragma once

#include "engine/kernels/backward_arguments.cuh"
#include "engine/kernels/split.cuh"

namespace slay::kernels {

// 16 rows as mma's a fragments from device memory; a lane's two rows are r =
// lane / 4 and r + 8. Rows from `count` on are zero.
template <int D, int Terms>
__device__ __forceinline__ void load_rows(Fragment<Terms> (&a)[D / 16], const Scalar<Terms>* rows,
                                          std::int64_t stride, std::int64_t count, int lane) {
    const int r = lane >> 2;
    const Scalar<Terms>* at[2] = {rows + r * stride + (lane & 3) * 2, nullptr};
    at[1] = at[0] + 8 * stride;
#pragma unroll
    for (int k = 0; k < D / 16; ++k) {
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            const bool valid = r + (i & 1) * 8 < count;
            const Scalar<Terms>* p = at[i & 1] + k * 16 + (i >> 1) * 8;
            if constexpr (Terms == 1) {
                a[k].term[0][i] = valid ? *reinterpret_cast<const uint32_t*>(p) : 0u;
            } else {
                const float2 x =
                    valid ? *reinterpret_cast<const float2*>(p) : make_float2(0.f, 0.f);
                const SplitPair<Terms> pair = split<Terms>(x.x, x.y);
#pragma unroll
                for (int t = 0; t < Terms; ++t) a[k].term[t][i] = pair.term[t];
            }
        }
    }
}

// The elements of a fragment's register i as float32.
template <int Terms>
__device__ __forceinline__ float2 floats(const Fragment<Terms>& a, int i) {
    float2 x = make_float2(low_float(a.term[0][i]), high_float(a.term[0][i]));
    if constexpr (Terms > 1) {
        x.x += low_float(a.term[1][i]);
        x.y += high_float(a.term[1][i]);
    }
    return x;
}

// Two accumulators side by side, [16, 8] each, as an a fragment.
template <int Terms>
__device__ __forceinline__ Fragment<Terms> as_operand(const float (&left)[4],
                                                      const float (&right)[4]) {
    Fragment<Terms> a;
#pragma unroll
    for (int i = 0; i < 4; ++i) {
        const float(&from)[4] = i < 2 ? left : right;
        const SplitPair<Terms> pair = split<Terms>(from[(i & 1) * 2], from[(i & 1) * 2 + 1]);
#pragma unroll
        for (int t = 0; t < Terms; ++t) a.term[t][i] = pair.term[t];
    }
    return a;
}

// What features of a row need besides its elements.
struct RowScales {
    float inverse[2];  // 1 / max(|u|, 1e-12), or 1
    float turn[2][2];  // cos and sin of the position, where features are turned
    // Where signs next to zero matter: the rows themselves, null from `count` on, and the weights.
    const float* rows[2];
    const float* exact;
};

// `inverses` are those of the tile's first row on; rows from `count` on are not
// read.
__device__ __forceinline__ void load_inverses(RowScales& scales, const float* inverses,
                                              std::int64_t count, int lane) {
#pragma unroll
    for (int i = 0; i < 2; ++i) {
        const int row = (lane >> 2) + i * 8;
        scales.inverse[i] = row < count ? inverses[row] : 1.f;
    }
}

// `position` is that of the tile's first row.
__device__ __forceinline__ void turn_rows(RowScales& scales, const GradientFeatures& f,
                                          std::int64_t position, int lane) {
    if (!f.turned) return;
#pragma unroll
    for (int i = 0; i < 2; ++i) {
        sincospif(f.position_scale * static_cast<float>(position + (lane >> 2) + i * 8),
                  &scales.turn[i][1], &scales.turn[i][0]);
    }
}

// `rows` from the tile's first one on, `present` of them; `count` inverses are read.
template <typename T>
__device__ __forceinline__ RowScales row_scales(const float* inverses, const GradientFeatures& f,
                                                std::int64_t position, std::int64_t count,
                                                const T* rows, std::int64_t stride,
                                                std::int64_t present, int head, int lane) {
    RowScales scales;
    load_inverses(scales, inverses, count, lane);
    turn_rows(scales, f, position, lane);
    if constexpr (std::is_same_v<T, float>) {
        scales.exact = f.exact ? f.exact + head * f.exact_stride : nullptr;
#pragma unroll
        for (int i = 0; i < 2; ++i) {
            const int row = (lane >> 2) + i * 8;
            scales.rows[i] = row < present ? rows + row * stride : nullptr;
        }
    }
    return scales;
}

// relu's z where it is so near to zero that its terms do not tell its sign.
template <int D>
__device__ __forceinline__ void sharpen(float (&z)[4], const RowScales& scales,
                                        const GradientFeatures& f, int column) {
    const float2 near = __ldg(reinterpret_cast<const float2*>(f.offset + column));
#pragma unroll
    for (int i = 0; i < 4; ++i) {
        const float* row = scales.rows[i >> 1];
        if (!row || !(fabsf(z[i]) * scales.inverse[i >> 1] < (i & 1 ? near.y : near.x))) continue;
        const auto* u = reinterpret_cast<const float4*>(row);
        const auto* w = reinterpret_cast<const float4*>(scales.exact + (column + (i & 1)) * D);
        float sum = 0.f;
#pragma unroll 1
        for (int k = 0; k < D / 4; ++k) {
            const float4 a = u[k], b = __ldg(w + k);
            sum = fmaf(a.x, b.x, fmaf(a.y, b.y, fmaf(a.z, b.z, fmaf(a.w, b.w, sum))));
        }
        z[i] = sum;
    }
}

// z = W u for eight features, as an accumulator; `weights` is the first
// fragment.
template <int D, int Terms>
__device__ __forceinline__ void project(float (&z)[4], const Fragment<Terms> (&a)[D / 16],
                                        const uint4* weights, int lane) {
    uint4 b[D / 16];
#pragma unroll
    for (int k = 0; k < D / 16; ++k) b[k] = __ldg(weights + k * 32 + lane);
#pragma unroll
    for (int k = 0; k < D / 16; ++k) {
        if (k == 0) {
            mma_first(z, a[0].term[0], b[0].z, b[0].w);
        } else {
            mma(z, a[k].term[0], b[k].z, b[k].w);
        }
        if constexpr (Terms > 1) mma(z, a[k].term[1], b[k].x, b[k].y);
        mma(z, a[k].term[0], b[k].x, b[k].y);
    }
}

// g of any factor from z = W u, not yet divided by |u|; see g_tile.
template <int D, int Terms, bool slopes>
__device__ __forceinline__ void any_factor(float (&z)[4], float (&slope)[4],
                                           const RowScales& scales, const GradientFeatures& f,
                                           int column) {
    constexpr float kLn2 = 0.693147181f, kLog2e = 1.44269504f;
    bool sharpened = false;
    if constexpr (Terms > 1) {
        sharpened = scales.exact != nullptr;
        if (sharpened) sharpen<D>(z, scales, f, column);
    }
#pragma unroll
    for (int i = 0; i < 4; ++i) z[i] *= sharpened ? 1.f : scales.inverse[i >> 1];
    if (f.factor == Factor::exponential || f.factor == Factor::exponential_square) {
        const float2 offset = __ldg(reinterpret_cast<const float2*>(f.offset + column));
        const bool squared = f.factor == Factor::exponential_square;
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            const float x = z[i], power = exp2_fast(x + (i & 1 ? offset.y : offset.x));
            z[i] = squared ? x * x * power : power;
            if (slopes) slope[i] = squared ? x * power * (2.f + kLn2 * x) : kLn2 * power;
        }
    } else if (f.factor == Factor::relu) {
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            if (slopes) slope[i] = z[i] > 0.f ? 1.f : 0.f;
            z[i] = fmaxf(z[i], 0.f);
        }
    } else {
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            const bool line = z[i] > 0.f, padded = column + (i & 1) >= f.g;
            const float power = exp2_fast(z[i] * kLog2e);
            if (slopes) slope[i] = padded ? 0.f : line ? 1.f : power;
            z[i] = padded ? 0.f : line ? z[i] + 1.f : power;
        }
    }
    if (!f.turned) return;
    const bool sine = column * 2 >= f.g;  // g = 2 d: a tile of eight lies in one half
#pragma unroll
    for (int i = 0; i < 4; ++i) {
        const float turn = sine ? scales.turn[i >> 1][1] : scales.turn[i >> 1][0];
        z[i] *= turn;
        if (slopes) slope[i] *= turn;
    }
}

// g of features 8 n .. 8 n + 7, as an accumulator, and, where `slopes`, its
// derivative by z. Zero in padded features: their weights are zero and their
// offset is -infinity. `usual`: the factor is known to be the plain
// exponential.
template <int D, int Terms, bool slopes, bool usual>
__device__ __forceinline__ void g_tile(float (&z)[4], float (&slope)[4],
                                       const Fragment<Terms> (&a)[D / 16], const RowScales& scales,
                                       const GradientFeatures& f, const uint4* omega, int n,
                                       int lane) {
    const int column = n * 8 + (lane & 3) * 2;
    project<D, Terms>(z, a, omega + n * (D / 16) * 32, lane);
    if constexpr (usual) {
        const float2 offset = __ldg(reinterpret_cast<const float2*>(f.offset + column));
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            z[i] = exp2_fast(fmaf(z[i], scales.inverse[i >> 1], i & 1 ? offset.y : offset.x));
            if (slopes) slope[i] = 0.693147181f * z[i];
        }
    } else {
        any_factor<D, Terms, slopes>(z, slope, scales, f, column);
    }
}

// g of 16 rows into shared memory, row by row: features 8 (offset + n) .. to
// columns 8 n .. for n = first, first + step, ... < last, `Count` of them where
// that is not 0. `plane`: elements between terms. Rows from `count` on are
// zero. `usual` as for g_tile.
template <int D, int Terms, bool usual, int Count>
__device__ __forceinline__ void store_g_tiles(uint16_t* at, int stride, int plane,
                                              const Fragment<Terms> (&a)[D / 16],
                                              const RowScales& scales, const GradientFeatures& f,
                                              const uint4* omega, int offset, int first, int last,
                                              int step, std::int64_t count, int lane) {
    const int r = lane >> 2;
    at += r * stride + (lane & 3) * 2;
#pragma unroll(Count > 0 ? Count : 1)
    for (int i = 0; Count > 0 ? i < Count : first + i * step < last; ++i) {
        const int n = first + i * step;
        float z[4], unused[4];
        g_tile<D, Terms, false, usual>(z, unused, a, scales, f, omega, offset + n, lane);
        if (r >= count) z[0] = z[1] = 0.f;
        if (r + 8 >= count) z[2] = z[3] = 0.f;
        const SplitPair<Terms> low = split<Terms>(z[0], z[1]), high = split<Terms>(z[2], z[3]);
#pragma unroll
        for (int t = 0; t < Terms; ++t) {
            *reinterpret_cast<uint32_t*>(at + n * 8 + t * plane) = low.term[t];
            *reinterpret_cast<uint32_t*>(at + n * 8 + t * plane + 8 * stride) = high.term[t];
        }
    }
}

template <int D, int Terms, int Count = 0>
__device__ __forceinline__ void store_g(uint16_t* at, int stride, int plane,
                                        const Fragment<Terms> (&a)[D / 16], const RowScales& scales,
                                        const GradientFeatures& f, const uint4* omega, int offset,
                                        int first, int last, int step, std::int64_t count,
                                        int lane) {
    if (f.factor == Factor::exponential) {
        store_g_tiles<D, Terms, true, Count>(at, stride, plane, a, scales, f, omega, offset, first,
                                             last, step, count, lane);
    } else {
        store_g_tiles<D, Terms, false, 0>(at, stride, plane, a, scales, f, omega, offset, first,
                                          last, step, count, lane);
    }
}

// poly of features 8 n .. 8 n + 7 as an accumulator.
template <int D, int Terms>
__device__ __forceinline__ void poly_tile(float (&z)[4], const Fragment<Terms> (&a)[D / 16],
                                          const RowScales& scales, const GradientFeatures& f, int n,
                                          int lane) {
    project<D, Terms>(z, a, f.first + n * (D / 16) * 32, lane);
    float other[4];
    if (!f.same) project<D, Terms>(other, a, f.second + n * (D / 16) * 32, lane);
#pragma unroll
    for (int i = 0; i < 4; ++i) {
        z[i] *= scales.inverse[i >> 1];
        z[i] *= f.same ? z[i] : other[i] * scales.inverse[i >> 1];
    }
}

// poly of features 8 n .. to columns 8 n, n as for store_g.
template <int D, int Terms, int Count = 0>
__device__ __forceinline__ void store_poly(uint16_t* at, int stride, int plane,
                                           const Fragment<Terms> (&a)[D / 16],
                                           const RowScales& scales, const GradientFeatures& f,
                                           int first, int last, int step, int lane) {
    at += (lane >> 2) * stride + (lane & 3) * 2;
#pragma unroll(Count > 0 ? Count : 1)
    for (int i = 0; Count > 0 ? i < Count : first + i * step < last; ++i) {
        const int n = first + i * step;
        float z[4];
        poly_tile<D, Terms>(z, a, scales, f, n, lane);
        const SplitPair<Terms> low = split<Terms>(z[0], z[1]), high = split<Terms>(z[2], z[3]);
#pragma unroll
        for (int t = 0; t < Terms; ++t) {
            *reinterpret_cast<uint32_t*>(at + n * 8 + t * plane) = low.term[t];
            *reinterpret_cast<uint32_t*>(at + n * 8 + t * plane + 8 * stride) = high.term[t];
        }
    }
}

// du += dz W for 16 features, dz two accumulators; `weights` is the step's
// first transposed fragment.
template <int D, int Terms>
__device__ __forceinline__ void project_back(float (&du)[D / 8][4], const Fragment<Terms>& dz,
                                             const uint4* weights, int lane) {
#pragma unroll
    for (int n = 0; n < D / 8; ++n) {
        const uint4 b = __ldg(weights + n * 32 + lane);
        if constexpr (Terms > 1) {
            mma(du[n], dz.term[1], b.x, b.y);
            mma(du[n], dz.term[0], b.z, b.w);
        }
        mma(du[n], dz.term[0], b.x, b.y);
    }
}

// Figures of `Rows` rows into shared memory, one a thread; those from `count`
// on are zero. Left uncommitted.
template <int Rows>
__device__ __forceinline__ void stage_figures(float* shared, const float* figures,
                                              std::int64_t count) {
    if (threadIdx.x >= Rows) return;
    const bool valid = threadIdx.x < count;
    const uint32_t address = static_cast<uint32_t>(__cvta_generic_to_shared(shared + threadIdx.x));
    asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;" ::"r"(address),
                 "l"(figures + (valid ? threadIdx.x : 0)), "r"(valid ? 4 : 0)
                 : "memory");
}

// `Rows` rows of d elements into shared memory, [row][D + 8] in each plane;
// rows from `count` on are zero. Copies of one term are asynchronous and left
// uncommitted.
template <int D, int Terms, int Rows, int Threads>
__device__ __forceinline__ void stage_rows(uint16_t* shared, const Scalar<Terms>* rows,
                                           std::int64_t stride, std::int64_t count) {
    constexpr int kWidth = Terms == 1 ? 8 : 4;  // elements of 16 bytes
    constexpr int kChunks = D / kWidth;
    constexpr int kPlane = Rows * (D + 8);
#pragma unroll
    for (int j = 0; j < (Rows * kChunks + Threads - 1) / Threads; ++j) {
        const int i = j * Threads + threadIdx.x, row = i / kChunks, column = i % kChunks * kWidth;
        if (Rows * kChunks % Threads != 0 && i >= Rows * kChunks) break;
        const bool valid = row < count;
        uint16_t* at = shared + row * (D + 8) + column;
        const Scalar<Terms>* from = rows + (valid ? row * stride : 0) + column;
        if constexpr (Terms == 1) {
            copy_async(at, from, valid);
        } else {
            const float4 x =
                valid ? *reinterpret_cast<const float4*>(from) : make_float4(0.f, 0.f, 0.f, 0.f);
            const SplitPair<Terms> low = split<Terms>(x.x, x.y), high = split<Terms>(x.z, x.w);
#pragma unroll
            for (int t = 0; t < Terms; ++t) {
                *reinterpret_cast<uint2*>(at + t * kPlane) = make_uint2(low.term[t], high.term[t]);
            }
        }
    }
}

}  // namespace slay::kernels
