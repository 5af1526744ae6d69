#include "tests/explore/plain_checks.h"

#include <ATen/ATen.h>

#include "engine/attention/builtin_variants.h"
#include "engine/attention/comparison.h"
#include "engine/experiments/shared_inputs.h"

namespace slay::checks {
namespace {

at::Tensor rows(const std::vector<double>& values, int length, int dimension) {
    return at::tensor(values, at::kDouble).view({1, 1, length, dimension});
}

std::vector<double> values(const at::Tensor& tensor) {
    const at::Tensor flat = tensor.contiguous();
    return {flat.const_data_ptr<double>(), flat.const_data_ptr<double>() + flat.numel()};
}

}  // namespace

PlainAttention plain_attention(const PlainCase& of, const std::vector<double>& q,
                               const std::vector<double>& k) {
    const at::NoGradGuard no_grad;
    AttentionConfig config;
    config.heads = 1;
    config.head_dim = of.head_dim;
    config.causal = of.causal;
    config.seed = of.seed;
    config.parameters.set("nodes", std::int64_t{of.nodes});
    config.parameters.set("prf_features", std::int64_t{of.prf_features});
    config.parameters.set("poly_features", std::int64_t{of.poly_features});
    config.parameters.set("epsilon", of.epsilon);
    const auto attention = make_attention(of.variant, config);
    // With the identity for v the output is the weights.
    const at::Tensor identity = at::eye(of.length, at::kDouble).view({1, 1, of.length, of.length});
    const PlainOutput out = find_implementation(of.variant)
                                ->plain(plain_input(*attention, rows(q, of.length, of.head_dim),
                                                    rows(k, of.length, of.head_dim), identity));
    return {values(out.denominators), values(out.output)};
}

std::vector<double> core_queries(const PlainCase& of, bool clustered) {
    PointSetup setup;
    setup.variant = of.variant;
    setup.heads = 1;
    setup.length = of.length;
    setup.width = setup.head_dim = of.head_dim;
    setup.type = DataType::float64;
    setup.layer = false;
    setup.clustered = clustered;
    setup.seed = of.seed;
    return values(draw_inputs(setup, at::kCPU).q);
}

double plain_delta() {
    return kDenominatorDelta;
}

}  // namespace slay::checks
