// Operands of tensor-core products as sums of bf16 terms. One term is bf16 as it is (2^-9); two
// terms carry 16 significant bits (2^-17), which is how float32 and float16 keep their accuracy:
// a b = ah bh + ah bl + al bh, accumulated in float32.
#pragma once

#include "engine/kernels/ptx.cuh"

namespace slay::kernels {

// A pair of consecutive elements, [0] the high terms.
template <int Terms>
struct SplitPair {
    uint32_t term[Terms];
};

// x and y, rounded to nearest, as the lower and the upper half of each term.
template <int Terms>
__device__ __forceinline__ SplitPair<Terms> split(float x, float y) {
    SplitPair<Terms> pair;
    pair.term[0] = pack(x, y);
#pragma unroll
    for (int t = 1; t < Terms; ++t) {
        x -= low_float(pair.term[t - 1]);
        y -= high_float(pair.term[t - 1]);
        pair.term[t] = pack(x, y);
    }
    return pair;
}

// a b, element by element: the rounding error of the product of the high terms fits into bf16, so
// that the low term costs three multiply-adds and no conversion.
template <int Terms>
__device__ __forceinline__ SplitPair<Terms> multiply(const SplitPair<Terms>& a,
                                                     const SplitPair<Terms>& b) {
    SplitPair<Terms> product;
    product.term[0] = multiply(a.term[0], b.term[0]);
    if constexpr (Terms > 1) {
        uint32_t low = multiply_add(a.term[0], b.term[0], product.term[0] ^ 0x80008000u);
        low = multiply_add(a.term[0], b.term[1], low);
        product.term[1] = multiply_add(a.term[1], b.term[0], low);
    }
    return product;
}

// The element of the lower or of the upper half, in both halves.
template <int Terms>
__device__ __forceinline__ SplitPair<Terms> twice_low(const SplitPair<Terms>& pair) {
    SplitPair<Terms> twice;
#pragma unroll
    for (int t = 0; t < Terms; ++t) twice.term[t] = twice_low(pair.term[t]);
    return twice;
}
template <int Terms>
__device__ __forceinline__ SplitPair<Terms> twice_high(const SplitPair<Terms>& pair) {
    SplitPair<Terms> twice;
#pragma unroll
    for (int t = 0; t < Terms; ++t) twice.term[t] = twice_high(pair.term[t]);
    return twice;
}

template <int Terms>
__device__ __forceinline__ float low_float(const SplitPair<Terms>& pair) {
    float sum = low_float(pair.term[0]);
    if constexpr (Terms > 1) sum += low_float(pair.term[1]);
    return sum;
}
template <int Terms>
__device__ __forceinline__ float high_float(const SplitPair<Terms>& pair) {
    float sum = high_float(pair.term[0]);
    if constexpr (Terms > 1) sum += high_float(pair.term[1]);
    return sum;
}

// mma's fragments: a of [16, 16], b of two [16, 8] side by side.
template <int Terms>
struct Fragment {
    uint32_t term[Terms][4];
};

// Four 8x8 matrices of each term; the terms lie `plane` elements apart in shared memory.
template <int Terms>
__device__ __forceinline__ void load_matrices(Fragment<Terms>& f, const uint16_t* row, int plane) {
#pragma unroll
    for (int t = 0; t < Terms; ++t) load_matrices(f.term[t], row + t * plane);
}
template <int Terms>
__device__ __forceinline__ void load_matrices_transposed(Fragment<Terms>& f, const uint16_t* row,
                                                         int plane) {
#pragma unroll
    for (int t = 0; t < Terms; ++t) load_matrices_transposed(f.term[t], row + t * plane);
}

// d += a b, b the half n (0 or 1) of its fragment; the small products come first.
template <int Terms>
__device__ __forceinline__ void mma(float (&d)[4], const Fragment<Terms>& a,
                                    const Fragment<Terms>& b, int n) {
    if constexpr (Terms > 1) {
        mma(d, a.term[1], b.term[0][2 * n], b.term[0][2 * n + 1]);
        mma(d, a.term[0], b.term[1][2 * n], b.term[1][2 * n + 1]);
    }
    mma(d, a.term[0], b.term[0][2 * n], b.term[0][2 * n + 1]);
}

// d = a b
template <int Terms>
__device__ __forceinline__ void mma_first(float (&d)[4], const Fragment<Terms>& a,
                                          const Fragment<Terms>& b, int n) {
    if constexpr (Terms > 1) {
        mma_first(d, a.term[1], b.term[0][2 * n], b.term[0][2 * n + 1]);
        mma(d, a.term[0], b.term[1][2 * n], b.term[1][2 * n + 1]);
        mma(d, a.term[0], b.term[0][2 * n], b.term[0][2 * n + 1]);
    } else {
        mma_first(d, a.term[0], b.term[0][2 * n], b.term[0][2 * n + 1]);
    }
}

}  // namespace slay::kernels
