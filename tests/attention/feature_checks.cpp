#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/attention/builtin_variants.h"
#include "engine/attention/exponential_factor.h"
#include "engine/attention/quadrature.h"
#include "engine/attention/random_stream.h"
#include "tests/attention/checks.h"

namespace slay::checks {
namespace {

constexpr std::int64_t kDim = 8;

// Two unit vectors with the given cosine, [d] each.
std::pair<at::Tensor, at::Tensor> pair_at(double x, std::uint64_t seed) {
    RandomStream stream(seed, "pair");
    const at::Tensor u = stream.unit_vectors(1, kDim)[0];
    at::Tensor w = stream.unit_vectors(1, kDim)[0];
    w = w - u * u.dot(w);
    w = w / w.norm();
    return {u, x * u + std::sqrt(1 - x * x) * w};
}

Estimate summarise(const at::Tensor& samples, double expected) {
    Estimate result;
    result.mean = samples.mean().item<double>();
    result.standard_error =
        samples.std().item<double>() / std::sqrt(static_cast<double>(samples.numel()));
    result.expected = expected;
    return result;
}

AttentionConfig small_config(std::uint64_t seed, std::int64_t heads, std::int64_t poly_features) {
    AttentionConfig config;
    config.heads = heads;
    config.head_dim = kDim;
    config.seed = seed;
    config.parameters.set("nodes", std::int64_t{2});
    config.parameters.set("prf_features", std::int64_t{4});
    config.parameters.set("poly_features", poly_features);
    config.parameters.set("epsilon", 0.5);
    return config;
}

// The estimated kernel of each head for each pair: at L = 1 the denominator is K(q, k) itself.
at::Tensor kernels(Attention& attention, const at::Tensor& q, const at::Tensor& k) {
    const std::int64_t heads = attention.config().heads;
    const auto shaped = [&](const at::Tensor& u) {
        return u.view({-1, 1, 1, kDim}).expand({-1, heads, 1, kDim});
    };
    return attention.denominators(shaped(q), shaped(k));
}

// What the variant estimates at x, with the quadrature of small_config.
double quadrature_kernel(std::string_view variant, double x) {
    const double c = 2.5;
    const GaussLaguerre rule = gauss_laguerre(2);
    const double d = kDim;
    double sum = 0;
    for (std::size_t r = 0; r < rule.nodes.size(); ++r) {
        const double s = rule.nodes[r] / c;
        const double exponential = std::exp(2 * s * x);
        const double w = rule.weights[r] / c;
        if (variant == "yat-performer-laplace")
            sum += c * rule.weights[r] / 4 * exponential;
        else if (variant == "yat-performer-anchor")  // E (a.u)^2 (a.v)^2 on the sphere
            sum += w * (1 + 2 * x * x) / (d * (d + 2)) * exponential;
        else if (variant == "yat-performer") {
            // E (g.u)^2 (g.v)^2 exp(b g.(u + v) - 2 s), b^2 = 2 s: under the tilted measure g has
            // mean b (u + v), so with m = b (1 + x) it is exp(2 s x) E (m + z1)^2 (m + z2)^2 for
            // unit Gaussians of correlation x; and 1/M of it is left by the two 1/sqrt(M).
            const double m2 = 2 * s * (1 + x) * (1 + x);
            const double moment = m2 * m2 + 2 * m2 + 4 * m2 * x + 1 + 2 * x * x;
            sum += w * moment / 4 * exponential;
        } else
            sum += w * x * x * exponential;
    }
    return sum;
}

}  // namespace

double Estimate::deviations() const {
    return std::fabs(mean - expected) / standard_error;
}

Estimate exponential_estimate(double s, double x) {
    constexpr std::int64_t draws = 400'000;
    const auto [u, v] = pair_at(x, 11);
    const at::Tensor omega = RandomStream(5, "omega").normal({1, 1, kDim, draws});
    const ExponentialFactor factor(at::full({1}, s, at::kDouble), at::ones({1}, at::kDouble), omega,
                                   at::TensorOptions().dtype(at::kDouble));
    const auto features = [&](const at::Tensor& of) {
        return factor.forward(of.view({1, 1, 1, 1, kDim})).flatten();
    };
    return summarise(features(u) * features(v) * static_cast<double>(draws), std::exp(2 * s * x));
}

Estimate kernel_estimate(std::string_view variant, double x) {
    constexpr int seeds = 600;
    const auto [q, k] = pair_at(x, 3);
    std::vector<at::Tensor> samples;
    for (int seed = 0; seed < seeds; ++seed) {
        const auto attention =
            make_attention(variant, small_config(static_cast<std::uint64_t>(seed), 8, 32));
        // The heads share anchors, hashes and signs: one seed is one independent sample.
        samples.push_back(kernels(*attention, q, k).mean().view({1}));
    }
    return summarise(at::cat(samples), quadrature_kernel(variant, x));
}

double least_kernel(std::string_view variant) {
    double least = std::numeric_limits<double>::infinity();
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const auto attention = make_attention(variant, small_config(seed, 4, 8));
        RandomStream stream(seed, "pairs");
        const at::Tensor q = stream.normal({2000, kDim}).to(at::kFloat);
        const at::Tensor k = stream.normal({2000, kDim}).to(at::kFloat);
        least = std::min(least, kernels(*attention, q, k).min().item<double>());
    }
    return least;
}

double polynomial_error(std::string_view variant, std::int64_t poly_features) {
    RandomStream stream(77, "pairs");
    const at::Tensor q = stream.unit_vectors(200, kDim);
    const at::Tensor k = stream.unit_vectors(200, kDim);
    const at::Tensor expected = (q * k).sum({-1}).square();
    double squares = 0;
    constexpr int seeds = 30;
    for (int seed = 0; seed < seeds; ++seed) {
        AttentionConfig config = small_config(static_cast<std::uint64_t>(seed), 1, poly_features);
        config.parameters.set("nodes", std::int64_t{1});
        const auto attention = make_attention(variant, config);
        // With omega = 0 the exponential factor is exp(-s) whatever u is.
        const at::Tensor omega = attention->buffers().find("omega")->second;
        if (!attention->replace_buffer("omega", at::zeros_like(omega))) return -1;
        const double s = attention->buffers().find("quad_nodes")->second[0].item<double>();
        const double w = attention->buffers().find("quad_weights")->second[0].item<double>();
        const at::Tensor estimate = kernels(*attention, q, k).flatten() / (w * std::exp(-2 * s));
        squares += (estimate - expected).square().mean().item<double>();
    }
    return std::sqrt(squares / seeds);
}

double largest_column_cosine() {
    AttentionConfig config = small_config(1, 2, 8);
    config.parameters.set("prf_features", std::int64_t{2 * kDim});
    config.parameters.set("orthogonal", true);
    const auto attention = make_attention("performer", config);
    const at::Tensor w = attention->buffers().find("proj_matrix")->second;  // [H, d, M]
    double largest = 0;
    for (std::int64_t head = 0; head < 2; ++head)
        for (std::int64_t block = 0; block < 2; ++block) {
            const at::Tensor columns = w[head].narrow(1, block * kDim, kDim);
            const at::Tensor unit = columns / columns.norm(2, {0}, true);
            const at::Tensor cosines = unit.t().matmul(unit) - at::eye(kDim, at::kDouble);
            largest = std::max(largest, cosines.abs().max().item<double>());
        }
    return largest;
}

bool seeds_reproduce(std::string_view variant) {
    const auto first = make_attention(variant, small_config(4, 2, 8));
    const auto again = make_attention(variant, small_config(4, 2, 8));
    const auto other = make_attention(variant, small_config(5, 2, 8));
    for (const auto& [name, value] : first->buffers()) {
        if (!value.equal(again->buffers().find(name)->second)) return false;
        const bool fixed = name == "quad_nodes" || name == "quad_weights";
        if (fixed != value.equal(other->buffers().find(name)->second)) return false;
    }
    return true;
}

std::vector<double> first_normals(std::uint64_t seed, std::string_view name, int count) {
    const at::Tensor drawn = RandomStream(seed, name).normal({count});
    return {drawn.data_ptr<double>(), drawn.data_ptr<double>() + count};
}

}  // namespace slay::checks
