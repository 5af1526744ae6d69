#include "tests/measure/direct_quality.h"

#include <ATen/ATen.h>

#include <cmath>
#include <functional>

#include "engine/attention/builtin_variants.h"
#include "engine/attention/quadrature.h"
#include "engine/experiments/shared_inputs.h"

namespace slay {
namespace {

constexpr double kEpsilon = 1e-6;

struct Heads {
    at::Tensor q, k, v;  // [B, H, L, d], contiguous float64
};

// y_i = sum_{j <= i} K(x_ij) v_j / (sum K + delta), position by position.
at::Tensor by_loops(const Heads& in, const std::function<double(double)>& kernel) {
    at::Tensor y = at::zeros_like(in.v);
    const std::int64_t heads = y.size(0) * y.size(1), length = y.size(2), d = y.size(3);
    const auto row = [d, length](const at::Tensor& of, std::int64_t h, std::int64_t i) {
        return of.data_ptr<double>() + (h * length + i) * d;
    };
    const auto dot = [d](const double* a, const double* b) {
        double sum = 0;
        for (std::int64_t c = 0; c < d; ++c) sum += a[c] * b[c];
        return sum;
    };
    for (std::int64_t h = 0; h < heads; ++h) {
        for (std::int64_t i = 0; i < length; ++i) {
            const double* q = row(in.q, h, i);
            double* out = row(y, h, i);
            double sum = kDenominatorDelta;
            for (std::int64_t j = 0; j <= i; ++j) {
                const double* k = row(in.k, h, j);
                const double* v = row(in.v, h, j);
                const double weight = kernel(dot(q, k) / std::sqrt(dot(q, q) * dot(k, k)));
                sum += weight;
                for (std::int64_t c = 0; c < d; ++c) out[c] += weight * v[c];
            }
            for (std::int64_t c = 0; c < d; ++c) out[c] /= sum;
        }
    }
    return y;
}

Heads heads_of(const SharedInputs& in, const PointSetup& setup) {
    if (!setup.layer) return {in.q, in.k, in.v};
    const auto project = [&](std::int64_t part) {
        const at::Tensor rows = in.weights.qkv.narrow(0, part * setup.width, setup.width);
        return in.x.matmul(rows.t())
            .view({setup.batch, setup.length, setup.heads, setup.head_dim})
            .transpose(1, 2)
            .contiguous();
    };
    return {project(0), project(1), project(2)};
}

double relative(const at::Tensor& a, const at::Tensor& b) {
    return (a - b).norm().item<double>() / b.norm().item<double>();
}

}  // namespace

double quadrature_kernel(double x, int nodes) {
    const GaussLaguerre rule = gauss_laguerre(nodes);
    const double c = 2 + kEpsilon;
    double sum = 0;
    for (std::size_t r = 0; r < rule.nodes.size(); ++r) {
        sum += rule.weights[r] / c * std::exp(2 * rule.nodes[r] / c * x);
    }
    return x * x * sum;
}

DirectQuality direct_quality(const Point& point, std::int64_t seed) {
    const PointSetup setup = point_setup(point, seed);
    const SharedInputs inputs = draw_inputs(setup, at::kCPU);
    const Heads heads = heads_of(inputs, setup);
    const auto layer = [&](const at::Tensor& y) {
        if (!setup.layer) return y;
        return y.transpose(1, 2)
            .reshape({setup.batch, setup.length, setup.width})
            .matmul(inputs.weights.output.t());
    };
    const auto attention = make_attention(setup.variant, setup.attention_config());
    PlainInput input{.q = heads.q, .k = heads.k, .v = heads.v, .buffers = attention->buffers()};
    input.epsilon = kEpsilon;
    input.poly_features = setup.own.integer("poly_features", input.poly_features);
    const PlainOutput plain = find_implementation(setup.variant)->plain(input);
    const at::Tensor exact =
        layer(by_loops(heads, [](double x) { return x * x / (2 + kEpsilon - 2 * x); }));
    const at::Tensor output = layer(plain.output);

    DirectQuality direct;
    direct.relative_l2 = relative(output, exact);
    direct.mse = (output - exact).square().mean().item<double>();
    direct.cosine =
        (output * exact).sum().item<double>() / (output.norm() * exact.norm()).item<double>();
    direct.uniform_relative_l2 =
        relative(layer(by_loops(heads, [](double) { return 1.0; })), exact);
    if (setup.own.has("nodes")) {
        const auto nodes = static_cast<int>(setup.own.integer("nodes"));
        const auto kernel = [nodes](double x) { return quadrature_kernel(x, nodes); };
        direct.quadrature_relative_l2 = relative(layer(by_loops(heads, kernel)), exact);
    }
    direct.nonpositive_rows = plain.denominators.le(0).sum().item<double>();
    direct.minimum_denominator = plain.denominators.min().item<double>();
    return direct;
}

}  // namespace slay
