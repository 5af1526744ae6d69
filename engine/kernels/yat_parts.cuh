// What the exact Yat kernels share: operands, tiles in shared memory, products of split operands.
#pragma once

#include <cuda_fp16.h>

#include "engine/kernels/ptx.cuh"
#include "engine/kernels/yat_sizes.h"

namespace slay::kernels {

// One [B, H, L, d] matrix of 16-bit numbers as tensor cores take it, in one or more planes.
struct YatOperand {
    const uint16_t* data;
    std::int64_t batch_stride, head_stride, row_stride, plane_stride;  // in elements
};

struct YatArguments {
    YatOperand q, k;         // of the scores: raw bf16, or 16 q^ and 16 k^ in two terms of fp16
    YatOperand q_in, k_in;   // backward, two terms of bf16: q^ and k^ (one: q and k as they are)
    YatOperand v, dy;        // raw bf16, or two terms of bf16
    const float* inverse_q;  // 1 / |q_i|, [B*H][padded L]; bf16 inputs only
    const float* inverse_k;
    const float4*
        columns;  // {1 / |q_i| or 1, c_i, c_i / |q_i| or c_i, -dy_i.y_i}, c = 1 / (D + delta)
    TensorView y, correction;
    float* denominators;
    float* partials;      // [split][B*H][L][dim]; of dk in the keys' pass
    float* partials_v;    // of dv
    float* partial_sums;  // [split][B*H][L]
    std::int64_t length, padded, chunk, splits;
    int heads, pairs;  // H, B*H
    int head_dim;
    YatType type;
    bool causal;
    float quarter_epsilon, delta;
};

// Products of fp16 where `half`, of bf16 otherwise.
template <bool half>
__device__ __forceinline__ void yat_mma(float (&d)[4], const uint32_t (&a)[4], uint32_t b0,
                                        uint32_t b1) {
    if constexpr (half) {
        asm volatile(
            "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, "
            "{%8,%9}, {%0,%1,%2,%3};"
            : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
            : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
    } else {
        mma(d, a, b0, b1);
    }
}

// Both halves of a pair of n8 tiles: d[0] += a b[0..1], d[1] += a b[2..3].
template <bool half>
__device__ __forceinline__ void yat_mma_pair(float (&d)[2][4], const uint32_t (&a)[4],
                                             const uint32_t (&b)[4]) {
    yat_mma<half>(d[0], a, b[0], b[1]);
    yat_mma<half>(d[1], a, b[2], b[3]);
}

// min(max(a b + c, 0), 1)
__device__ __forceinline__ float multiply_add_saturated(float a, float b, float c) {
    float d;
    asm("fma.rn.sat.f32 %0, %1, %2, %3;" : "=f"(d) : "f"(a), "f"(b), "f"(c));
    return d;
}

// min(max(a b, 0), 1)
__device__ __forceinline__ float multiply_saturated(float a, float b) {
    float c;
    asm("mul.rn.sat.f32 %0, %1, %2;" : "=f"(c) : "f"(a), "f"(b));
    return c;
}

// 1 ulp; the argument is a normal number.
__device__ __forceinline__ float reciprocal(float x) {
    float y;
    asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

// x and y in terms of bf16: a register of an a fragment for each.
template <int terms>
__device__ __forceinline__ void to_terms(float x, float y, uint32_t (&out)[terms]) {
#pragma unroll
    for (int t = 0; t < terms; ++t) {
        out[t] = pack(x, y);
        x -= low_float(out[t]);
        y -= high_float(out[t]);
    }
}

// s[m][n] += own rows . eight rows of a tile, over d, both in `terms` planes. `own(a, m, p, kk)`
// gives an a fragment of the own rows; `rows`: this lane's address in plane 0, planes `plane`
// elements apart. Small products have a sum of their own: the tensor cores' additions truncate at
// the size of the sum, and that of the high terms of q^ and k^ (multiples of 2^-11 below 1) stays
// exact.
template <int D, int MT, int terms, bool half, typename Own>
__device__ __forceinline__ void add_products(float (&s)[MT][2][4], const Own& own,
                                             const uint16_t* rows, int plane) {
    float small[MT][2][4] = {};
#pragma unroll
    for (int kk = 0; kk < D / 16; ++kk) {
        uint32_t b[terms][4];
#pragma unroll
        for (int t = 0; t < terms; ++t) load_matrices(b[t], rows + t * plane + kk * 16);
#pragma unroll
        for (int m = 0; m < MT; ++m) {
            uint32_t a[terms][4];
#pragma unroll
            for (int t = 0; t < terms; ++t) own(a[t], m, t, kk);
            if constexpr (terms == 2) yat_mma_pair<half>(small[m], a[1], b[1]);
#pragma unroll
            for (int order = terms - 1; order > 0; --order)
#pragma unroll
                for (int t = 0; t <= order; ++t) yat_mma_pair<half>(small[m], a[t], b[order - t]);
            yat_mma_pair<half>(s[m], a[0], b[0]);
        }
    }
    if constexpr (terms > 1) {
#pragma unroll
        for (int m = 0; m < MT; ++m)
#pragma unroll
            for (int n = 0; n < 2; ++n)
#pragma unroll
                for (int i = 0; i < 4; ++i) s[m][n][i] += small[m][n][i];
    }
}

// acc += weights . rows over sixteen rows of a tile, both in terms of bf16; the small products
// first, because the tensor cores' additions truncate at the size of the sum. `rows`: this lane's
// address in plane 0, planes `plane` elements apart.
template <int D, int MT, int terms>
__device__ __forceinline__ void add_weighted(float (&acc)[MT][D / 8][4],
                                             const uint32_t (&weights)[MT][4][terms],
                                             const uint16_t* rows, int plane) {
#pragma unroll
    for (int n = 0; n < D / 8; n += 2) {
        uint32_t b[terms][4];
#pragma unroll
        for (int t = 0; t < terms; ++t) load_matrices_transposed(b[t], rows + t * plane + n * 8);
#pragma unroll
        for (int order = terms - 1; order >= 0; --order) {
#pragma unroll
            for (int t = 0; t <= order; ++t) {
#pragma unroll
                for (int m = 0; m < MT; ++m) {
                    const uint32_t a[4] = {weights[m][0][t], weights[m][1][t], weights[m][2][t],
                                           weights[m][3][t]};
                    mma(acc[m][n], a, b[order - t][0], b[order - t][1]);
                    mma(acc[m][n + 1], a, b[order - t][2], b[order - t][3]);
                }
            }
        }
    }
}

// This block's place in a grid of (blocks of rows) * ranges * (B * H), B * H the fastest.
struct YatPlace {
    int pair;
    std::int64_t range, order, blocks;
    __device__ __forceinline__ YatPlace(int pairs, std::int64_t splits) {
        const unsigned rest = blockIdx.x / static_cast<unsigned>(pairs);
        const auto count = static_cast<unsigned>(splits);
        pair = static_cast<int>(blockIdx.x % static_cast<unsigned>(pairs));
        range = rest % count;
        order = rest / count;
        blocks = gridDim.x / static_cast<unsigned>(pairs) / count;
    }
};

__device__ __forceinline__ const uint16_t* head_of(const YatOperand& operand, int pair, int heads) {
    return operand.data + pair / heads * operand.batch_stride + pair % heads * operand.head_stride;
}

// Starts copying `kRows` rows of `kPlanes` planes from `row` to shared [plane][kRows][D + 8]; zeros
// past `length` and past `head_dim`.
template <int D, int kRows, int kPlanes, int kThreads>
__device__ __forceinline__ void copy_rows(uint16_t* shared, const uint16_t* head,
                                          const YatOperand& operand, std::int64_t row,
                                          std::int64_t length, int head_dim) {
    constexpr int kChunks = D / 8;
    constexpr int kAll = kRows * kChunks;
#pragma unroll
    for (int first = 0; first < kAll; first += kThreads) {
        const int i = first + static_cast<int>(threadIdx.x);
        if (kAll % kThreads != 0 && i >= kAll) break;
        const int r = i / kChunks, c = i % kChunks * 8;
        const bool valid = row + r < length && c < head_dim;
        const uint16_t* from = head + (valid ? (row + r) * operand.row_stride + c : 0);
#pragma unroll
        for (int p = 0; p < kPlanes; ++p) {
            copy_async(shared + (p * kRows + r) * (D + 8) + c, from + p * operand.plane_stride,
                       valid);
        }
    }
}

// The own rows' operand: 16-row tiles of [rows][D] as a fragments, from device memory.
template <int D, int MT, int kPlanes>
struct OwnRows {
    uint32_t a[MT][kPlanes][D / 16][4];

    __device__ __forceinline__ void load(const uint16_t* head, const YatOperand& operand,
                                         std::int64_t row, std::int64_t length, int head_dim,
                                         int lane) {
#pragma unroll
        for (int m = 0; m < MT; ++m) {
#pragma unroll
            for (int i = 0; i < 2; ++i) {
                const std::int64_t at = row + m * 16 + i * 8 + (lane >> 2);
#pragma unroll
                for (int p = 0; p < kPlanes; ++p) {
                    const uint16_t* from = head + p * operand.plane_stride +
                                           (at < length ? at : 0) * operand.row_stride;
#pragma unroll
                    for (int kk = 0; kk < D / 16; ++kk) {
#pragma unroll
                        for (int j = 0; j < 2; ++j) {
                            const int c = kk * 16 + j * 8 + (lane & 3) * 2;
                            const bool valid = at < length && c < head_dim;
                            a[m][p][kk][j * 2 + i] =
                                valid ? __ldg(reinterpret_cast<const unsigned*>(from + c)) : 0u;
                        }
                    }
                }
            }
        }
    }
};

// Moves `kCount` accumulators into float32 sums in shared memory, [accumulator][thread].
template <int kCount, int kThreads>
__device__ __forceinline__ void flush(float* sums, float* accumulators) {
#pragma unroll
    for (int i = 0; i < kCount; ++i) {
        sums[i * kThreads + threadIdx.x] += accumulators[i];
        accumulators[i] = 0.f;
    }
}

}  // namespace slay::kernels
