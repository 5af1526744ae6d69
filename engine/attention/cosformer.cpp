// cosformer: Psi_i(u) = ReLU(u) * [cos(pi i / 2L), sin(pi i / 2L)], i = 0 .. L-1.
#include <ATen/ATen.h>

#include <numbers>

#include "engine/attention/feature_attention.h"
#include "engine/attention/plain_form.h"
#include "engine/attention/variants.h"

namespace slay {
namespace {

// outer = ReLU(u), inner = the two positional factors: their product is cos(pi (i - j) / 2L).
class CosformerMap : public FeatureMap {
  public:
    CosformerMap(std::int64_t head_dim, std::int64_t length)
        : head_dim_(head_dim), length_(length) {}
    std::int64_t outer_size() const override { return head_dim_; }
    std::int64_t inner_size() const override { return 2; }
    bool wants_positions() const override { return true; }

    Features features(const Block& u) const override {
        Features result;
        result.outer = u.values.relu();
        // Angles in float64: i near 2^23 has no room for the fraction in float32.
        const at::Tensor angle =
            u.positions.to(at::kDouble).mul_(std::numbers::pi / (2 * static_cast<double>(length_)));
        const auto& sizes = u.values.sizes();
        result.inner = at::cat({angle.cos(), angle.sin()}, -1)
                           .to(u.values.scalar_type())
                           .expand({sizes[0], sizes[1], sizes[2], sizes[3], 2})
                           .contiguous();
        return result;
    }

    at::Tensor backward(const Block&, const Features& at,
                        const FeatureGradients& gradients) const override {
        return at::threshold_backward(gradients.outer, at.outer, 0);
    }

  private:
    std::int64_t head_dim_;
    std::int64_t length_;
};

class CosformerAttention : public FeatureAttention {
  public:
    using FeatureAttention::FeatureAttention;

  protected:
    FeatureMapPtr make_map(at::TensorOptions, std::int64_t length) const override {
        return c10::make_intrusive<CosformerMap>(config().head_dim, length);
    }

    std::optional<kernels::FeatureMap> fused_map() const override {
        kernels::FeatureMap map;
        map.factor = kernels::Factor::relu;
        map.normalise = false;
        map.head_dim = static_cast<int>(config().head_dim);
        map.g = map.head_dim;
        map.omega = identity_projection(config().head_dim);
        map.poly = kernels::Poly::cos_sin;
        map.p = 2;
        return map;
    }
    bool depends_on_length() const override { return true; }
};

}  // namespace

AttentionPtr make_cosformer(const AttentionConfig& config) {
    return std::make_unique<CosformerAttention>(config);
}

PlainOutput plain_cosformer(const PlainInput& input) {
    const std::int64_t length = input.q.size(2);
    const at::Tensor i = at::arange(length, input.q.options()).view({length, 1});
    const at::Tensor angle = std::numbers::pi / 2 * i / static_cast<double>(length);
    const auto psi = [&](const at::Tensor& u) {
        const at::Tensor relu = u.clamp_min(0);
        return at::cat({relu * angle.cos(), relu * angle.sin()}, -1);
    };
    return plain::normalise(plain::inner_products(psi(input.q), psi(input.k)), input);
}

}  // namespace slay
