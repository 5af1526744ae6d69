// How a forward pass of exact Yat leaves its sums.
#pragma once

#include "engine/kernels/yat_parts.cuh"

namespace slay::kernels {

// Two adjacent numbers of a row of an output tensor; the rest of a half type into `correction`.
__device__ __forceinline__ void store_two(void* data, void* correction, std::int64_t at,
                                          std::int64_t correction_at, YatType type, float x,
                                          float y) {
    if (type == YatType::float32) {
        *reinterpret_cast<float2*>(static_cast<float*>(data) + at) = make_float2(x, y);
        return;
    }
    uint32_t pair, rest;
    if (type == YatType::bfloat16) {
        pair = pack(x, y);
        rest = pack(x - low_float(pair), y - high_float(pair));
    } else {
        const __half2 rounded = __floats2half2_rn(x, y);
        const float2 back = __half22float2(rounded);
        const __half2 left = __floats2half2_rn(x - back.x, y - back.y);
        pair = *reinterpret_cast<const uint32_t*>(&rounded);
        rest = *reinterpret_cast<const uint32_t*>(&left);
    }
    *reinterpret_cast<uint32_t*>(static_cast<uint16_t*>(data) + at) = pair;
    if (correction)
        *reinterpret_cast<uint32_t*>(static_cast<uint16_t*>(correction) + correction_at) = rest;
}

// One row's y and D, or, of several ranges, its sums of this range. A lane holds acc[4 n + 2 i],
// the elements 8 n + 2 (lane % 4) and the next, times 1 / factor; `sum` is D, likewise.
template <int D>
__device__ __forceinline__ void store_row(const YatArguments& args, const YatPlace& place,
                                          std::int64_t row, const float* acc, int i, float sum,
                                          float factor, int lane) {
    if (row >= args.length) return;
    sum *= factor;
    if (args.splits > 1) {
        const std::int64_t at = (place.range * args.pairs + place.pair) * args.length + row;
        if ((lane & 3) == 0) args.partial_sums[at] = sum;
        float* to = args.partials + at * D + (lane & 3) * 2;
#pragma unroll
        for (int n = 0; n < D / 8; ++n) {
            *reinterpret_cast<float2*>(to + n * 8) =
                make_float2(acc[n * 4 + 2 * i] * factor, acc[n * 4 + 2 * i + 1] * factor);
        }
        return;
    }
    if ((lane & 3) == 0) args.denominators[place.pair * args.length + row] = sum;
    const float scale = factor / (sum + args.delta);
    const int batch = place.pair / args.heads;
    const int head = place.pair % args.heads;
    const std::int64_t at =
        batch * args.y.batch_stride + head * args.y.head_stride + row * args.y.row_stride;
    const std::int64_t rest = batch * args.correction.batch_stride +
                              head * args.correction.head_stride + row * args.correction.row_stride;
#pragma unroll
    for (int n = 0; n < D / 8; ++n) {
        const int c = n * 8 + (lane & 3) * 2;
        if (c >= args.head_dim) continue;
        store_two(args.y.data, args.correction.data, at + c, rest + c, args.type,
                  acc[n * 4 + 2 * i] * scale, acc[n * 4 + 2 * i + 1] * scale);
    }
}

// The sums of the ranges, in their order. grid (ceil(L * dim / 4 / 128), B * H), block 128.
template <int D>
__global__ void __launch_bounds__(128) yat_combine_kernel(const YatArguments args, int block_rows) {
    constexpr int kQuads = D / 4;
    const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    const std::int64_t row = i / kQuads;
    const int c = static_cast<int>(i % kQuads) * 4;
    if (row >= args.length) return;
    const std::int64_t seen =
        args.causal ? min((row / block_rows + 1) * block_rows, args.length) : args.length;
    const std::int64_t count = (seen + args.chunk - 1) / args.chunk;
    float4 sum = make_float4(0.f, 0.f, 0.f, 0.f);
    float denominator = 0.f;
    for (std::int64_t range = 0; range < count; ++range) {
        const std::int64_t at = (range * args.pairs + blockIdx.y) * args.length + row;
        const float4 part = *reinterpret_cast<const float4*>(args.partials + at * D + c);
        sum.x += part.x;
        sum.y += part.y;
        sum.z += part.z;
        sum.w += part.w;
        denominator += args.partial_sums[at];
    }
    if (c == 0) args.denominators[blockIdx.y * args.length + row] = denominator;
    if (c >= args.head_dim) return;
    const float scale = 1.f / (denominator + args.delta);
    const int batch = static_cast<int>(blockIdx.y) / args.heads;
    const int head = static_cast<int>(blockIdx.y) % args.heads;
    const std::int64_t at =
        batch * args.y.batch_stride + head * args.y.head_stride + row * args.y.row_stride + c;
    const std::int64_t rest = batch * args.correction.batch_stride +
                              head * args.correction.head_stride +
                              row * args.correction.row_stride + c;
    store_two(args.y.data, args.correction.data, at, rest, args.type, sum.x * scale, sum.y * scale);
    store_two(args.y.data, args.correction.data, at + 2, rest + 2, args.type, sum.z * scale,
              sum.w * scale);
}

}  // namespace slay::kernels
