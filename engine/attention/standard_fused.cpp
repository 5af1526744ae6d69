// standard-fused: the same function as standard through one fused kernel.
#include <ATen/ATen.h>

#include <tuple>

#include "engine/attention/check_shapes.h"
#include "engine/attention/fused_softmax.h"
#include "engine/attention/variants.h"

namespace slay {
namespace {

std::optional<SoftmaxKernel> chosen_kernel(const AttentionConfig& config) {
    const std::string backend = config.parameters.text("backend", "auto");
    for (const SoftmaxKernel kernel : {SoftmaxKernel::math, SoftmaxKernel::flash,
                                       SoftmaxKernel::efficient, SoftmaxKernel::cudnn})
        if (backend == to_string(kernel)) return kernel;
    return std::nullopt;
}

class StandardFusedAttention : public Attention {
  public:
    explicit StandardFusedAttention(const AttentionConfig& given)
        : Attention(given), chosen_(chosen_kernel(given)) {}

    at::Tensor forward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) override {
        check_shapes(config(), q, k, v);
        const FusedSoftmaxInput input{q, k, v, config().causal};
        const SoftmaxKernel kernel = chosen_ ? *chosen_ : automatic(input);
        at::Tensor output = run_kernel(kernel, input);
        backend_ = to_string(kernel);
        return output;
    }

    std::string backend() const override { return backend_; }

  private:
    using Case = std::tuple<std::int64_t, std::int64_t, at::ScalarType, at::Device, bool>;

    // Timed once per shape, type and need of a gradient.
    SoftmaxKernel automatic(const FusedSoftmaxInput& input) {
        const Case now{input.q.size(0), input.q.size(2), input.q.scalar_type(), input.q.device(),
                       at::GradMode::is_enabled() && input.q.requires_grad()};
        if (!fastest_ || fastest_->first != now) fastest_.emplace(now, fastest_kernel(input));
        return fastest_->second;
    }

    std::optional<SoftmaxKernel> chosen_;
    std::optional<std::pair<Case, SoftmaxKernel>> fastest_;
    std::string backend_;
};

}  // namespace

AttentionPtr make_standard_fused(const AttentionConfig& config) {
    return std::make_unique<StandardFusedAttention>(config);
}

std::string standard_fused_unsupported(const AttentionConfig& config, at::Device device,
                                       DataType type) {
    const auto kernel = chosen_kernel(config);
    if (!kernel) return {};
    const at::Tensor sample =
        at::zeros({1, config.heads, 128, config.head_dim},
                  at::TensorOptions().dtype(scalar_type(type)).device(device));
    const std::string reason = refusal(*kernel, {sample, sample, sample, config.causal});
    if (reason.empty()) return {};
    return "the " + std::string(to_string(*kernel)) +
           " kernel of scaled_dot_product_attention cannot run here: " + reason;
}

}  // namespace slay
