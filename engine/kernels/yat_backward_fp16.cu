// The backward pass of exact Yat on float16 inputs.
#include "engine/kernels/yat_backward.cuh"

namespace slay::kernels {

cudaError_t run_yat_backward_fp16(const YatBackward& pass, const YatPlan& plan) {
    return enqueue_yat_backward_dim<YatLane::float16>(pass, plan);
}

}  // namespace slay::kernels
