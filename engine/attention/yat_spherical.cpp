// yat-spherical: K(q, k) = x^2 / (C - 2x), x = q^ . k^.
#include <ATen/ATen.h>

#include "engine/attention/check_shapes.h"
#include "engine/attention/plain_form.h"
#include "engine/attention/spherical_yat.h"
#include "engine/attention/variants.h"

namespace slay {
namespace {

class SphericalYatAttention : public Attention {
  public:
    using Attention::Attention;

    at::Tensor forward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) override {
        check_shapes(config(), q, k, v);
        backend_ = spherical_yat_fused(q, k, v, options()) ? "fused" : "aten";
        return spherical_yat(q, k, v, options());
    }

    at::Tensor denominators(const at::Tensor& q, const at::Tensor& k) override {
        check_shapes(config(), q, k, k);
        return spherical_yat_forward(q, k, k, options()).denominators;
    }

    std::string kernel_refusal(const KernelQuestion& question) const override {
        return spherical_yat_refusal(options(), config(), question);
    }

    // "fused" or "aten": what the latest forward ran.
    std::string backend() const override { return backend_; }

  private:
    SphericalYatOptions options() const {
        return {config().causal, config().parameters.real("epsilon", 1e-6), config().delta,
                config().plan ? config().plan->block : 0};
    }

    std::string backend_;
};

}  // namespace

AttentionPtr make_yat_spherical(const AttentionConfig& config) {
    return std::make_unique<SphericalYatAttention>(config);
}

PlainOutput plain_yat_spherical(const PlainInput& input) {
    const at::Tensor x = plain::inner_products(plain::unit(input.q), plain::unit(input.k));
    const double c = 2 + input.epsilon;
    return plain::normalise(x.pow(2) / (c - 2 * x).clamp_min(input.epsilon), input);
}

}  // namespace slay
