// Warpgroup matrix products of sm_90a: a in registers, b in shared memory under a swizzle, sums in
// float32 registers, asynchronous. A fragment's layout is that of mma, warp w of four holding rows
// 16 w ... 16 w + 15.
#pragma once

#include "engine/kernels/ptx.cuh"

namespace slay::kernels {

// Where b lies. `step` is the distance in bytes between groups of eight rows of one swizzle atom;
// atoms are 8 rows of `row_bytes` = 64 or 128.
__device__ __forceinline__ uint64_t matrix_descriptor(const void* shared, int row_bytes) {
    const auto address = static_cast<uint32_t>(__cvta_generic_to_shared(shared));
    const uint64_t step = static_cast<uint64_t>(8 * row_bytes) >> 4;
    const uint64_t swizzle = row_bytes == 128 ? 1 : 2;
    return static_cast<uint64_t>((address & 0x3ffff) >> 4) | step << 16 | step << 32 |
           swizzle << 62;
}

// The same for rows of a known length, with the upper half a constant; `at` is so many 16-byte
// units further on.
template <int row_bytes>
struct MatrixOperand {
    static constexpr uint32_t kUpper = (8 * row_bytes >> 4) | (row_bytes == 128 ? 1u : 2u) << 30;
    uint32_t lower;
    __device__ __forceinline__ explicit MatrixOperand(const void* shared)
        : lower((static_cast<uint32_t>(__cvta_generic_to_shared(shared)) & 0x3ffff) >> 4 |
                (8 * row_bytes >> 4) << 16) {}
    __device__ __forceinline__ uint64_t at(int units) const {
        uint64_t both;
        asm("mov.b64 %0, {%1, %2};" : "=l"(both) : "r"(lower + units), "n"(kUpper));
        return both;
    }
};

// The place of the 16-byte piece `piece` of row `row` in such a tile, in bytes.
template <int row_bytes>
__device__ __forceinline__ int swizzled(int row, int piece) {
    const int turned = row_bytes == 128 ? piece ^ (row & 7) : piece ^ ((row >> 1) & 3);
    return row * row_bytes + turned * 16;
}

// Before the first product and whenever registers that products use were written.
__device__ __forceinline__ void products_fence() {
    asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
}
__device__ __forceinline__ void commit_products() {
    asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
}
// All but the latest `pending` groups are done.
template <int pending>
__device__ __forceinline__ void wait_for_products() {
    asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(pending) : "memory");
}
// What this thread wrote to shared memory becomes visible to products.
__device__ __forceinline__ void publish_to_products() {
    asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
}
// Keeps the compiler from using registers of an asynchronous product too early, or for other
// things.
template <int count>
__device__ __forceinline__ void hold(float (&registers)[count]) {
#pragma unroll
    for (int i = 0; i < count; ++i) asm volatile("" : "+f"(registers[i])::"memory");
}
template <int count>
__device__ __forceinline__ void hold(uint32_t (&registers)[count]) {
#pragma unroll
    for (int i = 0; i < count; ++i) asm volatile("" : "+r"(registers[i])::"memory");
}

// Four 8x8 matrices of bf16 into shared memory; the eight lanes 8i..8i+7 give the addresses of
// matrix i's rows, register i of `r` is its part. Transposed: of its columns.
template <bool transposed>
__device__ __forceinline__ void store_matrices(void* row, const uint32_t (&r)[4]) {
    const auto address = static_cast<uint32_t>(__cvta_generic_to_shared(row));
    if constexpr (transposed) {
        asm volatile(
            "stmatrix.sync.aligned.m8n8.x4.trans.shared.b16 [%0], {%1,%2,%3,%4};" ::"r"(address),
            "r"(r[0]), "r"(r[1]), "r"(r[2]), "r"(r[3])
            : "memory");
    } else {
        asm volatile("stmatrix.sync.aligned.m8n8.x4.shared.b16 [%0], {%1,%2,%3,%4};" ::"r"(address),
                     "r"(r[0]), "r"(r[1]), "r"(r[2]), "r"(r[3])
                     : "memory");
    }
}

#define SLAY_WGMMA_16(d, o)                                                                     \
    "+f"(d[o]), "+f"(d[o + 1]), "+f"(d[o + 2]), "+f"(d[o + 3]), "+f"(d[o + 4]), "+f"(d[o + 5]), \
        "+f"(d[o + 6]), "+f"(d[o + 7]), "+f"(d[o + 8]), "+f"(d[o + 9]), "+f"(d[o + 10]),        \
        "+f"(d[o + 11]), "+f"(d[o + 12]), "+f"(d[o + 13]), "+f"(d[o + 14]), "+f"(d[o + 15])

// d [64, 16] += a [64, 16] b [16, 16]; otherwise as the next one.
template <bool transposed>
__device__ __forceinline__ void warpgroup_mma(float (&d)[8], const uint32_t* a, uint64_t b,
                                              int add) {
    asm volatile(
        "{\n.reg .pred p;\nsetp.ne.b32 p, %13, 0;\n"
        "wgmma.mma_async.sync.aligned.m64n16k16.f32.bf16.bf16 "
        "{%0,%1,%2,%3,%4,%5,%6,%7}, {%8,%9,%10,%11}, %12, p, 1, 1, %14;\n}"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]), "+f"(d[4]), "+f"(d[5]), "+f"(d[6]),
          "+f"(d[7])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b), "r"(add), "n"(transposed ? 1 : 0));
}

// d [64, 32] += a [64, 16] b [16, 32]; `transposed`: b is stored [k][n]. `add` 0: d = a b.
template <bool transposed>
__device__ __forceinline__ void warpgroup_mma(float (&d)[16], const uint32_t* a, uint64_t b,
                                              int add) {
    asm volatile(
        "{\n.reg .pred p;\nsetp.ne.b32 p, %21, 0;\n"
        "wgmma.mma_async.sync.aligned.m64n32k16.f32.bf16.bf16 "
        "{%0,%1,%2,%3,%4,%5,%6,%7,%8,%9,%10,%11,%12,%13,%14,%15}, "
        "{%16,%17,%18,%19}, %20, p, 1, 1, %22;\n}"
        : SLAY_WGMMA_16(d, 0)
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b), "r"(add), "n"(transposed ? 1 : 0));
}

// The same for d [64, 64].
template <bool transposed>
__device__ __forceinline__ void warpgroup_mma(float (&d)[32], const uint32_t* a, uint64_t b,
                                              int add) {
    asm volatile(
        "{\n.reg .pred p;\nsetp.ne.b32 p, %37, 0;\n"
        "wgmma.mma_async.sync.aligned.m64n64k16.f32.bf16.bf16 "
        "{%0,%1,%2,%3,%4,%5,%6,%7,%8,%9,%10,%11,%12,%13,%14,%15,"
        "%16,%17,%18,%19,%20,%21,%22,%23,%24,%25,%26,%27,%28,%29,%30,%31}, "
        "{%32,%33,%34,%35}, %36, p, 1, 1, %38;\n}"
        : SLAY_WGMMA_16(d, 0), SLAY_WGMMA_16(d, 16)
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b), "r"(add), "n"(transposed ? 1 : 0));
}

// The same for d [64, 72].
template <bool transposed>
__device__ __forceinline__ void warpgroup_mma(float (&d)[36], const uint32_t* a, uint64_t b,
                                              int add) {
    asm volatile(
        "{\n.reg .pred p;\nsetp.ne.b32 p, %41, 0;\n"
        "wgmma.mma_async.sync.aligned.m64n72k16.f32.bf16.bf16 "
        "{%0,%1,%2,%3,%4,%5,%6,%7,%8,%9,%10,%11,%12,%13,%14,%15,%16,%17,"
        "%18,%19,%20,%21,%22,%23,%24,%25,%26,%27,%28,%29,%30,%31,%32,%33,%34,%35}, "
        "{%36,%37,%38,%39}, %40, p, 1, 1, %42;\n}"
        : SLAY_WGMMA_16(d, 0), SLAY_WGMMA_16(d, 16), "+f"(d[32]), "+f"(d[33]), "+f"(d[34]),
          "+f"(d[35])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b), "r"(add), "n"(transposed ? 1 : 0));
}

#undef SLAY_WGMMA_16

}  // namespace slay::kernels
