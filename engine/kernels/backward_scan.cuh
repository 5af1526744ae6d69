// Sums of the states before (or, reversed, after) each segment, in place.
#pragma once

#include "engine/kernels/backward_arguments.cuh"
#include "engine/kernels/launch.cuh"
#include "engine/kernels/split.cuh"

namespace slay::kernels {

// One chunk of eight elements as it lies in memory: bf16, or float32 for two terms.
template <int Terms>
struct StateChunk {
    uint4 part[Terms];
    __device__ __forceinline__ float at(int i) const {
        const uint4& four = part[Terms == 1 ? 0 : i / 4];
        const uint32_t words[4] = {four.x, four.y, four.z, four.w};
        if (Terms > 1) return __uint_as_float(words[i % 4]);
        return i & 1 ? high_float(words[i / 2]) : low_float(words[i / 2]);
    }
};

template <int Terms>
__device__ __forceinline__ void write_chunk(uint4* chunk, const float (&x)[8]) {
    SplitPair<Terms> pairs[4];
#pragma unroll
    for (int i = 0; i < 4; ++i) pairs[i] = split<Terms>(x[2 * i], x[2 * i + 1]);
#pragma unroll
    for (int t = 0; t < Terms; ++t) {
        chunk[t] =
            make_uint4(pairs[0].term[t], pairs[1].term[t], pairs[2].term[t], pairs[3].term[t]);
    }
}

// A chunk a lane, segments in their order or, reversed, from the last. Causal:
// slot s becomes the sum before (after) segment s; bidirectional: slot 0
// becomes the sum of all once the last wave is done. grid (ceil(elements / 8 /
// 128), B H), block 128.
template <int Terms>
__global__ void __launch_bounds__(128) backward_scan_kernel(const BackwardArguments args) {
    wait_for_previous_grid();
    let_next_grid_start();
    const std::int64_t chunk = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    if (chunk * 8 >= args.elements) return;
    const std::int64_t row = blockIdx.y, step = args.elements / 8 * Terms;
    uint4* states =
        reinterpret_cast<uint4*>(args.states + row * args.wave_capacity * args.elements * Terms) +
        chunk * Terms;
    float4* carry = reinterpret_cast<float4*>(args.carry + row * args.elements) + chunk * 2;
    const bool starts =
        args.reverse ? args.first_segment + args.wave == args.segments : args.first_segment == 0;
    const bool ends =
        args.reverse ? args.first_segment == 0 : args.first_segment + args.wave == args.segments;
    float sum[8] = {};
    if (!starts) {
        const float4 low = carry[0], high = carry[1];
        sum[0] = low.x, sum[1] = low.y, sum[2] = low.z, sum[3] = low.w;
        sum[4] = high.x, sum[5] = high.y, sum[6] = high.z, sum[7] = high.w;
    }
    constexpr int kAhead = 16 / Terms;
    for (std::int64_t first = 0; first < args.wave; first += kAhead) {
        StateChunk<Terms> next[kAhead];
        const auto slot = [&](int i) {
            return args.reverse ? args.wave - 1 - (first + i) : first + i;
        };
#pragma unroll
        for (int i = 0; i < kAhead; ++i) {
            if (first + i >= args.wave) break;
#pragma unroll
            for (int t = 0; t < Terms; ++t) next[i].part[t] = states[slot(i) * step + t];
        }
#pragma unroll
        for (int i = 0; i < kAhead; ++i) {
            if (first + i >= args.wave) break;
            if (args.causal) write_chunk<Terms>(states + slot(i) * step, sum);
#pragma unroll
            for (int j = 0; j < 8; ++j) sum[j] += next[i].at(j);
        }
    }
    carry[0] = make_float4(sum[0], sum[1], sum[2], sum[3]);
    carry[1] = make_float4(sum[4], sum[5], sum[6], sum[7]);
    if (!args.causal && ends) write_chunk<Terms>(states, sum);
}

}  // namespace slay::kernels
