// run_states of fused_forms.cuh, to be instantiated.
#pragma once

#include <algorithm>

#include "engine/kernels/fused_forms.cuh"
#include "engine/kernels/launch.cuh"
#include "engine/kernels/state_kernel.cuh"

namespace slay::kernels {

template <int D, int Terms, int P>
cudaError_t launch_states(KernelArguments args, unsigned rows, cudaStream_t stream) {
    constexpr bool tensor = has_second_factor(P);
    constexpr int kCount = units_per_state_block<D, Terms, tensor>();
    const int groups = (args.units + kCount - 1) / kCount;
    int bytes = 0;
    for (int group = 0; group < groups; ++group) {
        const UnitSpan span = unit_span(args.units, args.features.p_units, kCount, group);
        const StateLayout layout(state_tile<D, Terms, tensor>(), span.block_count, span.p_count, D,
                                 Terms, tensor);
        bytes = std::max(bytes, layout.total);
    }
    if (!tensor) args.block_segments = 1;
    const int blocks = (args.formed + args.block_segments - 1) / args.block_segments;
    const dim3 grid(static_cast<unsigned>(blocks * groups), rows);
    return launch(state_kernel<D, Terms, P>, grid, state_warps<D, Terms, tensor>() * 32, bytes,
                  stream, args);
}

template <int D, int Terms>
cudaError_t launch_states_of(const KernelArguments& args, unsigned rows, cudaStream_t stream) {
    if constexpr (D == 32 || D == 64) {
        if (args.known == 16) return launch_states<D, Terms, 16>(args, rows, stream);
        if (args.known == 32) return launch_states<D, Terms, 32>(args, rows, stream);
    }
    if constexpr (D >= 32) {
        switch (args.known) {
            case kElu:
                return launch_states<D, Terms, kElu>(args, rows, stream);
            case kRotated:
                return launch_states<D, Terms, kRotated>(args, rows, stream);
            case kRelu:
                return launch_states<D, Terms, kRelu>(args, rows, stream);
            case kExponential:
                return launch_states<D, Terms, kExponential>(args, rows, stream);
            case kExponentialSquare:
                return launch_states<D, Terms, kExponentialSquare>(args, rows, stream);
            default:
                break;
        }
    }
    return args.features.p_units == 1 ? launch_states<D, Terms, kOneFactor>(args, rows, stream)
                                      : launch_states<D, Terms, kTwoFactors>(args, rows, stream);
}

template <int Terms>
cudaError_t run_states(KernelArguments args, int head_dim, unsigned rows, cudaStream_t stream) {
    if (args.formed <= 0) return cudaSuccess;
    switch (head_dim) {
        case 16:
            return launch_states_of<16, Terms>(args, rows, stream);
        case 32:
            return launch_states_of<32, Terms>(args, rows, stream);
        case 64:
            return launch_states_of<64, Terms>(args, rows, stream);
        case 128:
            return launch_states_of<128, Terms>(args, rows, stream);
        default:
            return cudaErrorInvalidValue;
    }
}

}  // namespace slay::kernels
