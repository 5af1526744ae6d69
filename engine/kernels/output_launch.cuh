// run_outputs of fused_forms.cuh, to be instantiated.
#pragma once

#include <algorithm>

#include "engine/kernels/fused_forms.cuh"
#include "engine/kernels/launch.cuh"
#include "engine/kernels/launch_form.cuh"
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

template <int Terms>
cudaError_t run_outputs(const KernelArguments& args, int head_dim, bool wide, unsigned rows,
                        cudaStream_t stream) {
    return launch_form(args, head_dim, wide, [&](auto d, auto map) {
        return launch_outputs<decltype(d)::value, Terms, decltype(map)::value>(args, rows, stream);
    });
}

}  // namespace slay::kernels
