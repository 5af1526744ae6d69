// The few instructions that CUDA C++ has no plain spelling for. bf16 pairs are uint32_t with the
// element of the lower index in the lower half.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#define SLAY_DYNAMIC_SHARED(name) extern __shared__ __align__(128) unsigned char name[]

namespace slay::kernels {

// d += a b: a [16, 16] row by row, b [16, 8] column by column, d [16, 8] in float32.
// With r = lane / 4 and t = lane % 4 a lane holds
//   a[0] (r, 2t..2t+1)  a[1] (r+8, 2t..)  a[2] (r, 2t+8..)  a[3] (r+8, 2t+8..)
//   b0 (2t..2t+1, r)    b1 (2t+8.., r)    d[0], d[1] (r, 2t..2t+1)   d[2], d[3] (r+8, 2t..)
__device__ __forceinline__ void mma(float (&d)[4], const uint32_t (&a)[4], uint32_t b0,
                                    uint32_t b1) {
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, "
        "{%8,%9}, {%0,%1,%2,%3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

// d = a b
__device__ __forceinline__ void mma_first(float (&d)[4], const uint32_t (&a)[4], uint32_t b0,
                                          uint32_t b1) {
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, "
        "{%8,%9}, {%10,%10,%10,%10};"
        : "=f"(d[0]), "=f"(d[1]), "=f"(d[2]), "=f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1), "f"(0.f));
}

// The transpose of an 8x8 matrix of bf16 held as an accumulator's half.
__device__ __forceinline__ uint32_t transpose(uint32_t pair) {
    uint32_t other;
    asm volatile("movmatrix.sync.aligned.m8n8.trans.b16 %0, %1;" : "=r"(other) : "r"(pair));
    return other;
}

// Four 8x8 matrices of bf16; the eight lanes 8i..8i+7 give the addresses of matrix i's rows.
__device__ __forceinline__ void load_matrices(uint32_t (&r)[4], const void* row) {
    const uint32_t address = static_cast<uint32_t>(__cvta_generic_to_shared(row));
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(address)
                 : "memory");
}

__device__ __forceinline__ void load_matrices_transposed(uint32_t (&r)[4], const void* row) {
    const uint32_t address = static_cast<uint32_t>(__cvta_generic_to_shared(row));
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(address)
                 : "memory");
}

// 16 bytes from device to shared memory; zeros where `valid` is false (nothing is read then).
__device__ __forceinline__ void copy_async(void* shared, const void* global, bool valid) {
    const uint32_t address = static_cast<uint32_t>(__cvta_generic_to_shared(shared));
    const int bytes = valid ? 16 : 0;
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(address), "l"(global),
                 "r"(bytes)
                 : "memory");
}

__device__ __forceinline__ void commit_copies() {
    asm volatile("cp.async.commit_group;" ::: "memory");
}

template <int pending>
__device__ __forceinline__ void wait_for_copies() {
    asm volatile("cp.async.wait_group %0;" ::"n"(pending) : "memory");
}

__device__ __forceinline__ uint32_t pack(float low, float high) {
    uint32_t pair;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
    return pair;
}

// Both halves multiplied, each rounded once; an fma with -0 because sm_80 has no bf16 multiply.
__device__ __forceinline__ uint32_t multiply(uint32_t a, uint32_t b) {
    uint32_t product;
    asm("fma.rn.bf16x2 %0, %1, %2, %3;" : "=r"(product) : "r"(a), "r"(b), "r"(0x80008000u));
    return product;
}

// Both halves of a b + c, each rounded once.
__device__ __forceinline__ uint32_t multiply_add(uint32_t a, uint32_t b, uint32_t c) {
    uint32_t sum;
    asm("fma.rn.bf16x2 %0, %1, %2, %3;" : "=r"(sum) : "r"(a), "r"(b), "r"(c));
    return sum;
}

__device__ __forceinline__ uint32_t twice_low(uint32_t pair) {
    return __byte_perm(pair, 0, 0x1010);
}
__device__ __forceinline__ uint32_t twice_high(uint32_t pair) {
    return __byte_perm(pair, 0, 0x3232);
}

__device__ __forceinline__ float low_float(uint32_t pair) {
    return __uint_as_float(pair << 16);
}
__device__ __forceinline__ float high_float(uint32_t pair) {
    return __uint_as_float(pair & 0xffff0000u);
}

__device__ __forceinline__ float exp2_fast(float x) {
    float y;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

// About 2 ulp; infinite at zero.
__device__ __forceinline__ float inverse_root(float x) {
    float y;
    asm("rsqrt.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

// About 1 ulp.
__device__ __forceinline__ float reciprocal(float x) {
    float y;
    asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

// The sum over the four lanes that share a row of an accumulator.
__device__ __forceinline__ float row_sum(float x) {
    x += __shfl_xor_sync(0xffffffffu, x, 1);
    return x + __shfl_xor_sync(0xffffffffu, x, 2);
}

// Offset, in elements, of the row whose address this lane gives to load_matrices, for matrices in
// the order of mma's a fragment stored [row][k] (or, transposed, of two b fragments stored
// [k][n]): (0,0), (8,0), (0,8), (8,8).
__device__ __forceinline__ int rows_first(int lane, int stride) {
    return ((lane & 7) + ((lane >> 3) & 1) * 8) * stride + (lane >> 4) * 8;
}

// The same for the order (0,0), (0,8), (8,0), (8,8): two b fragments stored [n][k] or, transposed,
// an a fragment stored [k][row].
__device__ __forceinline__ int columns_first(int lane, int stride) {
    return ((lane & 7) + (lane >> 4) * 8) * stride + ((lane >> 3) & 1) * 8;
}

}  // namespace slay::kernels
