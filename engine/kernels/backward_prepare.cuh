// dN_i = dy_i / (D_i + delta), rounded to the inputs' type, and dD_i = -(dN_i .
// y_i) of the rounded dN, so that both enter the sums alike. Also 1 / max(|u|,
// 1e-12) of q and k, or 1.
#pragma once

#include "engine/kernels/backward_arguments.cuh"
#include "engine/kernels/rounding.cuh"
#include "engine/kernels/split.cuh"

namespace slay::kernels {

// y += what rounding it to bf16 had left, for eight elements.
__device__ __forceinline__ void add_correction(float (&y)[8], const BackwardArguments& args,
                                               int batch, int head, std::int64_t row, int column) {
    const auto* at = head_rows<const signed char>(args.correction, batch, head) +
                     row * args.correction.row_stride + column;
    const char4 four[2] = {reinterpret_cast<const char4*>(at)[0],
                           reinterpret_cast<const char4*>(at)[1]};
#pragma unroll
    for (int i = 0; i < 2; ++i) {
        const signed char rest[4] = {four[i].x, four[i].y, four[i].z, four[i].w};
#pragma unroll
        for (int j = 0; j < 4; ++j) {
            float& to = y[i * 4 + j];
            to += decode_rest(rest[j], __float_as_uint(to) >> 16);
        }
    }
}

// Eight elements a lane, D / 8 lanes a row. grid (ceil(L / rows a block), B H),
// block 256.
template <int D, int Terms>
__global__ void __launch_bounds__(256) prepare_kernel(const BackwardArguments args) {
    constexpr int kLanes = D / 8;
    using T = Scalar<Terms>;
    const std::int64_t row =
        static_cast<std::int64_t>(blockIdx.x) * (256 / kLanes) + threadIdx.x / kLanes;
    const int column = threadIdx.x % kLanes * 8;
    const bool valid = row < args.length;
    const int batch = blockIdx.y / args.heads, head = blockIdx.y % args.heads;
    const auto read = [&](float(&x)[8], const TensorView& view) {
        const T* at = head_rows<const T>(view, batch, head) + row * view.row_stride + column;
        if constexpr (Terms == 1) {
            const uint4 bits = *reinterpret_cast<const uint4*>(at);
            const uint32_t words[4] = {bits.x, bits.y, bits.z, bits.w};
#pragma unroll
            for (int i = 0; i < 8; ++i) {
                x[i] = i & 1 ? high_float(words[i / 2]) : low_float(words[i / 2]);
            }
        } else {
            const float4 a = reinterpret_cast<const float4*>(at)[0];
            const float4 b = reinterpret_cast<const float4*>(at)[1];
            x[0] = a.x, x[1] = a.y, x[2] = a.z, x[3] = a.w;
            x[4] = b.x, x[5] = b.y, x[6] = b.z, x[7] = b.w;
        }
    };
    const bool norms = args.features.normalise || args.features.exact;
    float dot = 0.f, squares[2] = {0.f, 0.f};
    if (valid) {
        const std::int64_t at = static_cast<std::int64_t>(blockIdx.y) * args.length + row;
        const float inverse = 1.f / (args.denominators[at] + args.delta);
        float dy[8], y[8], sides[2][8];
        if (norms) {
            read(sides[0], args.q);
            read(sides[1], args.k);
        }
        read(dy, args.dy);
        read(y, args.y);
        if (Terms == 1 && args.correction.data) add_correction(y, args, batch, head, row, column);
#pragma unroll
        for (int i = 0; i < 8; ++i) dy[i] *= inverse;
        T* out =
            head_rows<T>(args.gradients, batch, head) + row * args.gradients.row_stride + column;
        if constexpr (Terms == 1) {
            uint32_t words[4];
#pragma unroll
            for (int i = 0; i < 4; ++i) {
                words[i] = pack(dy[2 * i], dy[2 * i + 1]);
                dy[2 * i] = low_float(words[i]);
                dy[2 * i + 1] = high_float(words[i]);
            }
            *reinterpret_cast<uint4*>(out) = make_uint4(words[0], words[1], words[2], words[3]);
        } else {
            reinterpret_cast<float4*>(out)[0] = make_float4(dy[0], dy[1], dy[2], dy[3]);
            reinterpret_cast<float4*>(out)[1] = make_float4(dy[4], dy[5], dy[6], dy[7]);
        }
#pragma unroll
        for (int i = 0; i < 8; ++i) dot += dy[i] * y[i];
        if (norms) {
#pragma unroll
            for (int side = 0; side < 2; ++side) {
#pragma unroll
                for (int i = 0; i < 8; ++i) squares[side] += sides[side][i] * sides[side][i];
            }
        }
    }
#pragma unroll
    for (int step = 1; step < kLanes; step *= 2) {
        dot += __shfl_xor_sync(0xffffffffu, dot, step);
        squares[0] += __shfl_xor_sync(0xffffffffu, squares[0], step);
        squares[1] += __shfl_xor_sync(0xffffffffu, squares[1], step);
    }
    if (!valid || threadIdx.x % kLanes != 0) return;
    const std::int64_t at = static_cast<std::int64_t>(blockIdx.y) * args.length + row;
    args.weights[at] = -dot;
#pragma unroll
    for (int side = 0; side < 2; ++side) {
        args.inverses[side * gridDim.y * args.length + at] =
            norms ? fminf(1.f / sqrtf(squares[side]), 1e12f) : 1.f;
    }
}

}  // namespace slay::kernels
