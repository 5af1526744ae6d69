// The backward pass of exact Yat on float32 inputs.
#include "engine/kernels/yat_backward.cuh"

namespace slay::kernels {

cudaError_t run_yat_backward_float(const YatBackward& pass, const YatPlan& plan) {
    return enqueue_yat_backward_dim<YatLane::float32>(pass, plan);
}

}  // namespace slay::kernels
