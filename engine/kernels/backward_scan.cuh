// Sums of the states before (or, reversed, after) each segment.
#pragma once

#include "engine/kernels/backward_arguments.cuh"
#include "engine/kernels/split.cuh"

namespace slay::kernels {

// Four elements a lane, segments in their order or, reversed, from the last. Causal: sums[s] is the
// sum before (after) segment s; bidirectional: sums[0] is the sum of all once the last wave is
// done. grid (ceil(elements / 4 / 128), B H), block 128.
template <int Terms>
__global__ void __launch_bounds__(128) backward_scan_kernel(const BackwardArguments args) {
    const std::int64_t quad = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    if (quad * 4 >= args.elements) return;
    const std::int64_t row = blockIdx.y, step = args.elements / 4;
    const float4* states =
        reinterpret_cast<const float4*>(args.states + row * args.wave_capacity * args.elements) +
        quad;
    float4* carry = reinterpret_cast<float4*>(args.carry + row * args.elements) + quad;
    const std::int64_t slots = args.causal ? args.wave_capacity : 1;
    uint2* sums = reinterpret_cast<uint2*>(args.sums + row * slots * Terms * args.elements) + quad;
    const auto store = [&](std::int64_t slot, const float4& sum) {
        const SplitPair<Terms> low = split<Terms>(sum.x, sum.y), high = split<Terms>(sum.z, sum.w);
#pragma unroll
        for (int t = 0; t < Terms; ++t) {
            sums[(slot * Terms + t) * step] = make_uint2(low.term[t], high.term[t]);
        }
    };
    const bool starts =
        args.reverse ? args.first_segment + args.wave == args.segments : args.first_segment == 0;
    const bool ends =
        args.reverse ? args.first_segment == 0 : args.first_segment + args.wave == args.segments;
    float4 sum = starts ? make_float4(0.f, 0.f, 0.f, 0.f) : *carry;
    constexpr int kAhead = 8;
    for (std::int64_t first = 0; first < args.wave; first += kAhead) {
        float4 next[kAhead];
        const auto slot = [&](int i) {
            return args.reverse ? args.wave - 1 - (first + i) : first + i;
        };
#pragma unroll
        for (int i = 0; i < kAhead; ++i) {
            next[i] =
                first + i < args.wave ? states[slot(i) * step] : make_float4(0.f, 0.f, 0.f, 0.f);
        }
#pragma unroll
        for (int i = 0; i < kAhead; ++i) {
            if (args.causal && first + i < args.wave) store(slot(i), sum);
            sum.x += next[i].x;
            sum.y += next[i].y;
            sum.z += next[i].z;
            sum.w += next[i].w;
        }
    }
    *carry = sum;
    if (!args.causal && ends) store(0, sum);
}

}  // namespace slay::kernels
