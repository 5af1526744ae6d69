#include "engine/kernels/fused_linear_torch.h"

#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include <algorithm>

#include "engine/kernels/tensor_views.h"

namespace slay::kernels {
namespace {

// A layer's peak, in its output projection, has room for one more [B, L, H, d] beside q, k, v and
// y: with this much scratch the attention's own peak stays below it. Short sequences may take this
// much at least.
constexpr std::size_t kLeastScratch = std::size_t{10} << 20;

std::size_t scratch_budget(const at::Tensor& q) {
    const auto bytes = static_cast<std::size_t>(q.numel()) * q.element_size();
    return std::max(kLeastScratch, bytes / 10 * 9);
}

FusedDevice forward_limits(const at::Tensor& q) {
    FusedDevice device = limits_of(q);
    device.warpgroups = warpgroups_usable();
    return device;
}

}  // namespace

std::string FusedLinear::unsupported(const at::Tensor& q, const at::Tensor& k,
                                     const at::Tensor& v) const {
    std::string reason = unfit_inputs(q, k, v);
    if (!reason.empty()) return reason;
    return fused_linear_unsupported(fused_shape(q, true), packed_, limits_of(q));
}

FusedLinear::Output FusedLinear::forward(const at::Tensor& q, const at::Tensor& k,
                                         const at::Tensor& v, bool causal, double delta,
                                         bool for_backward) {
    const c10::cuda::CUDAGuard guard(q.device());
    const at::Tensor inputs[] = {in_pieces(q), in_pieces(k), in_pieces(v)};
    FusedLinearPass pass;
    pass.shape = fused_shape(q, causal);
    const FusedPlan plan =
        plan_fused_linear(pass.shape, packed_, forward_limits(q), scratch_budget(q));
    Output output;
    output.y = empty_rows(q, q.scalar_type());
    if (for_backward) {
        output.denominators =
            at::empty({q.size(0), q.size(1), q.size(2)}, q.options().dtype(at::kFloat));
        pass.denominators = output.denominators.data_ptr<float>();
        if (q.scalar_type() == at::kBFloat16) output.correction = empty_rows(q, at::kChar);
    }
    at::Tensor scratch;
    if (plan.scratch_bytes > 0) {
        scratch = empty_bytes(q, plan.scratch_bytes);
        pass.scratch = scratch.data_ptr();
    }
    pass.q = view_of(inputs[0]);
    pass.k = view_of(inputs[1]);
    pass.v = view_of(inputs[2]);
    pass.y = view_of(output.y);
    pass.residual = view_of(output.correction);
    pass.delta = static_cast<float>(delta);
    pass.features = &packed_;
    pass.device_words = words_on_device(words_, packed_.words, q);
    pass.stream = c10::cuda::getCurrentCUDAStream(q.get_device());
    C10_CUDA_CHECK(run_fused_linear(pass, plan));
    return output;
}

}  // namespace slay::kernels
