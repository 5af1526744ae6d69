// State kernels with warpgroup products.
#include "engine/kernels/warpgroup_forms.cuh"
#include "engine/kernels/warpgroup_state.cuh"
#include "engine/kernels/warpgroup_sum.cuh"

namespace slay::kernels {
namespace {

template <int D, int P>
cudaError_t enqueue_states(const KernelArguments& args, unsigned rows, cudaStream_t stream) {
    const int blocks = (args.formed + args.block_segments - 1) / args.block_segments;
    const dim3 grid(static_cast<unsigned>(blocks), rows);
    return launch(group_state_kernel<D, P>, grid, 512, GroupStateLayout(D, P).total, stream, args,
                  args.overlaps);
}

template <int D, int G>
cudaError_t enqueue_sums(const KernelArguments& args, unsigned rows, cudaStream_t stream) {
    const dim3 grid(static_cast<unsigned>(args.formed), rows);
    return launch(group_sum_kernel<D, G>, grid, 128,
                  GroupSumLayout(D, G, args.features.identity).total, stream, args, args.overlaps);
}

template <int D>
cudaError_t enqueue_of(const KernelArguments& args, unsigned rows, cudaStream_t stream) {
    const DeviceFeatures& f = args.features;
    if (f.p_units == 16) return enqueue_states<D, 16>(args, rows, stream);
    if constexpr (D == 32) {
        if (f.p_units == 32) return enqueue_states<D, 32>(args, rows, stream);
    }
    if (f.p_units > 1) return cudaErrorInvalidValue;
    switch (f.g_padded) {
        case 32:
            return enqueue_sums<D, 32>(args, rows, stream);
        case 64:
            return enqueue_sums<D, 64>(args, rows, stream);
        case 128:
            return enqueue_sums<D, 128>(args, rows, stream);
        default:
            return cudaErrorInvalidValue;
    }
}

}  // namespace

cudaError_t run_group_states(const KernelArguments& args, int head_dim, unsigned rows,
                             cudaStream_t stream) {
    if (args.formed <= 0) return cudaSuccess;
    return head_dim == 32 ? enqueue_of<32>(args, rows, stream) : enqueue_of<64>(args, rows, stream);
}

}  // namespace slay::kernels
