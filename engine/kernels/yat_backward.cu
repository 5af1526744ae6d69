// The backward pass of exact Yat on bf16 inputs, and the choice between the types.
#include "engine/kernels/yat_backward.cuh"

namespace slay::kernels {

cudaError_t run_yat_backward_bf16(const YatBackward& pass, const YatPlan& plan) {
    return enqueue_yat_backward_dim<YatLane::bfloat16>(pass, plan);
}

cudaError_t run_yat_backward(const YatBackward& pass, const YatPlan& plan) {
    if (!exact_yat_unsupported(pass.shape, pass.epsilon).empty()) return cudaErrorInvalidValue;
    switch (pass.shape.type) {
        case YatType::bfloat16:
            return run_yat_backward_bf16(pass, plan);
        case YatType::float16:
            return run_yat_backward_fp16(pass, plan);
        default:
            return run_yat_backward_float(pass, plan);
    }
}

}  // namespace slay::kernels
