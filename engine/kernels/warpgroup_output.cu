// Output kernels with warpgroup products.
#include <algorithm>

#include "engine/kernels/fused_linear.h"
#include "engine/kernels/warpgroup_forms.cuh"
#include "engine/kernels/warpgroup_output.cuh"

namespace slay::kernels {
namespace {

template <int D, int G, int P>
cudaError_t enqueue(const KernelArguments& args, unsigned rows, cudaStream_t stream) {
    const std::int64_t first = args.first_segment * args.segment;
    const std::int64_t last = args.segment > 0 && args.causal
                                  ? std::min(first + args.wave * args.segment, args.length)
                                  : args.length;
    const GroupOutputLayout layout(D, G, P, args.key_capacity, args.features.identity,
                                   args.segment > 0);
    const dim3 grid(static_cast<unsigned>((last - first + args.row_block - 1) / args.row_block),
                    rows);
    return launch(group_output_kernel<D, G, P>, grid, output_groups(P) * 128, layout.total, stream,
                  args, args.overlaps);
}

template <int D>
cudaError_t enqueue_of(const KernelArguments& args, unsigned rows, cudaStream_t stream) {
    const DeviceFeatures& f = args.features;
    if (f.p_units == 16) return enqueue<D, 32, 16>(args, rows, stream);
    if constexpr (D == 32) {
        if (f.p_units == 32) return enqueue<D, 32, 32>(args, rows, stream);
    }
    if (f.p_units > 1) return cudaErrorInvalidValue;
    switch (f.g_padded) {
        case 32:
            return enqueue<D, 32, 0>(args, rows, stream);
        case 64:
            return enqueue<D, 64, 0>(args, rows, stream);
        case 128:
            return enqueue<D, 128, 0>(args, rows, stream);
        default:
            return cudaErrorInvalidValue;
    }
}

}  // namespace

cudaError_t run_group_outputs(const KernelArguments& args, int head_dim, unsigned rows,
                              cudaStream_t stream) {
    return head_dim == 32 ? enqueue_of<32>(args, rows, stream) : enqueue_of<64>(args, rows, stream);
}

bool warpgroups_usable() {
    cudaFuncAttributes attributes{};
    return cudaFuncGetAttributes(&attributes, group_output_kernel<32, 32, 32>) == cudaSuccess &&
           attributes.numRegs > 64;
}

}  // namespace slay::kernels
