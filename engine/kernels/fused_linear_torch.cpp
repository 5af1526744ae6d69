#include "engine/kernels/fused_linear_torch.h"

#include <ATen/Functions.h>
#include <ATen/cuda/CUDAContext.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include <algorithm>
#include <optional>

namespace slay::kernels {
namespace {

// Scratch of about one more [B, L, H, d]: a layer's peak, in its output projection, has room for
// that. Short sequences may take this much at least.
constexpr std::size_t kLeastScratch = std::size_t{8} << 20;

std::size_t scratch_budget(const at::Tensor& q) {
    const auto bytes = static_cast<std::size_t>(q.numel()) * q.element_size();
    return std::max(kLeastScratch, bytes + bytes / 4);
}

std::optional<Element> element_of(const at::Tensor& t) {
    switch (t.scalar_type()) {
        case at::kBFloat16:
            return Element::bfloat16;
        case at::kHalf:
            return Element::float16;
        case at::kFloat:
            return Element::float32;
        default:
            return std::nullopt;
    }
}

FusedShape shape_of(const at::Tensor& q, bool causal) {
    FusedShape shape;
    shape.batch = q.size(0);
    shape.heads = q.size(1);
    shape.length = q.size(2);
    shape.head_dim = static_cast<int>(q.size(3));
    shape.causal = causal;
    shape.element = element_of(q).value_or(Element::bfloat16);
    return shape;
}

FusedDevice limits_of(const at::Tensor& q) {
    const cudaDeviceProp* properties = at::cuda::getDeviceProperties(q.get_device());
    return {properties->multiProcessorCount, static_cast<int>(properties->sharedMemPerBlockOptin),
            warpgroups_usable()};
}

// The kernels move 16 bytes at a time, and a row's bytes are an int.
at::Tensor aligned(const at::Tensor& t) {
    const std::int64_t elements = 16 / static_cast<std::int64_t>(t.element_size());
    const bool fits = t.stride(3) == 1 && t.stride(0) % elements == 0 &&
                      t.stride(1) % elements == 0 && t.stride(2) % elements == 0 &&
                      t.stride(2) < (std::int64_t{1} << 28) &&
                      reinterpret_cast<std::uintptr_t>(t.data_ptr()) % 16 == 0;
    return fits ? t : t.contiguous();
}

TensorView view_of(const at::Tensor& t) {
    return {t.data_ptr(), t.stride(0), t.stride(1), t.stride(2)};
}

}  // namespace

std::string FusedLinear::unsupported(const at::Tensor& q, const at::Tensor& k,
                                     const at::Tensor& v) const {
    if (q.dim() != 4 || !q.sizes().equals(k.sizes()) || !q.sizes().equals(v.sizes())) {
        return "q, k and v are not of one shape [B, H, L, d]";
    }
    for (const at::Tensor* t : {&q, &k, &v}) {
        if (!t->is_cuda() || t->device() != q.device()) return "not on one CUDA device";
        if (t->scalar_type() != q.scalar_type()) return "not of one type";
    }
    if (!element_of(q)) return "the type is not bfloat16, float16 or float32";
    if (at::cuda::getDeviceProperties(q.get_device())->major < 8)
        return "compute capability below 8.0";
    return fused_linear_unsupported(shape_of(q, true), packed_, limits_of(q));
}

FusedLinear::Output FusedLinear::forward(const at::Tensor& q, const at::Tensor& k,
                                         const at::Tensor& v, bool causal, double delta,
                                         bool keep_correction) {
    const c10::cuda::CUDAGuard guard(q.device());
    const at::Tensor inputs[] = {aligned(q), aligned(k), aligned(v)};
    if (!words_.defined() || words_.device() != q.device()) {
        words_ = at::from_blob(packed_.words.data(),
                               {static_cast<std::int64_t>(packed_.words.size())}, at::kInt)
                     .to(q.device());
    }
    FusedLinearPass pass;
    pass.shape = shape_of(q, causal);
    const FusedPlan plan = plan_fused_linear(pass.shape, packed_, limits_of(q), scratch_budget(q));
    const auto rows_of = [&](at::ScalarType type) {
        return at::empty({q.size(0), q.size(2), q.size(1), q.size(3)}, q.options().dtype(type))
            .transpose(1, 2);
    };
    Output output;
    output.y = rows_of(q.scalar_type());
    output.denominators =
        at::empty({q.size(0), q.size(1), q.size(2)}, q.options().dtype(at::kFloat));
    if (keep_correction && q.scalar_type() == at::kBFloat16) {
        output.correction = rows_of(at::kBFloat16);
        pass.residual = view_of(output.correction);
    }
    const at::Tensor scratch =
        at::empty({static_cast<std::int64_t>(plan.scratch_bytes)}, q.options().dtype(at::kByte));
    pass.q = view_of(inputs[0]);
    pass.k = view_of(inputs[1]);
    pass.v = view_of(inputs[2]);
    pass.y = view_of(output.y);
    pass.denominators = output.denominators.data_ptr<float>();
    pass.delta = static_cast<float>(delta);
    pass.features = &packed_;
    pass.device_words = words_.data_ptr();
    pass.scratch = scratch.data_ptr();
    pass.stream = c10::cuda::getCurrentCUDAStream(q.get_device());
    C10_CUDA_CHECK(run_fused_linear(pass, plan));
    return output;
}

}  // namespace slay::kernels
