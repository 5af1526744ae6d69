#include "engine/attention/feature_attention.h"

#include <ATen/ATen.h>

#include "engine/attention/check_shapes.h"
#include "engine/attention/linear_attention.h"

namespace slay {

const FeatureMapPtr& FeatureAttention::map_for(const at::Tensor& q) {
    const at::TensorOptions options =
        at::TensorOptions().dtype(compute_type(q.scalar_type())).device(q.device());
    const bool same_device = map_ && map_options_.device() == options.device();
    const bool same_length = !depends_on_length() || map_length_ == q.size(2);
    if (!same_device || map_options_.dtype() != options.dtype() || !same_length) {
        const at::NoGradGuard no_grad;
        map_ = make_map(options, q.size(2));
        map_options_ = options;
        map_length_ = q.size(2);
    }
    return map_;
}

FusedForward* FeatureAttention::fused() {
    if (!fused_) {
        const at::NoGradGuard no_grad;
        const auto map = fused_map();
        fused_.emplace(map ? std::make_unique<FusedForward>(*map) : nullptr);
    }
    return fused_->get();
}

std::string FeatureAttention::kernel_refusal(const KernelQuestion& question) const {
    const at::NoGradGuard no_grad;
    const auto map = fused_map();
    if (!map) return "the kernels do not know its feature map";
    return fused_refusal(*map, config(), question);
}

void FeatureAttention::buffers_changed() {
    map_.reset();
    fused_.reset();
}

at::Tensor FeatureAttention::forward(const at::Tensor& q, const at::Tensor& k,
                                     const at::Tensor& v) {
    check_shapes(config(), q, k, v);
    // A plan set by hand asks for the chunked form.
    if (q.is_cuda() && !config().plan && fused()) {
        if (auto output = fused()->forward(q, k, v, config().causal, config().delta)) {
            backend_ = "fused";
            return *output;
        }
    }
    backend_ = "aten";
    return linear_attention(q, k, v, {map_for(q), config().causal, config().delta, config().plan});
}

at::Tensor FeatureAttention::denominators(const at::Tensor& q, const at::Tensor& k) {
    check_shapes(config(), q, k, k);
    return linear_attention_forward(q, k, k,
                                    {map_for(q), config().causal, config().delta, config().plan})
        .denominators;
}

void FeatureAttention::to(at::Device device, at::ScalarType type) {
    if (depends_on_length()) return;
    map_for(at::empty({1, config().heads, 1, config().head_dim},
                      at::TensorOptions().dtype(type).device(device)));
}

}  // namespace slay
