#include "engine/kernels/backward_instances.h"
#include "engine/kernels/backward_launch.cuh"

namespace slay::kernels {

cudaError_t backward_fp32_d32(const BackwardArguments& args, const FusedPlan& plan, unsigned rows,
                              cudaStream_t stream) {
    return BackwardLaunch<32, 2>(args, plan, rows, stream).run();
}

}  // namespace slay::kernels
