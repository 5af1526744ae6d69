// run_outputs of fused_forms.cuh, to be instantiated.
#pragma once

#include <algorithm>

#include "engine/kernels/fused_forms.cuh"
#include "engine/kernels/launch.cuh"
#include "engine/kernels/output_kernel.cuh"

namespace slay::kernels {

template <int D, int Terms, int P>
cudaError_t launch_outputs(const KernelArguments& args, unsigned rows, cudaStream_t stream) {
    const int row_block = P > 0 ? output_rows<D, Terms, P>() : args.row_block;
    const std::int64_t first = args.first_segment * args.segment;
    const std::int64_t last = args.segment > 0 && args.causal
                                  ? std::min(first + args.wave * args.segment, args.length)
                                  : args.length;
    const DeviceFeatures& f = args.features;
    const bool states = args.segment > 0;
    const OutputLayout layout(row_block, f.g_padded, f.p_units, f.p_padded, D, Terms, args.buffers,
                              states, args.causal || !states);
    const dim3 grid(static_cast<unsigned>((last - first + row_block - 1) / row_block), rows);
    return launch(output_kernel<D, Terms, P>, grid, output_warps<D, Terms, P>() * 32, layout.total,
                  stream, args, args.overlaps);
}

template <int D, int Terms>
cudaError_t launch_outputs_of(const KernelArguments& args, bool wide, unsigned rows,
                              cudaStream_t stream) {
    if constexpr (D == 32 || D == 64) {
        if (wide && args.known == 16) return launch_outputs<D, Terms, 16>(args, rows, stream);
        if (wide && args.known == 32) return launch_outputs<D, Terms, 32>(args, rows, stream);
    }
    if constexpr (D >= 32) {
        switch (args.known) {
            case kElu:
                return launch_outputs<D, Terms, kElu>(args, rows, stream);
            case kRotated:
                return launch_outputs<D, Terms, kRotated>(args, rows, stream);
            case kRelu:
                return launch_outputs<D, Terms, kRelu>(args, rows, stream);
            case kExponential:
                return launch_outputs<D, Terms, kExponential>(args, rows, stream);
            case kExponentialSquare:
                return launch_outputs<D, Terms, kExponentialSquare>(args, rows, stream);
            default:
                break;
        }
    }
    return args.features.p_units == 1 ? launch_outputs<D, Terms, kOneFactor>(args, rows, stream)
                                      : launch_outputs<D, Terms, kTwoFactors>(args, rows, stream);
}

template <int Terms>
cudaError_t run_outputs(const KernelArguments& args, int head_dim, bool wide, unsigned rows,
                        cudaStream_t stream) {
    switch (head_dim) {
        case 16:
            return launch_outputs_of<16, Terms>(args, wide, rows, stream);
        case 32:
            return launch_outputs_of<32, Terms>(args, wide, rows, stream);
        case 64:
            return launch_outputs_of<64, Terms>(args, wide, rows, stream);
        case 128:
            return launch_outputs_of<128, Terms>(args, wide, rows, stream);
        default:
            return cudaErrorInvalidValue;
    }
}

}  // namespace slay::kernels
