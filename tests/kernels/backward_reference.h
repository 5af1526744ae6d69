// Gradients of linear attention in float64 by the product form, for the backward kernels' check.
#pragma once

#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include "tests/kernels/fused_reference.h"

namespace slay::kernels {

// One head in float64; q, k, v, dy are [L, d].
struct HeadCase {
    const FeatureMap* map = nullptr;
    int head = 0;
    std::int64_t length = 0;
    bool causal = true;
    double delta = 1e-6;
    std::vector<float> q, k, v, dy;
};

template <typename Use>
void for_each_row(std::size_t count, const Use& use) {
    std::atomic<std::size_t> next{0};
    std::vector<std::thread> workers;
    for (unsigned t = 0; t < std::max(1u, std::thread::hardware_concurrency()); ++t) {
        workers.emplace_back([&] {
            for (std::size_t n = next++; n < count; n = next++) use(n);
        });
    }
    for (auto& worker : workers) worker.join();
}

// The forward pass of every row whose dy is not zero: y [L, d], D [L], and sum_j |K_ij|, which
// shows cancellation; the other rows do not matter to a gradient and stay zero.
struct HeadOutput {
    ReferenceFactors q, k;
    std::vector<double> y, denominators, magnitudes;
};

inline HeadOutput reference_forward(const HeadCase& c) {
    HeadOutput out;
    out.q = reference_factors(*c.map, c.q, c.head, c.length);
    out.k = reference_factors(*c.map, c.k, c.head, c.length);
    const int d = c.map->head_dim, gs = c.map->g, ps = c.map->p;
    const auto rows = static_cast<std::size_t>(c.length);
    out.y.assign(rows * d, 0);
    out.denominators.assign(rows, 0);
    out.magnitudes.assign(rows, 0);
    for_each_row(rows, [&](std::size_t i) {
        const float* dy = c.dy.data() + i * d;
        if (std::all_of(dy, dy + d, [](float x) { return x == 0; })) return;
        const std::int64_t count = c.causal ? static_cast<std::int64_t>(i) + 1 : c.length;
        for (std::int64_t j = 0; j < count; ++j) {
            double g = 0, p = 0;
            for (int m = 0; m < gs; ++m) g += out.q.g[i * gs + m] * out.k.g[j * gs + m];
            for (int m = 0; m < ps; ++m) p += out.q.poly[i * ps + m] * out.k.poly[j * ps + m];
            out.denominators[i] += g * p;
            out.magnitudes[i] += std::abs(g * p);
            for (int e = 0; e < d; ++e) out.y[i * d + e] += g * p * c.v[j * d + e];
        }
        for (int e = 0; e < d; ++e) out.y[i * d + e] /= out.denominators[i] + c.delta;
    });
    return out;
}

// du of one row from the gradients of its factors.
inline void reference_input_gradient(const FeatureMap& map, int head, const float* u,
                                     const double* dg, const double* dp, double* du) {
    const int d = map.head_dim;
    double squares = 0;
    for (int e = 0; e < d; ++e) squares += static_cast<double>(u[e]) * u[e];
    const double scale = map.normalise ? 1 / std::max(std::sqrt(squares), 1e-12) : 1;
    std::vector<double> unit(d), g(d, 0);
    for (int e = 0; e < d; ++e) unit[e] = u[e] * scale;
    const double* omega =
        map.omega.data() + (map.heads == 1 ? 0 : static_cast<std::size_t>(head) * map.g * d);
    const auto dot = [&](const double* w) {
        double sum = 0;
        for (int e = 0; e < d; ++e) sum += w[e] * unit[e];
        return sum;
    };
    for (int m = 0; m < map.g; ++m) {
        const double* w = omega + static_cast<std::size_t>(m) * d;
        const double z = dot(w), offset = map.offset.empty() ? 0 : map.offset[m];
        double slope = 0;
        switch (map.factor) {
            case Factor::exponential:
                slope = std::exp(z + offset);
                break;
            case Factor::exponential_square:
                slope = (2 * z + z * z) * std::exp(z + offset);
                break;
            case Factor::relu:
                slope = z > 0 ? 1 : 0;
                break;
            case Factor::elu_plus_one:
                slope = z > 0 ? 1 : std::exp(z);
                break;
        }
        for (int e = 0; e < d; ++e) g[e] += dg[m] * slope * w[e];
    }
    if (map.poly == Poly::product) {
        const auto& second = map.second.empty() ? map.first : map.second;
        for (int p = 0; p < map.p; ++p) {
            const double* a = map.first.data() + static_cast<std::size_t>(p) * d;
            const double* b = second.data() + static_cast<std::size_t>(p) * d;
            const double x = dot(a), y = dot(b);
            for (int e = 0; e < d; ++e) g[e] += dp[p] * (x * b[e] + y * a[e]);
        }
    }
    double along = 0;
    for (int e = 0; e < d; ++e) along += g[e] * unit[e];
    for (int e = 0; e < d; ++e) du[e] = map.normalise ? (g[e] - along * unit[e]) * scale : g[e];
}

struct HeadGradients {
    std::vector<double> q, k, v;  // [rows.size(), d]
};

// dq, dk and dv at `rows`.
inline HeadGradients reference_backward(const HeadCase& c, const HeadOutput& out,
                                        const std::vector<std::int64_t>& rows) {
    const FeatureMap& map = *c.map;
    const int d = map.head_dim, gs = map.g, ps = map.p;
    const auto length = static_cast<std::size_t>(c.length);
    std::vector<double> dn(length * d), dd(length, 0);
    for (std::size_t i = 0; i < length; ++i) {
        const double inverse = 1 / (out.denominators[i] + c.delta);
        for (int e = 0; e < d; ++e) {
            dn[i * d + e] = c.dy[i * d + e] * inverse;
            dd[i] -= dn[i * d + e] * out.y[i * d + e];
        }
    }
    HeadGradients result;
    for (auto* each : {&result.q, &result.k, &result.v}) each->assign(rows.size() * d, 0);
    for_each_row(rows.size() * 2, [&](std::size_t n) {
        const bool keys = n >= rows.size();
        const std::size_t at = keys ? n - rows.size() : n;
        const std::int64_t row = rows[at];
        const ReferenceFactors& own = keys ? out.k : out.q;
        const ReferenceFactors& other = keys ? out.q : out.k;
        std::vector<double> dg(gs, 0), dp(ps, 0);
        const std::int64_t first = keys && c.causal ? row : 0;
        const std::int64_t last = !keys && c.causal ? row + 1 : c.length;
        for (std::int64_t o = first; o < last; ++o) {
            const std::int64_t i = keys ? o : row, j = keys ? row : o;
            double g = 0, p = 0, value = dd[i];
            for (int m = 0; m < gs; ++m) g += own.g[row * gs + m] * other.g[o * gs + m];
            for (int m = 0; m < ps; ++m) p += own.poly[row * ps + m] * other.poly[o * ps + m];
            for (int e = 0; e < d; ++e) value += dn[i * d + e] * c.v[j * d + e];
            for (int m = 0; m < gs; ++m) dg[m] += value * p * other.g[o * gs + m];
            for (int m = 0; m < ps; ++m) dp[m] += value * g * other.poly[o * ps + m];
            if (!keys) continue;
            for (int e = 0; e < d; ++e) result.v[at * d + e] += g * p * dn[i * d + e];
        }
        const std::vector<float>& u = keys ? c.k : c.q;
        reference_input_gradient(map, c.head, u.data() + row * d, dg.data(), dp.data(),
                                 (keys ? result.k : result.q).data() + at * d);
    });
    return result;
}

}  // namespace slay::kernels
