// The backward pass of exact Yat on bf16 inputs.
#include "engine/kernels/yat_backward.cuh"

namespace slay::kernels {

cudaError_t run_yat_backward_bf16(const YatBackward& pass, const YatPlan& plan) {
    return enqueue_yat_backward_dim<false>(pass, plan);
}

cudaError_t run_yat_backward(const YatBackward& pass, const YatPlan& plan) {
    if (!exact_yat_unsupported(pass.shape, pass.epsilon).empty()) return cudaErrorInvalidValue;
    return pass.shape.type == YatType::bfloat16 ? run_yat_backward_bf16(pass, plan)
                                                : run_yat_backward_split(pass, plan);
}

}  // namespace slay::kernels
