// linear: Psi(u) = elu(u) + 1.
#include <ATen/ATen.h>

#include "engine/attention/feature_attention.h"
#include "engine/attention/plain_form.h"
#include "engine/attention/variants.h"

namespace slay {
namespace {

class EluMap : public FeatureMap {
  public:
    explicit EluMap(std::int64_t head_dim) : head_dim_(head_dim) {}
    std::int64_t inner_size() const override { return head_dim_; }

    Features features(const Block& u) const override {
        Features result;
        result.inner = at::elu(u.values).add_(1);
        return result;
    }

    // elu'(u) = 1 where u > 0, exp(u) = elu(u) + 1 elsewhere
    at::Tensor backward(const Block&, const Features& at,
                        const FeatureGradients& gradients) const override {
        return gradients.inner * at.inner.clamp_max(1);
    }

  private:
    std::int64_t head_dim_;
};

class LinearAttentionVariant : public FeatureAttention {
  public:
    using FeatureAttention::FeatureAttention;

  protected:
    FeatureMapPtr make_map(at::TensorOptions, std::int64_t) const override {
        return c10::make_intrusive<EluMap>(config().head_dim);
    }

    std::optional<kernels::FeatureMap> fused_map() const override {
        kernels::FeatureMap map;
        map.factor = kernels::Factor::elu_plus_one;
        map.normalise = false;
        map.head_dim = static_cast<int>(config().head_dim);
        map.g = map.head_dim;
        map.omega = identity_projection(config().head_dim);
        return map;
    }
};

}  // namespace

AttentionPtr make_linear(const AttentionConfig& config) {
    return std::make_unique<LinearAttentionVariant>(config);
}

PlainOutput plain_linear(const PlainInput& input) {
    const auto psi = [](const at::Tensor& u) { return at::where(u > 0, u + 1, u.exp()); };
    return plain::normalise(plain::inner_products(psi(input.q), psi(input.k)), input);
}

}  // namespace slay
