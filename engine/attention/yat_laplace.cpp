// yat-performer-laplace: Psi_r(u) = sqrt(C alpha_r / 4) prf_r(u), an estimate of 1/(C - 2x) up to a
// constant.
#include <ATen/ATen.h>

#include "engine/attention/plain_form.h"
#include "engine/attention/slay_attention.h"
#include "engine/attention/variants.h"

namespace slay {
namespace {

class LaplaceAttention : public SlayAttention {
  public:
    // alpha_r C / 4 = (alpha_r / C) C^2 / 4
    explicit LaplaceAttention(const AttentionConfig& config)
        : SlayAttention(config, kernel_constant(config) * kernel_constant(config) / 4) {}

  protected:
    FeatureMapPtr make_map(at::TensorOptions options, std::int64_t) const override {
        return c10::make_intrusive<SlayFeatureMap>(nullptr, exponential(options));
    }

    std::optional<kernels::FeatureMap> fused_map() const override { return fused_factor(); }
};

}  // namespace

AttentionPtr make_yat_laplace(const AttentionConfig& config) {
    return std::make_unique<LaplaceAttention>(config);
}

PlainOutput plain_yat_laplace(const PlainInput& input) {
    at::Tensor kernel;
    for (std::int64_t r = 0; r < plain::buffer(input, "quad_nodes").size(0); ++r) {
        const at::Tensor weight = plain::buffer(input, "quad_weights")[r];
        const at::Tensor term =
            weight * plain::inner_products(plain::random_features(plain::unit(input.q), input, r),
                                           plain::random_features(plain::unit(input.k), input, r));
        kernel = kernel.defined() ? kernel + term : term;
    }
    return plain::normalise(kernel, input);
}

}  // namespace slay
