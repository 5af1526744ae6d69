// Rows of q, k and v on their way from device memory to shared memory: bf16 as they are, other
// types split into two bf16 terms.
#pragma once

#include <cuda_fp16.h>

#include "engine/kernels/fused_linear.h"
#include "engine/kernels/split.cuh"

namespace slay::kernels {

__host__ __device__ constexpr int bytes_of(Element element) {
    return element == Element::float32 ? 4 : 2;
}

// Rows of one head of a tensor, from position `start` on.
struct Rows {
    const unsigned char* data;
    int stride;  // bytes
    __device__ __forceinline__ Rows(const TensorView& view, Element element, int batch, int head,
                                    std::int64_t start)
        : data(static_cast<const unsigned char*>(view.data) +
               (batch * view.batch_stride + head * view.head_stride + start * view.row_stride) *
                   bytes_of(element)),
          stride(static_cast<int>(view.row_stride) * bytes_of(element)) {}
    __device__ __forceinline__ const unsigned char* at(int row) const {
        return data + static_cast<std::int64_t>(row) * stride;
    }
};

// `count` rows of `row_bytes` bytes, `shared_stride` bytes apart in shared memory, by all threads
// of a block; rows from `valid` on are zero. Asynchronous; not committed.
template <int row_bytes, int threads>
__device__ __forceinline__ void copy_rows(unsigned char* shared, int shared_stride,
                                          const Rows& rows, int first, int count, int valid) {
    constexpr int kChunks = row_bytes / 16, kAtOnce = threads / kChunks;
    static_assert(threads % kChunks == 0);
    const int row = threadIdx.x / kChunks, chunk = threadIdx.x % kChunks;
    const unsigned char* from = rows.data + chunk * 16;
    unsigned char* to = shared + row * shared_stride + chunk * 16;
#pragma unroll 2
    for (int i = 0; i < count; i += kAtOnce) {
        if (count % kAtOnce != 0 && row + i >= count) break;
        const bool there = row + i < valid;
        const int at = first + (there ? row + i : 0);
        copy_async(to + i * shared_stride, from + static_cast<std::int64_t>(at) * rows.stride,
                   there);
    }
}

// Where rows wait for being split: [row][D] of the tensor's own type.
template <int D, int threads>
__device__ __forceinline__ void copy_unsplit_rows(unsigned char* shared, Element element,
                                                  const Rows& rows, int first, int count,
                                                  int valid) {
    if (element == Element::float32) {
        copy_rows<D * 4, threads>(shared, D * 4, rows, first, count, valid);
    } else {
        copy_rows<D * 2, threads>(shared, D * 2, rows, first, count, valid);
    }
}

__device__ __forceinline__ float2 half_floats(uint32_t pair) {
    return __half22float2(*reinterpret_cast<const __half2*>(&pair));
}

// [row][D] of the tensor's type -> planes [row][D + 8] of `terms` bf16 terms.
template <int D, int terms, int threads>
__device__ __forceinline__ void split_rows(uint16_t* planes, int plane, const unsigned char* from,
                                           Element element, int count) {
    constexpr int kChunks = D / 8;  // of eight elements
#pragma unroll 1
    for (int i = threadIdx.x; i < count * kChunks; i += threads) {
        SplitPair<terms> pairs[4];
        if (element == Element::float32) {
            const float4 low = reinterpret_cast<const float4*>(from)[2 * i];
            const float4 high = reinterpret_cast<const float4*>(from)[2 * i + 1];
            pairs[0] = split<terms>(low.x, low.y);
            pairs[1] = split<terms>(low.z, low.w);
            pairs[2] = split<terms>(high.x, high.y);
            pairs[3] = split<terms>(high.z, high.w);
        } else {
            const uint4 words = reinterpret_cast<const uint4*>(from)[i];
            const uint32_t all[4] = {words.x, words.y, words.z, words.w};
#pragma unroll
            for (int j = 0; j < 4; ++j) {
                if (element == Element::float16) {
                    const float2 x = half_floats(all[j]);
                    pairs[j] = split<terms>(x.x, x.y);
                } else {
                    pairs[j].term[0] = all[j];
#pragma unroll
                    for (int t = 1; t < terms; ++t) pairs[j].term[t] = 0;
                }
            }
        }
        uint16_t* to = planes + i / kChunks * (D + 8) + i % kChunks * 8;
#pragma unroll
        for (int t = 0; t < terms; ++t) {
            *reinterpret_cast<uint4*>(to + t * plane) =
                make_uint4(pairs[0].term[t], pairs[1].term[t], pairs[2].term[t], pairs[3].term[t]);
        }
    }
}

}  // namespace slay::kernels
