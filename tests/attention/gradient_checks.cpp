#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <array>

#include "engine/attention/builtin_variants.h"
#include "engine/attention/comparison.h"
#include "tests/attention/checks.h"

namespace slay::checks {

double gradient_error(const GradientCase& of) {
    AttentionConfig config;
    config.heads = 2;
    config.head_dim = 8;
    config.causal = of.causal;
    config.seed = 9;
    if (of.chunked) config.plan = ChunkPlan{4, 8};
    config.parameters.set("nodes", std::int64_t{2});
    config.parameters.set("prf_features", std::int64_t{6});
    config.parameters.set("poly_features", std::int64_t{6});
    config.parameters.set("epsilon", 0.05);
    const auto attention = make_attention(of.variant, config);
    const CaseInput input = exact_case(2, 2, 21, 8, 31);

    std::array<at::Tensor, 3> qkv{input.q.clone(), input.k.clone(), input.v.clone()};
    at::Tensor weight = input.dy;
    if (find_variant(of.variant)->signed_estimate)
        weight = weight * well_conditioned(attention->denominators(qkv[0], qkv[1]), 0.1)
                              .to(at::kDouble)
                              .unsqueeze(-1);
    const auto loss = [&] {
        const at::NoGradGuard no_grad;
        return (attention->forward(qkv[0], qkv[1], qkv[2]) * weight).sum().item<double>();
    };

    std::array<at::Tensor, 3> leaves;
    for (std::size_t i = 0; i < 3; ++i) leaves[i] = qkv[i].clone().requires_grad_(true);
    const at::Tensor output = attention->forward(leaves[0], leaves[1], leaves[2]);
    const auto gradients =
        torch::autograd::grad({output}, {leaves[0], leaves[1], leaves[2]}, {weight});

    constexpr std::int64_t entries = 40;
    constexpr double step = 1e-4;
    at::Tensor analytic = at::empty({3 * entries}, at::kDouble);
    at::Tensor numeric = at::empty({3 * entries}, at::kDouble);
    for (std::size_t which = 0; which < 3; ++which) {
        double* data = qkv[which].data_ptr<double>();
        const at::Tensor gradient = gradients[which].contiguous();
        const std::int64_t count = gradient.numel();
        for (std::int64_t e = 0; e < entries; ++e) {
            const std::int64_t i = (2 * e + 1) * count / (2 * entries);
            const double at = data[i];
            const auto slope = [&](double h) {
                data[i] = at + h;
                const double above = loss();
                data[i] = at - h;
                const double below = loss();
                data[i] = at;
                return (above - below) / (2 * h);
            };
            const std::int64_t slot = static_cast<std::int64_t>(which) * entries + e;
            numeric[slot] = (4 * slope(step / 2) - slope(step)) / 3;
            analytic[slot] = gradient.data_ptr<double>()[i];
        }
    }
    return relative_l2(analytic, numeric);
}

}  // namespace slay::checks
