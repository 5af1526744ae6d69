// 64 rows of q or k by a warpgroup: their elements as matrix operands, and their factors g and
// poly as matrix operands again. Rows of 16 belong to a warp, as in mma's fragments.
#pragma once

#include "engine/kernels/kernel_arguments.cuh"
#include "engine/kernels/rows.cuh"
#include "engine/kernels/warpgroup_layout.h"
#include "engine/kernels/wgmma.cuh"

namespace slay::kernels {

// The dynamic shared memory from its first multiple of 1024 bytes on, as swizzled tiles want it.
__device__ __forceinline__ unsigned char* aligned_shared(unsigned char* shared) {
    return shared + (1024 - static_cast<uint32_t>(__cvta_generic_to_shared(shared)) % 1024) % 1024;
}

// The thread's warpgroup, known to be the same for all lanes of a warp.
__device__ __forceinline__ int warpgroup_of_thread() {
    return __shfl_sync(0xffffffffu, static_cast<int>(threadIdx.x >> 7), 0);
}

// A warp's 16 rows of 32 columns, scaled by one factor for rows r and one for rows r + 8, to
// `to(row)` as bf16, 64 bytes a row; by way of 1 KB of shared memory that is the warp's own, so
// that whole rows are written. Rows from `count` on are left out.
template <typename To>
__device__ __forceinline__ void store_rows(unsigned char* staging, const float* acc,
                                           const float (&scale)[2], int count, int lane, To to) {
    __syncwarp();
#pragma unroll
    for (int k = 0; k < 2; ++k) {
        uint32_t pairs[4];
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            const float* at = acc + (2 * k + (i >> 1)) * 4 + (i & 1) * 2;
            pairs[i] = pack(at[0] * scale[i & 1], at[1] * scale[i & 1]);
        }
        store_matrices<false>(staging + swizzled<64>(lane & 15, 2 * k + (lane >> 4)), pairs);
    }
    __syncwarp();
#pragma unroll
    for (int i = 0; i < 2; ++i) {
        const int row = (lane >> 2) + i * 8;
        const uint4 words = *reinterpret_cast<const uint4*>(staging + swizzled<64>(row, lane & 3));
        if (row < count) *(reinterpret_cast<uint4*>(to(row)) + (lane & 3)) = words;
    }
}

// 16 bytes of global memory, or zeros and no access where `valid` is false. What comes is not
// touched here, so that nothing waits for it.
__device__ __forceinline__ uint4 load_16_bytes(const void* at, bool valid) {
    uint4 words;
    asm volatile(
        "{\n.reg .pred p;\nsetp.ne.b32 p, %5, 0;\n"
        "mov.b32 %0, 0;\nmov.b32 %1, 0;\nmov.b32 %2, 0;\nmov.b32 %3, 0;\n"
        "@p ld.global.nc.v4.b32 {%0,%1,%2,%3}, [%4];\n}"
        : "=&r"(words.x), "=&r"(words.y), "=&r"(words.z), "=&r"(words.w)
        : "l"(at), "r"(static_cast<int>(valid)));
    return words;
}

// A lane's part of a warp's 16 rows on their way to registers: rows r and r + 8.
template <int D>
struct FetchedRows {
    uint4 words[2][D / 32];
    // The rows from `first` on; those from `valid` on are zero.
    __device__ __forceinline__ void fetch(const Rows& rows, int first, int valid, int lane) {
#pragma unroll
        for (int i = 0; i < 2; ++i) {
            const int row = first + (lane >> 2) + i * 8;
            const unsigned char* at = rows.at(row) + (lane & 3) * 16;
#pragma unroll
            for (int j = 0; j < D / 32; ++j) words[i][j] = load_16_bytes(at + j * 64, row < valid);
        }
    }
};

// Rows [0, count) of v into a swizzled tile [row][D], by all threads of a block; rows from `valid`
// on are zero. Not committed.
template <int D, int threads>
__device__ __forceinline__ void copy_values(unsigned char* tile, const Rows& rows, int count,
                                            int valid) {
    constexpr int kPieces = D / 8, kRowsApart = threads / kPieces;
    static_assert(kRowsApart % 8 == 0);  // so that the swizzle is the same
    const int piece = threadIdx.x % kPieces, first = threadIdx.x / kPieces;
    unsigned char* to = tile + swizzled<D * 2>(first, piece);
    const unsigned char* from = rows.at(first) + piece * 16;
    const std::int64_t step = static_cast<std::int64_t>(kRowsApart) * rows.stride;
#pragma unroll 4
    for (int row = first; row < count; row += kRowsApart) {
        copy_async(to, row < valid ? from : rows.data, row < valid);
        to += kRowsApart * D * 2;
        from += step;
    }
}

// The same for kGroupRows rows, of which `valid` are there.
template <int D, int threads>
__device__ __forceinline__ void copy_value_tile(unsigned char* tile, const Rows& rows, int first,
                                                int valid) {
    constexpr int kPieces = D / 8, kRowsApart = threads / kPieces;
    static_assert(kRowsApart % 8 == 0 && kGroupRows % kRowsApart == 0);
    const int piece = threadIdx.x % kPieces, row = threadIdx.x / kPieces;
    unsigned char* const to = tile + swizzled<D * 2>(row, piece);
    const unsigned char* from = rows.at(first + row) + piece * 16;
#pragma unroll
    for (int i = 0; i < kGroupRows / kRowsApart; ++i) {
        const bool there = row + i * kRowsApart < valid;
        copy_async(to + i * kRowsApart * D * 2, there ? from : rows.data, there);
        from += kRowsApart * static_cast<std::int64_t>(rows.stride);
    }
}

// A lane loads 16 bytes of a row at once. Element 8 t + 4 s + 2 h + i of 32 then lies where the
// fragment of step s has column 8 h + 2 t + i; weights lie in shared memory in the same order.
template <int D>
struct GroupRows {
    uint32_t u[D / 16][4];
    float inverse[2];  // 1 / max(|u|, 1e-12), or 1

    // Row r (`row` 0) or r + 8 (1) of the lane.
    __device__ __forceinline__ void take(int row, const uint4 (&words)[D / 32]) {
#pragma unroll
        for (int i = 0; i < D / 32; ++i) {
            u[2 * i][row] = words[i].x;
            u[2 * i][2 + row] = words[i].y;
            u[2 * i + 1][row] = words[i].z;
            u[2 * i + 1][2 + row] = words[i].w;
        }
    }
    __device__ __forceinline__ void take(const FetchedRows<D>& rows) {
#pragma unroll
        for (int i = 0; i < 2; ++i) take(i, rows.words[i]);
    }
    // The same out of shared memory, [row][D]; the lane copied these bytes itself.
    __device__ __forceinline__ void load_shared(const unsigned char* rows, int lane) {
#pragma unroll
        for (int i = 0; i < 2; ++i) {
            const auto* at =
                reinterpret_cast<const uint4*>(rows + ((lane >> 2) + i * 8) * D * 2) + (lane & 3);
            uint4 words[D / 32];
#pragma unroll
            for (int j = 0; j < D / 32; ++j) words[j] = at[j * 4];
            take(i, words);
        }
    }
    static __device__ __forceinline__ void fetch_shared(unsigned char* to, const Rows& rows,
                                                        int first, int valid, int lane) {
#pragma unroll
        for (int i = 0; i < 2; ++i) {
            const int row = (lane >> 2) + i * 8;
            const bool there = first + row < valid;
            const unsigned char* at = rows.at(there ? first + row : 0) + (lane & 3) * 16;
#pragma unroll
            for (int j = 0; j < D / 32; ++j)
                copy_async(to + row * D * 2 + j * 64 + (lane & 3) * 16, at + j * 64, there);
        }
    }

    // In plain arithmetic: small products would wait for the warpgroups' large ones.
    __device__ __forceinline__ void form_norms(bool normalise) {
        inverse[0] = inverse[1] = 1.f;
        if (!normalise) return;
#pragma unroll
        for (int i = 0; i < 2; ++i) {
            float low = 0.f, high = 0.f;
#pragma unroll
            for (int k = 0; k < D / 16; ++k) {
#pragma unroll
                for (int half = 0; half < 2; ++half) {
                    const uint32_t pair = u[k][half * 2 + i];
                    low = fmaf(low_float(pair), low_float(pair), low);
                    high = fmaf(high_float(pair), high_float(pair), high);
                }
            }
            inverse[i] = fminf(inverse_root(row_sum(low + high)), 1e12f);
        }
    }

    // Starts z = W u for `count` (twice z's length over 64) features of `weights` [feature][D];
    // the second term's plane lies `plane` bytes further on.
    template <int count>
    __device__ __forceinline__ void start_projections(float (&z)[count],
                                                      const unsigned char* weights,
                                                      int plane) const {
        const MatrixOperand<D * 2> operand(weights);
#pragma unroll
        for (int term = 1; term >= 0; --term) {
#pragma unroll
            for (int k = 0; k < D / 16; ++k) {
                warpgroup_mma<false>(z, u[k], operand.at(term * plane / 16 + k * 2),
                                     term == 0 || k > 0);
            }
        }
    }
    // z = u for the 32 elements from 32 `part` on, in the fragments' order.
    __device__ __forceinline__ void elements(float (&z)[16], int part) const {
#pragma unroll
        for (int n = 0; n < 4; ++n) {
#pragma unroll
            for (int i = 0; i < 2; ++i) {
                uint32_t pair = 0;
#pragma unroll
                for (int p = 0; p < D / 32; ++p) {
                    if (p == part) pair = u[2 * p + n / 2][(n & 1) * 2 + i];
                }
                z[n * 4 + 2 * i] = low_float(pair);
                z[n * 4 + 2 * i + 1] = high_float(pair);
            }
        }
    }
};

// A fragment's registers from an accumulator's: columns 16 k ... 16 k + 15.
template <int count>
__device__ __forceinline__ void to_fragment(uint32_t (&a)[4], const float (&z)[count], int k) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
        const int at = (2 * k + (i >> 1)) * 4 + (i & 1) * 2;
        a[i] = pack(z[at], z[at + 1]);
    }
}

// Weights of G + P projections and the exponentials' constants into shared memory, by all threads
// of a block; to be published, and a barrier to follow.
template <int D, int G, int P, int threads>
__device__ __forceinline__ void load_weights(unsigned char* weights, float* offsets,
                                             const DeviceFeatures& f, const uint4* omega) {
    constexpr int kTile = D / 16 * 32, kPlane = (G + P) * D * 2;
    for (int i = threadIdx.x; i < (G + P) / 8 * kTile; i += threads) {
        const int n = i / kTile, rest = i % kTile, lane = rest % 32;
        const uint4* from =
            n < G / 8 ? omega + n * weight_tile(D) : f.poly[0] + (n - G / 8) * weight_tile(D);
        const uint4 words = __ldg(from + rest);
        const int row = n * 8 + lane / 4;
#pragma unroll
        for (int half = 0; half < 2; ++half) {
            const int element = rest / 32 * 16 + half * 8 + lane % 4 * 2;
            const int piece = element / 32 * 4 + element % 8 / 2;
            unsigned char* at = weights + swizzled<D * 2>(row, piece) + element % 32 / 8 * 4;
            *reinterpret_cast<uint32_t*>(at) = half ? words.y : words.x;
            *reinterpret_cast<uint32_t*>(at + kPlane) = half ? words.w : words.z;
        }
    }
    for (int i = threadIdx.x; i < G; i += threads) offsets[i] = f.offset[i];
}

// Factors of the warp's 16 rows as a fragments.
template <int D, int G, int P>
struct GroupFactors {
    static constexpr int kPlane = (G + P) * D * 2;  // of a term of the weights
    uint32_t g[G / 16][4];
    uint32_t poly[P > 0 ? P / 16 : 1][4];

    // `position` is that of the warp's first row, `count` the number of its rows that are there.
    __device__ __forceinline__ void form(const GroupRows<D>& rows, const unsigned char* weights,
                                         const float* offsets, const DeviceFeatures& f,
                                         std::int64_t position, int count, int lane) {
        if constexpr (P > 0) {
            float z[16], products[P / 2];
            products_fence();
            rows.start_projections(z, weights, kPlane);
            rows.start_projections(products, weights + G * D * 2, kPlane);
            commit_products();
            wait_for_products<0>();
            hold(z);
            hold(products);
            exponentials(z, rows, offsets, false, lane);
#pragma unroll
            for (int k = 0; k < 2; ++k) to_fragment(g[k], z, k);
            squares(products, rows);
#pragma unroll
            for (int k = 0; k < P / 16; ++k) to_fragment(poly[k], products, k);
        } else {
            constexpr int kAtOnce = G < 64 ? 1 : 2;
            float turn[2][2];  // cos and sin of the rows' positions
            if (f.rotate > 0) {
#pragma unroll
                for (int i = 0; i < 2; ++i) {
                    const auto row = static_cast<float>(position + (lane >> 2) + i * 8);
                    __sincosf(f.position_scale * row, &turn[i][1], &turn[i][0]);
                }
            }
#pragma unroll
            for (int part = 0; part < G / 32; part += kAtOnce) {
                float z[kAtOnce][16];
                if (f.identity) {
#pragma unroll
                    for (int j = 0; j < kAtOnce; ++j) rows.elements(z[j], (part + j) % (D / 32));
                } else {
                    products_fence();
#pragma unroll
                    for (int j = 0; j < kAtOnce; ++j)
                        rows.start_projections(z[j], weights + (part + j) * 32 * D * 2, kPlane);
                    commit_products();
                    wait_for_products<0>();
#pragma unroll
                    for (int j = 0; j < kAtOnce; ++j) hold(z[j]);
                }
#pragma unroll
                for (int j = 0; j < kAtOnce; ++j) {
                    const int first = (part + j) * 32;
                    apply(z[j], rows, offsets + first, f, turn, first >= f.rotate, lane);
                    if (count < 16) {
#pragma unroll
                        for (int i = 0; i < 16; ++i) {
                            if ((lane >> 2) + ((i >> 1) & 1) * 8 >= count) z[j][i] = 0.f;
                        }
                    }
                    to_fragment(g[first / 16], z[j], 0);
                    to_fragment(g[first / 16 + 1], z[j], 1);
                }
            }
        }
    }

    // Sixteen of g, or of two factors' poly, alone: that takes fewer registers.
    static __device__ __forceinline__ void form_g(uint32_t (&a)[4], int k, const GroupRows<D>& rows,
                                                  const unsigned char* weights,
                                                  const float* offsets, int lane) {
        float z[8];
        project(z, rows, weights + k * 16 * D * 2);
        exponentials(z, rows, offsets + k * 16, false, lane);
        to_fragment(a, z, 0);
    }
    static __device__ __forceinline__ void form_poly(uint32_t (&a)[4], int k,
                                                     const GroupRows<D>& rows,
                                                     const unsigned char* weights) {
        float z[8];
        project(z, rows, weights + (G + k * 16) * D * 2);
        squares(z, rows);
        to_fragment(a, z, 0);
    }

  private:
    template <int count>
    static __device__ __forceinline__ void project(float (&z)[count], const GroupRows<D>& rows,
                                                   const unsigned char* weights) {
        products_fence();
        rows.start_projections(z, weights, kPlane);
        commit_products();
        wait_for_products<0>();
        hold(z);
    }
    template <int count>
    static __device__ __forceinline__ void squares(float (&z)[count], const GroupRows<D>& rows) {
#pragma unroll
        for (int i = 0; i < count; ++i) {
            z[i] *= rows.inverse[(i >> 1) & 1];
            z[i] *= z[i];
        }
    }
    template <int count>
    static __device__ __forceinline__ void exponentials(float (&z)[count], const GroupRows<D>& rows,
                                                        const float* offsets, bool squared,
                                                        int lane) {
#pragma unroll
        for (int n = 0; n < count / 4; ++n) {
            const float2 offset =
                *reinterpret_cast<const float2*>(offsets + n * 8 + (lane & 3) * 2);
#pragma unroll
            for (int i = 0; i < 4; ++i) {
                const float inverse = rows.inverse[i >> 1], x = z[n * 4 + i];
                const float e = exp2_fast(fmaf(x, inverse, i & 1 ? offset.y : offset.x));
                z[n * 4 + i] = squared ? x * inverse * (x * inverse) * e : e;
            }
        }
    }
    // One factor of 32 features from their projections.
    static __device__ __forceinline__ void apply(float (&z)[16], const GroupRows<D>& rows,
                                                 const float* offsets, const DeviceFeatures& f,
                                                 const float (&turn)[2][2], bool sine, int lane) {
        if (f.factor == Factor::exponential || f.factor == Factor::exponential_square) {
            exponentials(z, rows, offsets, f.factor == Factor::exponential_square, lane);
            return;
        }
        if (f.factor == Factor::elu_plus_one) {
#pragma unroll
            for (int n = 0; n < 4; ++n) {
                float2 offset = make_float2(0.f, 0.f);
                if (!f.identity)
                    offset = *reinterpret_cast<const float2*>(offsets + n * 8 + (lane & 3) * 2);
#pragma unroll
                for (int i = 0; i < 4; ++i) {
                    const float x = z[n * 4 + i] * rows.inverse[i >> 1];
                    z[n * 4 + i] =
                        x > 0.f ? x + 1.f : exp2_fast(fmaf(x, kLog2E, i & 1 ? offset.y : offset.x));
                }
            }
            return;
        }
#pragma unroll
        for (int i = 0; i < 16; ++i) {
            const int row = (i >> 1) & 1;
            z[i] = fmaxf(z[i], 0.f) * (f.rotate == 0 ? rows.inverse[row]
                                       : sine        ? turn[row][1]
                                                     : turn[row][0]);
        }
    }
};

// The sum of a transposed operand of factors over its 16 positions, in the first column of `sums`.
__device__ __forceinline__ void add_factors(float (&sums)[4], const uint32_t (&a)[4], int lane) {
    const uint32_t ones = lane < 4 ? 0x3f803f80u : 0u;
    mma(sums, a, ones, ones);
}

// What rounding left of y, from a row on; null where nobody asks. A byte an element: strides in
// elements are strides in bytes.
__device__ __forceinline__ unsigned char* residual_rows(const KernelArguments& args, int batch,
                                                        int head, std::int64_t row) {
    if (args.residual.data == nullptr) return nullptr;
    return static_cast<unsigned char*>(args.residual.data) + batch * args.residual.batch_stride +
           head * args.residual.head_stride + row * args.residual.row_stride;
}

}  // namespace slay::kernels
