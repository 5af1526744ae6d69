// yat-performer-anchor: anchor(u)_p = (a_p . u^)^2 / sqrt(P), a_p uniform on the sphere.
#include <ATen/ATen.h>

#include <cmath>

#include "engine/attention/plain_form.h"
#include "engine/attention/slay_attention.h"
#include "engine/attention/variants.h"

namespace slay {
namespace {

class AnchorFactor : public PolynomialFactor {
  public:
    // anchors [P, d] or [H, P, d]; P^(-1/4) goes into them, so that the square carries 1/sqrt(P).
    AnchorFactor(const at::Tensor& anchors, at::TensorOptions options)
        : anchors_((anchors * std::pow(static_cast<double>(anchors.size(-2)), -0.25)).to(options)) {
    }

    std::int64_t size() const override { return anchors_.size(-2); }

    at::Tensor forward(const at::Tensor& unit, at::Tensor& saved) const override {
        saved = at::matmul(unit, anchors_.transpose(-1, -2));
        return saved.square();
    }

    at::Tensor backward(const at::Tensor& saved, const at::Tensor& gradient) const override {
        return at::matmul(gradient.mul(saved).mul_(2), anchors_);
    }

  private:
    at::Tensor anchors_;
};

class AnchorAttention : public SlayAttention {
  public:
    explicit AnchorAttention(const AttentionConfig& config) : SlayAttention(config, 1) {
        set_buffer("anchor_vectors",
                   stream("anchors").unit_vectors(poly_features(), config.head_dim));
    }

  protected:
    FeatureMapPtr make_map(at::TensorOptions options, std::int64_t) const override {
        return c10::make_intrusive<SlayFeatureMap>(
            std::make_unique<AnchorFactor>(buffer("anchor_vectors"), options),
            exponential(options));
    }

    std::optional<kernels::FeatureMap> fused_map() const override {
        // The kernel takes one set of anchors for all heads.
        if (buffer("anchor_vectors").dim() > 2) return std::nullopt;
        kernels::FeatureMap map = fused_factor();
        set_fused_squares(map, buffer("anchor_vectors"));
        return map;
    }
};

}  // namespace

AttentionPtr make_yat_anchor(const AttentionConfig& config) {
    return std::make_unique<AnchorAttention>(config);
}

PlainOutput plain_yat_anchor(const PlainInput& input) {
    const at::Tensor& a = plain::buffer(input, "anchor_vectors");
    const double root = std::sqrt(static_cast<double>(a.size(0)));
    return plain::tensor_form(input,
                              [&](const at::Tensor& u) { return u.matmul(a.t()).pow(2) / root; });
}

}  // namespace slay
