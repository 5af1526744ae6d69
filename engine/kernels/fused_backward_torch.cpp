#include "engine/kernels/fused_backward_torch.h"

#include <ATen/Functions.h>
#include <ATen/cuda/CUDAContext.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include <algorithm>

namespace slay::kernels {
namespace {

// States of about two more [B, L, H, d] tensors; short sequences may take this much at least.
constexpr std::size_t kLeastStates = std::size_t{8} << 20;

std::size_t state_budget(const at::Tensor& q) {
    const auto bytes = static_cast<std::size_t>(q.numel()) * q.element_size();
    return std::max(kLeastStates, bytes * 2 + bytes / 4);
}

BackwardShape shape_of(const at::Tensor& q, bool causal) {
    BackwardShape shape;
    shape.batch = q.size(0);
    shape.heads = q.size(1);
    shape.length = q.size(2);
    shape.head_dim = static_cast<int>(q.size(3));
    shape.causal = causal;
    shape.element = q.scalar_type() == at::kFloat ? Element::float32 : Element::bfloat16;
    return shape;
}

// The kernels move 16 bytes at a time.
at::Tensor aligned(const at::Tensor& t) {
    const std::int64_t elements = 16 / static_cast<std::int64_t>(t.element_size());
    const bool fits = t.stride(3) == 1 && t.stride(0) % elements == 0 &&
                      t.stride(1) % elements == 0 && t.stride(2) % elements == 0 &&
                      reinterpret_cast<std::uintptr_t>(t.data_ptr()) % 16 == 0;
    return fits ? t : t.contiguous();
}

TensorView view_of(const at::Tensor& t) {
    return {t.data_ptr(), t.stride(0), t.stride(1), t.stride(2)};
}

constexpr std::int64_t kFewPositions = 16;

}  // namespace

std::string FusedBackward::unsupported(const at::Tensor& q, const at::Tensor& k,
                                       const at::Tensor& v) const {
    if (q.dim() != 4 || !q.sizes().equals(k.sizes()) || !q.sizes().equals(v.sizes())) {
        return "q, k and v are not of one shape [B, H, L, d]";
    }
    for (const at::Tensor* t : {&q, &k, &v}) {
        if (!t->is_cuda() || t->device() != q.device()) return "not on one CUDA device";
        if (t->scalar_type() != q.scalar_type()) return "not of one type";
    }
    if (q.scalar_type() != at::kBFloat16 && q.scalar_type() != at::kFloat)
        return "the type is neither bfloat16 nor float32";
    const cudaDeviceProp* device = at::cuda::getDeviceProperties(q.get_device());
    if (device->major < 8) return "compute capability below 8.0";
    // What the widest forms take.
    if (device->sharedMemPerBlockOptin < 227 * 1024)
        return "less than 227 KB of shared memory a block";
    // Its gradients would need more than the two terms of an operand.
    if (packed_.cancels) return "sums of the kernel cancel";
    // A random projection next to zero takes the other branch with the last bits of its sum: one
    // such feature among 50,000 is 5e-3 of the gradient, where float32 is held to 1e-4.
    if (packed_.factor == Factor::relu && !packed_.turned && q.scalar_type() == at::kFloat)
        return "the derivative of relu jumps, and its projections are not exact to float32";
    // Rows that see a key or two: v - y is what rounding left of v.
    if (q.size(2) < kFewPositions) return "fewer than 16 positions";
    return fused_backward_unsupported(shape_of(q, true), packed_);
}

FusedBackward::Gradients FusedBackward::backward(const Inputs& inputs, bool causal, double delta) {
    const c10::cuda::CUDAGuard guard(inputs.q.device());
    const at::Tensor q = aligned(inputs.q), k = aligned(inputs.k), v = aligned(inputs.v),
                     y = aligned(inputs.y), dy = aligned(inputs.dy),
                     denominators = inputs.denominators.contiguous();
    const at::Tensor correction =
        inputs.correction.defined() ? aligned(inputs.correction) : at::Tensor();
    if (!words_.defined() || words_.device() != q.device()) {
        words_ = at::from_blob(packed_.words.data(),
                               {static_cast<std::int64_t>(packed_.words.size())}, at::kInt)
                     .to(q.device());
    }
    FusedBackwardPass pass;
    pass.shape = shape_of(q, causal);
    const FusedPlan plan = plan_fused_backward(
        pass.shape, packed_, at::cuda::getDeviceProperties(q.get_device())->multiProcessorCount,
        state_budget(q));
    const at::Tensor all = at::empty({q.size(0), q.size(2), 3, q.size(1), q.size(3)}, q.options());
    const at::Tensor scratch =
        at::empty({static_cast<std::int64_t>(plan.scratch_bytes)}, q.options().dtype(at::kByte));
    const auto part = [&](std::int64_t i) { return all.select(2, i).transpose(1, 2); };
    const Gradients gradients{part(0), part(1), part(2)};
    pass.q = view_of(q);
    pass.k = view_of(k);
    pass.v = view_of(v);
    pass.y = view_of(y);
    pass.dy = view_of(dy);
    if (correction.defined()) pass.correction = view_of(correction);
    pass.denominators = denominators.const_data_ptr<float>();
    pass.dq = view_of(gradients.q);
    pass.dk = view_of(gradients.k);
    pass.dv = view_of(gradients.v);
    pass.delta = static_cast<float>(delta);
    pass.features = &packed_;
    pass.device_words = words_.data_ptr();
    pass.scratch = scratch.data_ptr();
    pass.stream = c10::cuda::getCurrentCUDAStream(q.get_device());
    C10_CUDA_CHECK(run_fused_backward(pass, plan));
    return gradients;
}

}  // namespace slay::kernels
