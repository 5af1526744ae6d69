// yat-performer-nystrom: ny(u) = kappa(u^, A) (kappa(A, A) + lambda I)^(-1/2), kappa(x, y) =
// (x.y)^2, A = P unit anchors, lambda = 1e-3. Signed.
#include <ATen/ATen.h>

#include "engine/attention/plain_form.h"
#include "engine/attention/slay_attention.h"
#include "engine/attention/variants.h"

namespace slay {
namespace {

constexpr double kRidge = 1e-3;  // lambda

class NystromFactor : public PolynomialFactor {
  public:
    NystromFactor(const at::Tensor& anchors, const at::Tensor& whitening, at::TensorOptions options)
        : anchors_(anchors.to(options)), whitening_(whitening.to(options)) {}

    std::int64_t size() const override { return anchors_.size(-2); }

    at::Tensor forward(const at::Tensor& unit, at::Tensor& saved) const override {
        saved = at::matmul(unit, anchors_.transpose(-1, -2));
        return at::matmul(saved.square(), whitening_);
    }

    at::Tensor backward(const at::Tensor& saved, const at::Tensor& gradient) const override {
        return at::matmul(at::matmul(gradient, whitening_.transpose(-1, -2)).mul_(saved).mul_(2),
                          anchors_);
    }

  private:
    at::Tensor anchors_;    // [P, d] or [H, P, d]
    at::Tensor whitening_;  // [P, P] or [H, P, P]
};

// (K + lambda I)^(-1/2) of a symmetric positive semi-definite K.
at::Tensor inverse_square_root(const at::Tensor& kernel) {
    const auto [values, vectors] = at::linalg_eigh(kernel);
    const at::Tensor scale = (values.clamp_min(0) + kRidge).rsqrt();
    return at::matmul(vectors * scale, vectors.t());
}

class NystromAttention : public SlayAttention {
  public:
    explicit NystromAttention(const AttentionConfig& config) : SlayAttention(config, 1) {
        const at::Tensor anchors = stream("nystrom").unit_vectors(poly_features(), config.head_dim);
        set_buffer("nystrom_anchors", anchors);
        set_buffer("nystrom_W", inverse_square_root(at::matmul(anchors, anchors.t()).square()));
    }

  protected:
    FeatureMapPtr make_map(at::TensorOptions options, std::int64_t) const override {
        return c10::make_intrusive<SlayFeatureMap>(
            std::make_unique<NystromFactor>(buffer("nystrom_anchors"), buffer("nystrom_W"),
                                            options),
            exponential(options));
    }

    std::optional<kernels::FeatureMap> fused_map() const override {
        // The kernels take one polynomial factor for all heads.
        if (buffer("nystrom_anchors").dim() > 2) return std::nullopt;
        kernels::FeatureMap map = fused_factor();
        const at::Tensor& anchors = buffer("nystrom_anchors");
        map.poly = kernels::Poly::product;
        map.p = static_cast<int>(anchors.size(0));
        map.first = values_of(anchors);
        map.mix = values_of(buffer("nystrom_W").t());
        map.cancels = true;
        return map;
    }
};

}  // namespace

AttentionPtr make_yat_nystrom(const AttentionConfig& config) {
    return std::make_unique<NystromAttention>(config);
}

PlainOutput plain_yat_nystrom(const PlainInput& input) {
    const at::Tensor& anchors = plain::buffer(input, "nystrom_anchors");
    const at::Tensor& whitening = plain::buffer(input, "nystrom_W");
    return plain::tensor_form(
        input, [&](const at::Tensor& u) { return u.matmul(anchors.t()).pow(2).matmul(whitening); });
}

}  // namespace slay
