// performer: Psi(u) = ReLU(u W), W [H, d, M] with entries N(0, 1) / sqrt(d).
#include <ATen/ATen.h>

#include <cmath>

#include "engine/attention/feature_attention.h"
#include "engine/attention/plain_form.h"
#include "engine/attention/random_stream.h"
#include "engine/attention/variants.h"

namespace slay {
namespace {

class ReluProjectionMap : public FeatureMap {
  public:
    explicit ReluProjectionMap(at::Tensor projection) : projection_(std::move(projection)) {}
    std::int64_t inner_size() const override { return projection_.size(2); }

    Features features(const Block& u) const override {
        Features result;
        result.inner = at::matmul(u.values, projection_).relu_();
        return result;
    }

    at::Tensor backward(const Block&, const Features& at,
                        const FeatureGradients& gradients) const override {
        return at::matmul(at::threshold_backward(gradients.inner, at.inner, 0),
                          projection_.transpose(-1, -2));
    }

  private:
    at::Tensor projection_;  // [H, d, M]
};

// FAVOR+: columns in blocks of d orthogonal directions, each with the length of a fresh Gaussian
// vector, so that every column alone is still N(0, I).
at::Tensor orthogonal_blocks(RandomStream& stream, std::int64_t d, std::int64_t features) {
    std::vector<at::Tensor> blocks;
    for (std::int64_t first = 0; first < features; first += d) {
        const at::Tensor directions = std::get<0>(at::linalg_qr(stream.normal({d, d})));
        const at::Tensor lengths = stream.normal({d, d}).norm(2, {0}, /*keepdim=*/true);
        blocks.push_back((directions * lengths).narrow(1, 0, std::min(d, features - first)));
    }
    return at::cat(blocks, 1);
}

class PerformerAttention : public FeatureAttention {
  public:
    explicit PerformerAttention(const AttentionConfig& given) : FeatureAttention(given) {
        const std::int64_t d = config().head_dim;
        const std::int64_t features = config().parameters.integer("prf_features");
        RandomStream stream(config().seed, "performer");
        at::Tensor projection = at::empty({config().heads, d, features}, at::kDouble);
        for (std::int64_t head = 0; head < config().heads; ++head)
            projection[head] = config().parameters.flag("orthogonal")
                                   ? orthogonal_blocks(stream, d, features)
                                   : stream.normal({d, features});
        set_buffer("proj_matrix", projection / std::sqrt(static_cast<double>(d)));
    }

  protected:
    FeatureMapPtr make_map(at::TensorOptions options, std::int64_t) const override {
        return c10::make_intrusive<ReluProjectionMap>(
            buffers().find("proj_matrix")->second.to(options));
    }

    std::optional<kernels::FeatureMap> fused_map() const override {
        const at::Tensor& w = buffers().find("proj_matrix")->second;  // [H, d, M]
        kernels::FeatureMap map;
        map.factor = kernels::Factor::relu;
        map.normalise = false;
        map.heads = static_cast<int>(w.size(0));
        map.head_dim = static_cast<int>(w.size(1));
        map.g = static_cast<int>(w.size(2));
        map.omega = values_of(w.transpose(1, 2));
        return map;
    }
};

}  // namespace

AttentionPtr make_performer(const AttentionConfig& config) {
    return std::make_unique<PerformerAttention>(config);
}

PlainOutput plain_performer(const PlainInput& input) {
    const at::Tensor& w = plain::buffer(input, "proj_matrix");
    const auto psi = [&](const at::Tensor& u) { return u.matmul(w).clamp_min(0); };
    return plain::normalise(plain::inner_products(psi(input.q), psi(input.k)), input);
}

}  // namespace slay
