// yat-performer (Hadamard): Psi_r(u)_m = sqrt(w_r) (omega_{r,m} . u^)^2 / sqrt(M) prf_r(u)_m, the
// same omega in both factors.
#include <ATen/ATen.h>

#include <cmath>

#include "engine/attention/plain_form.h"
#include "engine/attention/slay_attention.h"
#include "engine/attention/variants.h"

namespace slay {
namespace {

// inner = t^2 exp(a t + b) with t = omega . u^, a_r = sqrt(2 s_r), b_r = -s_r + ln(w_r)/2 - ln(M).
class HadamardMap : public FeatureMap {
  public:
    HadamardMap(const at::Tensor& nodes, const at::Tensor& weights, const at::Tensor& omega,
                at::TensorOptions options) {
        const std::int64_t features = omega.size(3);
        const auto per_feature = [&](const at::Tensor& of_node) {
            return of_node.repeat_interleave(features).to(options);
        };
        projection_ = by_head(omega).to(options);
        rate_ = per_feature((2 * nodes).sqrt());
        offset_ = per_feature(weights.log() / 2 - nodes - std::log(static_cast<double>(features)));
    }

    std::int64_t inner_size() const override { return rate_.size(0); }

    Features features(const Block& u) const override {
        Features result;
        result.vectors = unit_vectors(u.values);
        result.saved = at::matmul(result.vectors.unit, projection_);
        result.inner = at::addcmul(offset_, result.saved, rate_).exp_();
        result.inner.mul_(result.saved).mul_(result.saved);
        return result;
    }

    // d inner / dt = (2 t + a t^2) exp(a t + b)
    at::Tensor backward(const Block&, const Features& at,
                        const FeatureGradients& gradients) const override {
        const at::Tensor& t = at.saved;
        at::Tensor slope = at::addcmul(offset_, t, rate_).exp_();
        slope.mul_((t * rate_).add_(2).mul_(t)).mul_(gradients.inner);
        return unit_vectors_backward(at.vectors, at::matmul(slope, projection_.transpose(-1, -2)));
    }

  private:
    at::Tensor projection_;  // [H, d, R*M]
    at::Tensor rate_;        // [R*M]
    at::Tensor offset_;      // [R*M]
};

class HadamardAttention : public SlayAttention {
  public:
    explicit HadamardAttention(const AttentionConfig& config) : SlayAttention(config, 1) {}

  protected:
    FeatureMapPtr make_map(at::TensorOptions options, std::int64_t) const override {
        return c10::make_intrusive<HadamardMap>(buffer("quad_nodes"), buffer("quad_weights"),
                                                buffer("omega"), options);
    }

    std::optional<kernels::FeatureMap> fused_map() const override {
        return fused_factor(/*squared=*/true);
    }
};

}  // namespace

AttentionPtr make_yat_hadamard(const AttentionConfig& config) {
    return std::make_unique<HadamardAttention>(config);
}

PlainOutput plain_yat_hadamard(const PlainInput& input) {
    const at::Tensor& omega = plain::buffer(input, "omega");  // [R, H, d, M]
    const double features = static_cast<double>(omega.size(3));
    const auto psi = [&](const at::Tensor& u, std::int64_t r) {
        const at::Tensor direction = plain::unit(u);
        const at::Tensor squares = direction.matmul(omega[r]).pow(2) / std::sqrt(features);
        return squares * plain::random_features(direction, input, r);
    };
    at::Tensor kernel;
    for (std::int64_t r = 0; r < omega.size(0); ++r) {
        const at::Tensor term = plain::buffer(input, "quad_weights")[r] *
                                plain::inner_products(psi(input.q, r), psi(input.k, r));
        kernel = kernel.defined() ? kernel + term : term;
    }
    return plain::normalise(kernel, input);
}

}  // namespace slay
