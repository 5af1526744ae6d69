#include "engine/kernels/backward_instances.h"
#include "engine/kernels/backward_launch.cuh"

namespace slay::kernels {

cudaError_t backward_bf16_d64(const BackwardArguments& args, const FusedPlan& plan, unsigned rows,
                              cudaStream_t stream) {
    return BackwardLaunch<64, 1>(args, plan, rows, stream).run();
}

}  // namespace slay::kernels
