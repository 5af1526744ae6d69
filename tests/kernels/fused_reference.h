// The plain form of a feature map and of linear attention in float64, for the fused kernels' check.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "engine/kernels/fused_linear.h"

namespace slay::kernels {

// Factors of every row of one head, u [rows, d] -> g [rows, G], poly [rows, P].
struct ReferenceFactors {
    std::vector<double> g, poly;
};

inline ReferenceFactors reference_factors(const FeatureMap& map, const std::vector<float>& u,
                                          int head, std::int64_t length) {
    const int d = map.head_dim;
    ReferenceFactors f;
    f.g.resize(static_cast<std::size_t>(length) * map.g);
    f.poly.resize(static_cast<std::size_t>(length) * map.p);
    const double* omega =
        map.omega.data() + (map.heads == 1 ? 0 : static_cast<std::size_t>(head) * map.g * d);
    for (std::int64_t i = 0; i < length; ++i) {
        const float* row = u.data() + i * d;
        double squares = 0;
        for (int e = 0; e < d; ++e) squares += static_cast<double>(row[e]) * row[e];
        const double scale = map.normalise ? 1 / std::max(std::sqrt(squares), 1e-12) : 1;
        const auto dot = [&](const double* w) {
            double sum = 0;
            for (int e = 0; e < d; ++e) sum += w[e] * row[e];
            return sum * scale;
        };
        for (int m = 0; m < map.g; ++m) {
            const double z = dot(omega + static_cast<std::size_t>(m) * d);
            const double offset = map.offset.empty() ? 0 : map.offset[m];
            double g = 0;
            switch (map.factor) {
                case Factor::exponential:
                    g = std::exp(z + offset);
                    break;
                case Factor::exponential_square:
                    g = z * z * std::exp(z + offset);
                    break;
                case Factor::relu:
                    g = std::max(z, 0.0);
                    break;
                case Factor::elu_plus_one:
                    g = z > 0 ? z + 1 : std::exp(z);
                    break;
            }
            f.g[i * map.g + m] = g;
        }
        const double angle = M_PI * static_cast<double>(i) / (2.0 * static_cast<double>(length));
        for (int p = 0; p < map.p; ++p) {
            double value = 1;
            if (map.poly == Poly::cos_sin) value = p == 0 ? std::cos(angle) : std::sin(angle);
            if (map.poly == Poly::product) {
                const auto& second = map.second.empty() ? map.first : map.second;
                const std::size_t at = static_cast<std::size_t>(p) * d;
                value = dot(map.first.data() + at) * dot(second.data() + at);
                if (!map.third.empty())
                    value += dot(map.third.data() + at) * dot(map.fourth.data() + at);
            }
            f.poly[i * map.p + p] = value;
        }
        if (map.mix.empty()) continue;
        const std::vector<double> plain(f.poly.end() - (length - i) * map.p,
                                        f.poly.end() - (length - i - 1) * map.p);
        for (int p = 0; p < map.p; ++p) {
            double value = 0;
            for (int j = 0; j < map.p; ++j) value += map.mix[p * map.p + j] * plain[j];
            f.poly[i * map.p + p] = value;
        }
    }
    return f;
}

// Output row and denominator of one position by the product form.
inline double reference_row(const FeatureMap& map, const ReferenceFactors& q,
                            const ReferenceFactors& k, const std::vector<float>& v, std::int64_t i,
                            std::int64_t count, double delta, double* y) {
    const int d = map.head_dim;
    double denominator = 0;
    for (int e = 0; e < d; ++e) y[e] = 0;
    for (std::int64_t j = 0; j < count; ++j) {
        double g = 0, poly = 0;
        for (int m = 0; m < map.g; ++m) g += q.g[i * map.g + m] * k.g[j * map.g + m];
        for (int p = 0; p < map.p; ++p) poly += q.poly[i * map.p + p] * k.poly[j * map.p + p];
        const double w = g * poly;
        denominator += w;
        for (int e = 0; e < d; ++e) y[e] += w * v[j * d + e];
    }
    for (int e = 0; e < d; ++e) y[e] /= denominator + delta;
    return denominator;
}

// Gauss-Laguerre nodes of degree 2 and 4 over C = 2, the exponents' scales of spherical Yat.
inline void quadrature(int nodes, std::vector<double>& s, std::vector<double>& w) {
    const double t2[] = {0.585786437626905, 3.414213562373095},
                 a2[] = {0.853553390593274, 0.146446609406726};
    const double t4[] = {0.322547689619392, 1.745761101158347, 4.536620296921128,
                         9.395070912301133};
    const double a4[] = {0.603154104341634, 0.357418692437800, 0.038887908515005,
                         0.000539294705561};
    for (int r = 0; r < nodes; ++r) {
        s.push_back((nodes == 1 ? 1.0 : nodes == 2 ? t2[r] : t4[r % 4]) / 2);
        w.push_back((nodes == 1 ? 1.0 : nodes == 2 ? a2[r] : a4[r % 4]) / 2);
    }
}

enum class Kind {
    anchor,
    maclaurin,
    sketch,
    nystrom,
    laplace,
    hadamard,
    performer,
    linear,
    cosformer
};

inline const char* kind_name(Kind kind) {
    const char* names[] = {"anchor",   "rm",        "sketch", "nystrom",  "laplace",
                           "hadamard", "performer", "linear", "cosformer"};
    return names[static_cast<int>(kind)];
}

// Nodes 1, 2, 4 (others repeat those of 4).
inline FeatureMap make_map(Kind kind, int heads, int d, int nodes, int m, int p,
                           std::mt19937_64& rng) {
    std::normal_distribution<double> normal;
    FeatureMap map;
    map.head_dim = d;
    map.heads = heads;
    if (kind == Kind::linear || kind == Kind::cosformer) {
        map.heads = 1;
        map.g = d;
        map.normalise = false;
        map.factor = kind == Kind::linear ? Factor::elu_plus_one : Factor::relu;
        map.omega.assign(static_cast<std::size_t>(d) * d, 0);
        for (int e = 0; e < d; ++e) map.omega[e * d + e] = 1;
        map.poly = kind == Kind::linear ? Poly::none : Poly::cos_sin;
        map.p = kind == Kind::linear ? 1 : 2;
        return map;
    }
    if (kind == Kind::performer) {
        map.g = m;
        map.normalise = false;
        map.factor = Factor::relu;
        map.p = 1;
        for (int i = 0; i < heads * m * d; ++i) map.omega.push_back(normal(rng) / std::sqrt(d));
        return map;
    }
    std::vector<double> s, w;
    quadrature(nodes, s, w);
    map.g = nodes * m;
    map.factor = kind == Kind::hadamard ? Factor::exponential_square : Factor::exponential;
    for (int h = 0; h < heads; ++h) {
        for (int r = 0; r < nodes; ++r) {
            for (int i = 0; i < m * d; ++i) map.omega.push_back(std::sqrt(2 * s[r]) * normal(rng));
        }
    }
    for (int r = 0; r < nodes; ++r) {
        // sqrt(w_r / M); Hadamard: (omega u)^2 sqrt(w_r) / M with omega = z / sqrt(2 s_r)
        double scale = 0.5 * std::log(w[r] / m);
        if (kind == Kind::hadamard) scale -= 0.5 * std::log(m) + std::log(2 * s[r]);
        for (int i = 0; i < m; ++i) map.offset.push_back(scale - s[r]);
    }
    if (kind == Kind::laplace || kind == Kind::hadamard) return map;
    map.poly = Poly::product;
    map.p = p;
    const double scale = std::pow(p, -0.25);
    const auto draw = [&](std::vector<double>& out) {
        for (int i = 0; i < p; ++i) {
            std::vector<double> row(d);
            double squares = 0;
            for (double& x : row) {
                x = kind == Kind::anchor || kind == Kind::nystrom ? normal(rng)
                                                                  : (rng() & 1 ? 1.0 : -1.0);
                squares += x * x;
            }
            for (double& x : row) {
                out.push_back(
                    x * scale /
                    (kind == Kind::anchor || kind == Kind::nystrom ? std::sqrt(squares) : 1));
            }
        }
    };
    draw(map.first);
    if (kind == Kind::anchor) return map;
    if (kind == Kind::nystrom) {
        // A symmetric matrix with entries of both signs, as a whitening is.
        map.cancels = true;
        map.mix.resize(static_cast<std::size_t>(p) * p);
        for (int i = 0; i < p; ++i) {
            for (int j = 0; j <= i; ++j) {
                const double x = (i == j ? 3.0 : 0.0) + normal(rng) / std::sqrt(p);
                map.mix[i * p + j] = map.mix[j * p + i] = x;
            }
        }
        return map;
    }
    draw(map.second);
    map.cancels = true;
    if (kind == Kind::maclaurin) return map;
    draw(map.third);
    draw(map.fourth);
    return map;
}

}  // namespace slay::kernels
