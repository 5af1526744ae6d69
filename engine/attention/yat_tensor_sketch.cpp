// yat-performer-tensor: TensorSketch of degree 2, ts = irfft(rfft(cs1(u^)) rfft(cs2(u^))). Signed.
#include <ATen/ATen.h>

#include <cmath>
#include <numbers>

#include "engine/attention/plain_form.h"
#include "engine/attention/slay_attention.h"
#include "engine/attention/variants.h"

namespace slay {
namespace {

// The matrix [d, P] of a CountSketch: row a holds sign(a) in column hash(a). Or one a head.
at::Tensor count_sketch(const at::Tensor& hash, const at::Tensor& sign, std::int64_t size) {
    std::vector<std::int64_t> shape = hash.sizes().vec();
    shape.push_back(size);
    return at::zeros(shape, at::kDouble)
        .scatter_(-1, hash.to(at::kLong).unsqueeze(-1), sign.unsqueeze(-1));
}

// By Parseval the sketches may be compared before the inverse transform: the features are the real
// and imaginary parts of rfft(cs1) rfft(cs2), scaled to keep inner products. There are P of them:
// P/2 + 1 real parts and the imaginary parts of all frequencies but 0 and P/2. Both transforms
// are matrices, so the factor is one product with u^ and a few elementwise steps.
class TensorSketchFactor : public PolynomialFactor {
  public:
    TensorSketchFactor(const at::Tensor& sketch1, const at::Tensor& sketch2,
                       at::TensorOptions options)
        : size_(sketch1.size(-1)), real_(size_ / 2 + 1), imaginary_(size_ - real_) {
        const at::Tensor bins = at::arange(size_, at::kDouble).unsqueeze(1);
        const at::Tensor frequencies = at::arange(real_, at::kDouble).unsqueeze(0);
        const at::Tensor angle =
            bins * frequencies * (2 * std::numbers::pi / static_cast<double>(size_));
        at::Tensor scale =
            at::full({real_}, std::sqrt(2.0 / static_cast<double>(size_)), at::kDouble);
        scale[0] = std::sqrt(1.0 / static_cast<double>(size_));
        if (size_ % 2 == 0) scale[real_ - 1] = scale[0];
        // Columns: Re 1, Im 1 (scaled), Re 2, Im 2.
        transform_ =
            at::cat({at::matmul(sketch1, angle.cos()) * scale,
                     inner(at::matmul(sketch1, -angle.sin()) * scale),
                     at::matmul(sketch2, angle.cos()), inner(at::matmul(sketch2, -angle.sin()))},
                    -1)
                .to(options);
    }

    std::int64_t size() const override { return size_; }

    // The factor as two products for each feature: Re Re - Im Im, then Re Im + Im Re.
    void set_fused(kernels::FeatureMap& map) const {
        const Parts p = parts(transform_);
        const auto rows = [&](const at::Tensor& real, const at::Tensor& imaginary) {
            return values_of(at::cat({real, imaginary}, 1).t());
        };
        // The frequencies without an imaginary part have zeros for it.
        const auto widened = [&](const at::Tensor& columns) {
            at::Tensor wide = at::zeros_like(p.re1);
            if (imaginary_ > 0) inner(wide).copy_(columns);
            return wide;
        };
        map.poly = kernels::Poly::product;
        map.p = static_cast<int>(size_);
        map.first = rows(p.re1, inner(p.re1));
        map.second = rows(p.re2, p.im2);
        map.third = rows(-widened(p.im1), p.im1);
        map.fourth = rows(widened(p.im2), inner(p.re2));
        map.cancels = true;
    }

    at::Tensor forward(const at::Tensor& unit, at::Tensor& saved) const override {
        saved = at::matmul(unit, transform_);
        const Parts p = parts(saved);
        at::Tensor real = p.re1 * p.re2;
        if (imaginary_ == 0) return real;
        inner(real).addcmul_(p.im1, p.im2, -1);
        return at::cat({real, (inner(p.re1) * p.im2).addcmul_(p.im1, inner(p.re2))}, -1);
    }

    at::Tensor backward(const at::Tensor& saved, const at::Tensor& gradient) const override {
        const Parts p = parts(saved);
        const at::Tensor real = gradient.narrow(-1, 0, real_);
        const at::Tensor imaginary = gradient.narrow(-1, real_, imaginary_);
        at::Tensor re1 = real * p.re2;
        at::Tensor re2 = real * p.re1;
        inner(re1).addcmul_(imaginary, p.im2);
        inner(re2).addcmul_(imaginary, p.im1);
        const at::Tensor im1 = (imaginary * inner(p.re2)).addcmul_(inner(real), p.im2, -1);
        const at::Tensor im2 = (imaginary * inner(p.re1)).addcmul_(inner(real), p.im1, -1);
        return at::matmul(at::cat({re1, im1, re2, im2}, -1), transform_.transpose(-1, -2));
    }

  private:
    struct Parts {
        at::Tensor re1, im1, re2, im2;
    };

    // The frequencies that have an imaginary part.
    at::Tensor inner(const at::Tensor& real_columns) const {
        return real_columns.narrow(-1, imaginary_ > 0 ? 1 : 0, imaginary_);
    }

    Parts parts(const at::Tensor& t) const {
        return {t.narrow(-1, 0, real_), t.narrow(-1, real_, imaginary_),
                t.narrow(-1, real_ + imaginary_, real_),
                t.narrow(-1, 2 * real_ + imaginary_, imaginary_)};
    }

    std::int64_t size_;
    std::int64_t real_;
    std::int64_t imaginary_;
    at::Tensor transform_;  // [d, 2P] or [H, d, 2P]
};

class TensorSketchAttention : public SlayAttention {
  public:
    explicit TensorSketchAttention(const AttentionConfig& config) : SlayAttention(config, 1) {
        const std::int64_t d = config.head_dim;
        set_buffer("ts_hash1", stream("sketch-hash-1").integers({d}, poly_features()));
        set_buffer("ts_hash2", stream("sketch-hash-2").integers({d}, poly_features()));
        set_buffer("ts_sign1", stream("sketch-sign-1").signs({d}));
        set_buffer("ts_sign2", stream("sketch-sign-2").signs({d}));
    }

  protected:
    FeatureMapPtr make_map(at::TensorOptions options, std::int64_t) const override {
        return c10::make_intrusive<SlayFeatureMap>(
            std::make_unique<TensorSketchFactor>(factor(options)), exponential(options));
    }

    std::optional<kernels::FeatureMap> fused_map() const override {
        // The kernels take one polynomial factor for all heads.
        if (buffer("ts_hash1").dim() > 1) return std::nullopt;
        kernels::FeatureMap map = fused_factor();
        factor(at::kDouble).set_fused(map);
        return map;
    }

  private:
    TensorSketchFactor factor(at::TensorOptions options) const {
        const std::int64_t size = poly_features();
        return {count_sketch(buffer("ts_hash1"), buffer("ts_sign1"), size),
                count_sketch(buffer("ts_hash2"), buffer("ts_sign2"), size), options};
    }
};

// y_h = sum over a with hash(a) = h of sign(a) u_a, [..., P].
at::Tensor plain_count_sketch(const at::Tensor& u, const at::Tensor& hash, const at::Tensor& sign,
                              std::int64_t size) {
    std::vector<std::int64_t> sizes = u.sizes().vec();
    sizes.back() = size;
    return at::zeros(sizes, u.options()).index_add(-1, hash.to(at::kLong), u * sign);
}

}  // namespace

AttentionPtr make_yat_tensor_sketch(const AttentionConfig& config) {
    return std::make_unique<TensorSketchAttention>(config);
}

PlainOutput plain_yat_tensor_sketch(const PlainInput& input) {
    const std::int64_t size = input.poly_features;
    const auto sketch = [&](const at::Tensor& u, const char* hash, const char* sign) {
        return plain_count_sketch(u, plain::buffer(input, hash), plain::buffer(input, sign), size);
    };
    return plain::tensor_form(input, [&](const at::Tensor& u) {
        return at::fft_irfft(at::fft_rfft(sketch(u, "ts_hash1", "ts_sign1")) *
                                 at::fft_rfft(sketch(u, "ts_hash2", "ts_sign2")),
                             size);
    });
}

}  // namespace slay
