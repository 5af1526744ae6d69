// Streaming output kernels with warpgroup products.
#include <algorithm>

#include "engine/kernels/fused_linear.h"
#include "engine/kernels/warpgroup_forms.cuh"
#include "engine/kernels/warpgroup_stream.cuh"

namespace slay::kernels {
namespace {

template <int D, int G, int Map>
cudaError_t enqueue(const KernelArguments& args, unsigned rows, cudaStream_t stream) {
    const std::int64_t first = args.first_segment * args.segment;
    const std::int64_t last = std::min(first + args.wave * args.segment, args.length);
    const dim3 grid(static_cast<unsigned>((last - first + args.row_block - 1) / args.row_block),
                    rows);
    return launch(group_stream_kernel<D, G, Map>, grid, 128,
                  GroupStreamLayout(D, G, takes_elements(Map)).total, stream, args, args.overlaps);
}

template <int D, int Map>
cudaError_t enqueue_map(const KernelArguments& args, unsigned rows, cudaStream_t stream) {
    switch (args.features.g_padded) {
        case 32:
            return enqueue<D, 32, Map>(args, rows, stream);
        case 64:
            return enqueue<D, 64, Map>(args, rows, stream);
        case 128:
            return enqueue<D, 128, Map>(args, rows, stream);
        default:
            return cudaErrorInvalidValue;
    }
}

template <int D>
cudaError_t enqueue_of(const KernelArguments& args, unsigned rows, cudaStream_t stream) {
    switch (args.known) {
        case kElu:
            return enqueue<D, D, kElu>(args, rows, stream);
        case kRotated:
            return enqueue<D, 2 * D, kRotated>(args, rows, stream);
        case kRelu:
            return enqueue_map<D, kRelu>(args, rows, stream);
        case kExponential:
            return enqueue_map<D, kExponential>(args, rows, stream);
        default:
            return enqueue_map<D, kOneFactor>(args, rows, stream);
    }
}

}  // namespace

cudaError_t run_group_streams(const KernelArguments& args, int head_dim, unsigned rows,
                              cudaStream_t stream) {
    return head_dim == 32 ? enqueue_of<32>(args, rows, stream) : enqueue_of<64>(args, rows, stream);
}

}  // namespace slay::kernels
