#include "engine/kernels/fused_backward_torch.h"

#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include <algorithm>

#include "engine/kernels/tensor_views.h"

namespace slay::kernels {
namespace {

// States of about one more [B, L, H, d]; short sequences may take this much at least.
constexpr std::size_t kLeastStates = std::size_t{8} << 20;

std::size_t state_budget(const at::Tensor& q) {
    const auto bytes = static_cast<std::size_t>(q.numel()) * q.element_size();
    return std::max(kLeastStates, bytes + bytes / 4);
}

}  // namespace

std::string FusedBackward::unsupported(const at::Tensor& q, const at::Tensor& k,
                                       const at::Tensor& v) const {
    std::string reason = unfit_inputs(q, k, v);
    if (!reason.empty()) return reason;
    const BackwardShape shape = fused_shape(q, true);
    reason = fused_backward_unsupported(shape, packed_, limits_of(q));
    return reason.empty() ? fused_backward_inaccurate(shape, packed_) : reason;
}

FusedBackward::Gradients FusedBackward::backward(const Inputs& inputs, bool causal, double delta) {
    const c10::cuda::CUDAGuard guard(inputs.q.device());
    const at::Tensor q = in_pieces(inputs.q), k = in_pieces(inputs.k), v = in_pieces(inputs.v),
                     y = in_pieces(inputs.y), dy = in_pieces(inputs.dy),
                     denominators = inputs.denominators.contiguous();
    const at::Tensor correction =
        inputs.correction.defined() ? in_pieces(inputs.correction) : at::Tensor();
    FusedBackwardPass pass;
    pass.shape = fused_shape(q, causal);
    const FusedPlan plan =
        plan_fused_backward(pass.shape, packed_, limits_of(q).multiprocessors, state_budget(q));
    const at::Tensor all = at::empty({q.size(0), q.size(2), 3, q.size(1), q.size(3)}, q.options());
    const at::Tensor scratch = empty_bytes(q, plan.scratch_bytes);
    const auto part = [&](std::int64_t i) { return all.select(2, i).transpose(1, 2); };
    const Gradients gradients{part(0), part(1), part(2)};
    pass.q = view_of(q);
    pass.k = view_of(k);
    pass.v = view_of(v);
    pass.y = view_of(y);
    pass.dy = view_of(dy);
    pass.correction = view_of(correction);
    pass.denominators = denominators.const_data_ptr<float>();
    pass.dq = view_of(gradients.q);
    pass.dk = view_of(gradients.k);
    pass.dv = view_of(gradients.v);
    pass.delta = static_cast<float>(delta);
    pass.features = &packed_;
    pass.device_words = words_on_device(words_, packed_.words, q);
    pass.scratch = scratch.data_ptr();
    pass.stream = c10::cuda::getCurrentCUDAStream(q.get_device());
    C10_CUDA_CHECK(run_fused_backward(pass, plan));
    return gradients;
}

}  // namespace slay::kernels
