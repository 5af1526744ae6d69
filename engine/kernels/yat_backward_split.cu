// The backward pass of exact Yat on float32 and float16 inputs.
#include "engine/kernels/yat_backward.cuh"

namespace slay::kernels {

cudaError_t run_yat_backward_split(const YatBackward& pass, const YatPlan& plan) {
    return enqueue_yat_backward_dim<true>(pass, plan);
}

}  // namespace slay::kernels
