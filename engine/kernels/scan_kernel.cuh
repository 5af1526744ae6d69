// Sums of the states over segments, in place.
#pragma once

#include "engine/kernels/kernel_arguments.cuh"
#include "engine/kernels/launch.cuh"
#include "engine/kernels/split.cuh"

namespace slay::kernels {

// One chunk of eight elements of `states`.
template <int Terms>
struct StateChunk {
    uint4 words[Terms];

    __device__ __forceinline__ void load(const uint4* at) {
#pragma unroll
        for (int t = 0; t < Terms; ++t) words[t] = at[t];
    }
    __device__ __forceinline__ void clear() {
#pragma unroll
        for (int t = 0; t < Terms; ++t) words[t] = make_uint4(0, 0, 0, 0);
    }
    __device__ __forceinline__ void add_to(float (&sum)[8]) const {
        if constexpr (Terms == 1) {
            const uint32_t pairs[4] = {words[0].x, words[0].y, words[0].z, words[0].w};
#pragma unroll
            for (int i = 0; i < 4; ++i) {
                sum[2 * i] += low_float(pairs[i]);
                sum[2 * i + 1] += high_float(pairs[i]);
            }
        } else {
#pragma unroll
            for (int t = 0; t < Terms; ++t) {
                sum[4 * t] += __uint_as_float(words[t].x);
                sum[4 * t + 1] += __uint_as_float(words[t].y);
                sum[4 * t + 2] += __uint_as_float(words[t].z);
                sum[4 * t + 3] += __uint_as_float(words[t].w);
            }
        }
    }
};

// The sum as operands: eight high terms, then eight low ones.
template <int Terms>
__device__ __forceinline__ void store_operands(uint4* at, const float (&sum)[8]) {
    SplitPair<Terms> pairs[4];
#pragma unroll
    for (int i = 0; i < 4; ++i) pairs[i] = split<Terms>(sum[2 * i], sum[2 * i + 1]);
#pragma unroll
    for (int t = 0; t < Terms; ++t) {
        at[t] = make_uint4(pairs[0].term[t], pairs[1].term[t], pairs[2].term[t], pairs[3].term[t]);
    }
}

// Segments whose states a thread has under way together.
__host__ __device__ constexpr int scan_ahead(int terms) {
    return 8 / terms;
}

// State s becomes the sum before it. `parts` threads share a chunk: each sums up segments that
// follow each other, then adds what the threads before it have.
// Bidirectional: slot 0 becomes the sum of all once the last wave is done.
// grid (ceil(elements / 8 / 32), B * H), block 32 parts.
template <int Terms, int parts>
__global__ void __launch_bounds__(32 * parts) scan_kernel(const KernelArguments args) {
    constexpr int kAhead = scan_ahead(Terms);
    __shared__ float sums[parts][8][32];
    const int lane = threadIdx.x & 31, part = threadIdx.x >> 5;
    const std::int64_t chunk = static_cast<std::int64_t>(blockIdx.x) * 32 + lane;
    const bool there = chunk * 8 < args.elements;
    const std::int64_t row = blockIdx.y;
    const std::int64_t step = args.elements / 8 * Terms;
    uint4* states =
        reinterpret_cast<uint4*>(args.states) + row * args.wave_capacity * step + chunk * Terms;
    float4* carry = reinterpret_cast<float4*>(args.carry + row * args.elements) + chunk * 2;
    const auto slot = [&](int s) { return states + s * step; };

    let_next_grid_start();
    wait_for_previous_grid();
    float sum[8] = {};
    if (!args.begin && there) {
        const float4 low = carry[0], high = carry[1];
        sum[0] = low.x, sum[1] = low.y, sum[2] = low.z, sum[3] = low.w;
        sum[4] = high.x, sum[5] = high.y, sum[6] = high.z, sum[7] = high.w;
    }
    for (int round = 0; round < args.wave; round += parts * kAhead) {
        const int first = round + part * kAhead;
        StateChunk<Terms> own[kAhead];
#pragma unroll
        for (int i = 0; i < kAhead; ++i) {
            own[i].clear();
            if (there && first + i < args.formed) own[i].load(slot(first + i));
        }
        float mine[8] = {};
#pragma unroll
        for (int i = 0; i < kAhead; ++i) own[i].add_to(mine);
        if (round > 0) __syncthreads();  // the sums of the round before have been read
#pragma unroll
        for (int i = 0; i < 8; ++i) sums[part][i][lane] = mine[i];
        __syncthreads();
        float before[8];
#pragma unroll
        for (int i = 0; i < 8; ++i) before[i] = sum[i];
        for (int p = 0; p < parts; ++p) {
#pragma unroll
            for (int i = 0; i < 8; ++i) {
                const float more = sums[p][i][lane];
                if (p < part) before[i] += more;
                sum[i] += more;
            }
        }
        if (!args.causal || !there) continue;
#pragma unroll
        for (int i = 0; i < kAhead; ++i) {
            if (first + i < args.wave) store_operands<Terms>(slot(first + i), before);
            own[i].add_to(before);
        }
    }
    if (part > 0 || !there) return;
    if (!args.causal && args.finish) {
        store_operands<Terms>(states, sum);
    } else if (!args.finish) {
        carry[0] = make_float4(sum[0], sum[1], sum[2], sum[3]);
        carry[1] = make_float4(sum[4], sum[5], sum[6], sum[7]);
    }
}

}  // namespace slay::kernels
