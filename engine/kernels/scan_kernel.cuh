// Sums of the states over segments.
#pragma once

#include "engine/kernels/kernel_arguments.cuh"
#include "engine/kernels/ptx.cuh"

namespace slay::kernels {

// Four elements a lane, segments in their order. Causal: prefixes[s] is the sum before segment s;
// bidirectional: prefixes[0] is the sum of all once the last wave is done.
// grid (ceil(elements / 4 / 128), B * H), block 128.
__global__ void __launch_bounds__(128) scan_kernel(const KernelArguments args) {
    const std::int64_t quad = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    if (quad * 4 >= args.elements) return;
    const std::int64_t row = blockIdx.y;
    const float4* state =
        reinterpret_cast<const float4*>(args.states + row * args.wave_capacity * args.elements) +
        quad;
    float4* carry = reinterpret_cast<float4*>(args.carry + row * args.elements) + quad;
    const std::int64_t slots = args.causal ? args.wave_capacity : 1;
    uint2* prefix = reinterpret_cast<uint2*>(args.prefixes + row * slots * args.elements) + quad;
    const std::int64_t step = args.elements / 4;

    float4 sum = args.first_segment > 0 ? *carry : make_float4(0.f, 0.f, 0.f, 0.f);
    // The last segment's state is not formed in a causal pass: nothing comes after it.
    const std::int64_t formed =
        args.causal ? min(args.wave, args.segments - 1 - args.first_segment) : args.wave;
    constexpr int kAhead = 8;
    for (std::int64_t s = 0; s < args.wave; s += kAhead) {
        float4 next[kAhead];
#pragma unroll
        for (int i = 0; i < kAhead; ++i) {
            next[i] = s + i < formed ? state[(s + i) * step] : make_float4(0.f, 0.f, 0.f, 0.f);
        }
#pragma unroll
        for (int i = 0; i < kAhead; ++i) {
            if (args.causal && s + i < args.wave) {
                prefix[(s + i) * step] = make_uint2(pack(sum.x, sum.y), pack(sum.z, sum.w));
            }
            sum.x += next[i].x;
            sum.y += next[i].y;
            sum.z += next[i].z;
            sum.w += next[i].w;
        }
    }
    *carry = sum;
    if (!args.causal && args.first_segment + args.wave == args.segments) {
        *prefix = make_uint2(pack(sum.x, sum.y), pack(sum.z, sum.w));
    }
}

}  // namespace slay::kernels
