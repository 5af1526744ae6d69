#include "engine/attention/slay_attention.h"

#include <ATen/ATen.h>

#include "engine/attention/quadrature.h"

namespace slay {

double kernel_constant(const AttentionConfig& config) {
    return 2 + config.parameters.real("epsilon", 1e-6);
}

SlayAttention::SlayAttention(const AttentionConfig& given, double weight_factor)
    : FeatureAttention(given) {
    const std::int64_t nodes = config().parameters.integer("nodes");
    const std::int64_t features = config().parameters.integer("prf_features");
    const double c = kernel_constant(config());
    const GaussLaguerre rule = gauss_laguerre(static_cast<int>(nodes));
    at::Tensor s = at::empty({nodes}, at::kDouble);
    at::Tensor w = at::empty({nodes}, at::kDouble);
    for (std::int64_t r = 0; r < nodes; ++r) {
        s[r] = rule.nodes[static_cast<std::size_t>(r)] / c;
        w[r] = rule.weights[static_cast<std::size_t>(r)] / c * weight_factor;
    }
    set_buffer("quad_nodes", s);
    set_buffer("quad_weights", w);
    set_buffer("omega",
               stream("omega").normal({nodes, config().heads, config().head_dim, features}));
}

std::int64_t SlayAttention::poly_features() const {
    return config().parameters.integer("poly_features");
}

ExponentialFactor SlayAttention::exponential(at::TensorOptions options) const {
    return {buffer("quad_nodes"), buffer("quad_weights"), buffer("omega"), options};
}

kernels::FeatureMap SlayAttention::fused_factor(bool squared) const {
    return fused_exponential(buffer("quad_nodes"), buffer("quad_weights"), buffer("omega"),
                             squared);
}

}  // namespace slay
