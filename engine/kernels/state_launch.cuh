// run_states of fused_forms.cuh, to be instantiated.
#pragma once

#include <algorithm>

#include "engine/kernels/fused_forms.cuh"
#include "engine/kernels/launch.cuh"
#include "engine/kernels/launch_form.cuh"
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

template <int Terms>
cudaError_t run_states(KernelArguments args, int head_dim, unsigned rows, cudaStream_t stream) {
    if (args.formed <= 0) return cudaSuccess;
    return launch_form(args, head_dim, true, [&](auto d, auto map) {
        return launch_states<decltype(d)::value, Terms, decltype(map)::value>(args, rows, stream);
    });
}

}  // namespace slay::kernels
