// yat-performer-rm: Random Maclaurin features rm(u)_p = (r_p . u^)(r'_p . u^) / sqrt(P), r and r'
// Rademacher. Unbiased for x^2, and signed.
#include <ATen/ATen.h>

#include <cmath>

#include "engine/attention/plain_form.h"
#include "engine/attention/slay_attention.h"
#include "engine/attention/variants.h"

namespace slay {
namespace {

class RandomMaclaurinFactor : public PolynomialFactor {
  public:
    // r, r' [P, d] or [H, P, d], side by side as [2P, d] with P^(-1/4) in each.
    RandomMaclaurinFactor(const at::Tensor& r1, const at::Tensor& r2, at::TensorOptions options)
        : size_(r1.size(-2)),
          directions_((at::cat({r1, r2}, -2) * std::pow(static_cast<double>(r1.size(-2)), -0.25))
                          .to(options)) {}

    std::int64_t size() const override { return size_; }

    at::Tensor forward(const at::Tensor& unit, at::Tensor& saved) const override {
        saved = at::matmul(unit, directions_.transpose(-1, -2));
        return saved.narrow(-1, 0, size_) * saved.narrow(-1, size_, size_);
    }

    at::Tensor backward(const at::Tensor& saved, const at::Tensor& gradient) const override {
        const at::Tensor both = at::cat(
            {gradient * saved.narrow(-1, size_, size_), gradient * saved.narrow(-1, 0, size_)}, -1);
        return at::matmul(both, directions_);
    }

  private:
    std::int64_t size_;
    at::Tensor directions_;
};

class RandomMaclaurinAttention : public SlayAttention {
  public:
    explicit RandomMaclaurinAttention(const AttentionConfig& config) : SlayAttention(config, 1) {
        set_buffer("rm_r1", stream("maclaurin-1").signs({poly_features(), config.head_dim}));
        set_buffer("rm_r2", stream("maclaurin-2").signs({poly_features(), config.head_dim}));
    }

  protected:
    FeatureMapPtr make_map(at::TensorOptions options, std::int64_t) const override {
        return c10::make_intrusive<SlayFeatureMap>(
            std::make_unique<RandomMaclaurinFactor>(buffer("rm_r1"), buffer("rm_r2"), options),
            exponential(options));
    }

    std::optional<kernels::FeatureMap> fused_map() const override {
        // The kernels take one polynomial factor for all heads.
        if (buffer("rm_r1").dim() > 2) return std::nullopt;
        kernels::FeatureMap map = fused_factor();
        set_fused_products(map, buffer("rm_r1"), buffer("rm_r2"));
        return map;
    }
};

}  // namespace

AttentionPtr make_yat_random_maclaurin(const AttentionConfig& config) {
    return std::make_unique<RandomMaclaurinAttention>(config);
}

PlainOutput plain_yat_random_maclaurin(const PlainInput& input) {
    const at::Tensor& r1 = plain::buffer(input, "rm_r1");
    const at::Tensor& r2 = plain::buffer(input, "rm_r2");
    const double root = std::sqrt(static_cast<double>(r1.size(0)));
    return plain::tensor_form(
        input, [&](const at::Tensor& u) { return u.matmul(r1.t()) * u.matmul(r2.t()) / root; });
}

}  // namespace slay
