// The feature maps of linearised Yat attention, on unit vectors.
#pragma once

#include <memory>

#include "engine/attention/exponential_factor.h"
#include "engine/attention/feature_map.h"
#include "engine/attention/polynomial_factor.h"

namespace slay {

// Psi_r(u) = sqrt(w_r) poly(u^) (x) prf_r(u), all r; without a polynomial: the Laplace form.
class SlayFeatureMap : public FeatureMap {
  public:
    SlayFeatureMap(std::unique_ptr<PolynomialFactor> polynomial, ExponentialFactor exponential)
        : polynomial_(std::move(polynomial)), exponential_(std::move(exponential)) {}

    std::int64_t outer_size() const override { return polynomial_ ? polynomial_->size() : 0; }
    std::int64_t inner_size() const override { return exponential_.size(); }
    Features features(const Block& u) const override;
    at::Tensor backward(const Block& u, const Features& at,
                        const FeatureGradients& gradients) const override;

  private:
    std::unique_ptr<PolynomialFactor> polynomial_;
    ExponentialFactor exponential_;
};

}  // namespace slay
