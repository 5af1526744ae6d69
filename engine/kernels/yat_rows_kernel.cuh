// What exact Yat does once for each row: norms, operands in terms, and the gradients' last step.
#pragma once

#include "engine/kernels/yat_store.cuh"

namespace slay::kernels {

inline constexpr float kYatSmallestNorm = 1e-12f;

// Where the rows [B, H, L, d] of one tensor go; every part may be null.
struct YatRowJob {
    TensorView in;
    float* inverse;        // 1 / |u|, [B*H][padded L]
    uint16_t* half_terms;  // 16 u^ in two planes of fp16, [B*H][plane][padded L][D]: the first a
                           // multiple of 2^-11 (u^), so that its products' sums are exact
    uint16_t* terms;       // u^, or u, in planes of bf16
    int planes;            // of `terms`
    bool normalise;        // terms of u^
    float4* columns;       // {1 / |u|, c, c / |u|, -dy.y}; with `normalise`: {1, c, c, -dy.y}
};

struct YatRowArguments {
    YatRowJob jobs[4];
    TensorView dy, y, correction;  // for columns
    const float* denominators;
    std::int64_t length, padded;
    int heads, head_dim;
    YatType type;
    float delta;
};

struct YatEight {
    float x[8];
};

// Eight elements of a row from an element offset that is a multiple of 8.
__device__ __forceinline__ YatEight load_eight(const void* data, std::int64_t at, YatType type) {
    YatEight out;
    if (type == YatType::float32) {
        const float4* from = reinterpret_cast<const float4*>(static_cast<const float*>(data) + at);
        const float4 a = __ldg(from), b = __ldg(from + 1);
        out = {a.x, a.y, a.z, a.w, b.x, b.y, b.z, b.w};
        return out;
    }
    const uint4 words =
        __ldg(reinterpret_cast<const uint4*>(static_cast<const uint16_t*>(data) + at));
    const uint32_t pairs[4] = {words.x, words.y, words.z, words.w};
#pragma unroll
    for (int i = 0; i < 4; ++i) {
        if (type == YatType::bfloat16) {
            out.x[2 * i] = low_float(pairs[i]);
            out.x[2 * i + 1] = high_float(pairs[i]);
        } else {
            const float2 two = __half22float2(*reinterpret_cast<const __half2*>(&pairs[i]));
            out.x[2 * i] = two.x;
            out.x[2 * i + 1] = two.y;
        }
    }
    return out;
}

__device__ __forceinline__ std::int64_t row_offset(const TensorView& view, int heads,
                                                   std::int64_t row) {
    const int pair = static_cast<int>(blockIdx.y);
    return pair / heads * view.batch_stride + pair % heads * view.head_stride +
           row * view.row_stride;
}

// The sum over the D / 8 lanes that share a row.
template <int D>
__device__ __forceinline__ float lanes_sum(float x) {
#pragma unroll
    for (int step = 1; step < D / 8; step *= 2) x += __shfl_xor_sync(0xffffffffu, x, step);
    return x;
}

__device__ __forceinline__ float dot(const YatEight& a, const YatEight& b) {
    float sum = 0.f;
#pragma unroll
    for (int i = 0; i < 8; ++i) sum = fmaf(a.x[i], b.x[i], sum);
    return sum;
}

// D / 8 lanes a row. grid (padded L / rows a block, B * H, jobs), block 256.
template <int D>
__global__ void __launch_bounds__(256) yat_rows_kernel(const YatRowArguments args) {
    constexpr int kLanes = D / 8;
    const YatRowJob& job = args.jobs[blockIdx.z];
    const std::int64_t row =
        static_cast<std::int64_t>(blockIdx.x) * (256 / kLanes) + threadIdx.x / kLanes;
    const int c = static_cast<int>(threadIdx.x) % kLanes * 8;
    const bool inside = row < args.length && c < args.head_dim;
    YatEight u{};
    if (inside) u = load_eight(job.in.data, row_offset(job.in, args.heads, row) + c, args.type);
    const float norm = fmaxf(sqrtf(lanes_sum<D>(dot(u, u))), kYatSmallestNorm);
    const std::int64_t at = blockIdx.y * args.padded + row;
    const bool first = c == 0;
    if (job.inverse && first) job.inverse[at] = row < args.length ? 1.f / norm : 0.f;
    if (job.columns) {
        YatEight dy{}, y{};
        if (inside) {
            dy = load_eight(args.dy.data, row_offset(args.dy, args.heads, row) + c, args.type);
            y = load_eight(args.y.data, row_offset(args.y, args.heads, row) + c, args.type);
            if (args.correction.data) {
                const YatEight rest =
                    load_eight(args.correction.data,
                               row_offset(args.correction, args.heads, row) + c, args.type);
#pragma unroll
                for (int i = 0; i < 8; ++i) y.x[i] += rest.x[i];
            }
        }
        const float along = lanes_sum<D>(dot(dy, y));
        if (first) {
            float4 column = make_float4(0.f, 0.f, 0.f, 0.f);
            if (row < args.length) {
                const float inverse = job.normalise ? 1.f : 1.f / norm;
                const float scale =
                    1.f / (args.denominators[blockIdx.y * args.length + row] + args.delta);
                column = make_float4(inverse, scale, inverse * scale, -along);
            }
            job.columns[at] = column;
        }
    }
    if (!job.terms && !job.half_terms) return;
    if (job.normalise) {
#pragma unroll
        for (int i = 0; i < 8; ++i) u.x[i] /= norm;
    }
    const std::int64_t plane = args.padded * D;
    const auto store = [&](uint16_t* to, int planes, int p, const uint32_t(&pairs)[4]) {
        *reinterpret_cast<uint4*>(
            to + (blockIdx.y * static_cast<std::int64_t>(planes) + p) * plane + row * D + c) =
            make_uint4(pairs[0], pairs[1], pairs[2], pairs[3]);
    };
    if (job.half_terms) {
        uint32_t high[4], low[4];
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            const float x = u.x[2 * i], y = u.x[2 * i + 1];
            const float x_grid = rintf(2048.f * x), y_grid = rintf(2048.f * y);
            const __half2 rounded = __floats2half2_rn(x_grid / 128.f, y_grid / 128.f);
            const __half2 rest =
                __floats2half2_rn(16.f * x - x_grid / 128.f, 16.f * y - y_grid / 128.f);
            high[i] = *reinterpret_cast<const uint32_t*>(&rounded);
            low[i] = *reinterpret_cast<const uint32_t*>(&rest);
        }
        store(job.half_terms, 2, 0, high);
        store(job.half_terms, 2, 1, low);
    }
    if (job.terms) {
        for (int p = 0; p < job.planes; ++p) {
            uint32_t term[4];
#pragma unroll
            for (int i = 0; i < 4; ++i) {
                term[i] = pack(u.x[2 * i], u.x[2 * i + 1]);
                u.x[2 * i] -= low_float(term[i]);
                u.x[2 * i + 1] -= high_float(term[i]);
            }
            store(job.terms, job.planes, p, term);
        }
    }
}

// One gradient: the sum of the ranges' parts, and for q and k the derivative of the normalisation,
// du = (g - (g . u^) u^) / |u|.
struct YatGradientJob {
    TensorView in;  // q or k; data null: no normalisation (v)
    TensorView out;
    const float* partials;  // [range][B*H][L][D]
    std::int64_t chunk, ranges;
    int block_rows;  // of the kernel that wrote the parts
    bool keys;       // rows are keys: the ranges are of queries
};

struct YatGradientArguments {
    YatGradientJob jobs[2];
    std::int64_t length;
    int heads, pairs, head_dim;
    YatType type;
    bool causal;
};

// D / 8 lanes a row. grid (ceil(L / rows a block), B * H, jobs), block 256.
template <int D>
__global__ void __launch_bounds__(256) yat_gradient_kernel(const YatGradientArguments args) {
    constexpr int kLanes = D / 8;
    const YatGradientJob& job = args.jobs[blockIdx.z];
    const std::int64_t row =
        static_cast<std::int64_t>(blockIdx.x) * (256 / kLanes) + threadIdx.x / kLanes;
    const int c = static_cast<int>(threadIdx.x) % kLanes * 8;
    const bool inside = row < args.length && c < args.head_dim;
    YatEight g{}, u{};
    if (inside) {
        const std::int64_t block_row = row / job.block_rows * job.block_rows;
        std::int64_t begin = 0, end = job.ranges;
        if (args.causal && job.keys) begin = block_row / job.chunk;
        if (args.causal && !job.keys)
            end = (min(block_row + job.block_rows, args.length) + job.chunk - 1) / job.chunk;
        for (std::int64_t range = begin; range < end; ++range) {
            const YatEight part = load_eight(
                job.partials, ((range * args.pairs + blockIdx.y) * args.length + row) * D + c,
                YatType::float32);
#pragma unroll
            for (int i = 0; i < 8; ++i) g.x[i] += part.x[i];
        }
        if (job.in.data)
            u = load_eight(job.in.data, row_offset(job.in, args.heads, row) + c, args.type);
    }
    if (job.in.data) {
        const float norm = fmaxf(sqrtf(lanes_sum<D>(dot(u, u))), kYatSmallestNorm);
#pragma unroll
        for (int i = 0; i < 8; ++i) u.x[i] /= norm;
        const float along = lanes_sum<D>(dot(g, u));
#pragma unroll
        for (int i = 0; i < 8; ++i) g.x[i] = (g.x[i] - along * u.x[i]) / norm;
    }
    if (!inside) return;
    const std::int64_t at = row_offset(job.out, args.heads, row) + c;
#pragma unroll
    for (int i = 0; i < 8; i += 2) {
        store_two(job.out.data, nullptr, at + i, 0, args.type, g.x[i], g.x[i + 1]);
    }
}

}  // namespace slay::kernels
