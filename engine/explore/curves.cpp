// The kernel against x: exact, by quadrature, and as random features estimate it over many seeds.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <span>

#include "engine/core/counter_draws.h"
#include "engine/explore/parts.h"
#include "engine/explore/polynomial_sketch.h"
#include "engine/explore/random_features.h"
#include "engine/explore/vector_loops.h"

namespace slay::explore {
namespace {

constexpr int grid_steps = 240;  // of 180 degrees

// Two orthogonal unit vectors in a generic direction: query q, and the plane in which keys turn.
struct Plane {
    std::vector<double> q, p;
};

Plane make_plane(int d) {
    const auto dim = static_cast<std::size_t>(d);
    const std::vector<double> both = CounterDraws(0, "explore/plane").unit_vectors(2, dim);
    Plane plane{{both.begin(), both.begin() + d}, {both.begin() + d, both.end()}};
    double along = 0, square = 0;
    for (std::size_t i = 0; i < dim; ++i) along += plane.q[i] * plane.p[i];
    for (std::size_t i = 0; i < dim; ++i) {
        plane.p[i] -= along * plane.q[i];
        square += plane.p[i] * plane.p[i];
    }
    for (double& each : plane.p) each /= std::sqrt(square);
    return plane;
}

// The polynomial factor at k = cos q + sin p. It is a quadratic form of k: three products of
// features tell it everywhere.
struct QuadraticForm {
    double qq = 0, qp = 0, pp = 0;
    QuadraticForm(const PolynomialSketch& sketch, const Plane& plane) {
        std::vector<double> three = plane.q;  // q, p, q + p
        three.insert(three.end(), plane.p.begin(), plane.p.end());
        for (std::size_t i = 0; i < plane.q.size(); ++i) three.push_back(plane.q[i] + plane.p[i]);
        const std::vector<double> features = sketch.features(three, 3);
        const auto size = static_cast<std::size_t>(sketch.size());
        const auto with_q = [&](std::size_t row) {
            return std::inner_product(
                features.begin(), features.begin() + static_cast<std::ptrdiff_t>(size),
                features.begin() + static_cast<std::ptrdiff_t>(row * size), 0.0);
        };
        qq = with_q(0);
        pp = with_q(1);
        qp = with_q(2) - qq - pp;
    }
    double at(double cosine, double sine) const {
        return qq * cosine * cosine + qp * cosine * sine + pp * sine * sine;
    }
};

// What all forms share at one seed, by grid point: sum_r w_r <prf_r(q), prf_r(k)>, and the same
// with the squares of the Hadamard form between.
struct Exponentials {
    std::vector<double> plain, squared;
};

Exponentials exponentials(const Request& request, const Quadrature& quadrature, const Plane& plane,
                          const std::vector<double>& cosines, const std::vector<double>& sines,
                          std::uint64_t seed, bool squared) {
    const RandomFeatures features(seed, request.nodes, request.prf_features, request.head_dim);
    const std::vector<double> of_q = features.project(plane.q), of_p = features.project(plane.p);
    const std::size_t grid = cosines.size();
    const auto m = static_cast<std::size_t>(request.prf_features);
    Exponentials out{std::vector<double>(grid), std::vector<double>(squared ? grid : 0)};
    std::vector<double> values(grid);
    for (std::size_t f = 0; f < of_q.size(); ++f) {
        const std::size_t r = f / m;
        const double rate = std::sqrt(2 * quadrature.s[r]);
        // Both halves of -s_r, w_r and 1 / M.
        const double offset = rate * of_q[f] - 2 * quadrature.s[r] + quadrature.log_weights[r] -
                              std::log(static_cast<double>(m));
        const double along = rate * of_q[f], across = rate * of_p[f];
        for (std::size_t i = 0; i < grid; ++i)
            values[i] = offset + along * cosines[i] + across * sines[i];
        exponentiate(values);
        for (std::size_t i = 0; i < grid; ++i) out.plain[i] += values[i];
        if (!squared) continue;
        const double of_query = of_q[f] * of_q[f] / static_cast<double>(m);
        for (std::size_t i = 0; i < grid; ++i) {
            const double of_key = of_q[f] * cosines[i] + of_p[f] * sines[i];
            out.squared[i] += of_query * of_key * of_key * values[i];
        }
    }
    return out;
}

// The mean over directions that are uniform on the sphere in d dimensions: x = cos has the density
// sin^(d-2) of the angle.
double isotropic_mean(const std::vector<double>& values, const std::vector<double>& sines, int d) {
    double sum = 0, weights = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double weight = sines[i] <= 0 ? 0 : std::pow(sines[i], d - 2);
        if (weight <= 0) continue;
        sum += weight * values[i];
        weights += weight;
    }
    return sum / weights;
}

void add_spread(Estimate& estimate, std::vector<std::vector<double>>& by_seed,
                const std::vector<double>& exact) {
    const std::size_t seeds = by_seed.size(), grid = exact.size();
    estimate.first = by_seed.front();
    std::vector<double> column(seeds);
    for (std::size_t i = 0; i < grid; ++i) {
        double sum = 0, squares = 0;
        for (std::size_t s = 0; s < seeds; ++s) {
            column[s] = by_seed[s][i];
            sum += column[s];
            const double error = estimate.scale * column[s] - exact[i];
            squares += error * error;
        }
        std::sort(column.begin(), column.end());
        // The order statistics next to 10 % and 90 %.
        const auto at = [&](double share) {
            return column[static_cast<std::size_t>(
                std::lround(share * static_cast<double>(seeds - 1)))];
        };
        estimate.mean.push_back(sum / static_cast<double>(seeds));
        estimate.low.push_back(at(0.1));
        estimate.high.push_back(at(0.9));
        estimate.rms_error.push_back(std::sqrt(squares / static_cast<double>(seeds)));
    }
}

// Operations of one seed, in the time of one exponential.
double cost_of_seed(const Request& request) {
    const double features = static_cast<double>(request.nodes) * request.prf_features;
    const double p = request.poly_features;
    double cost = features * (grid_steps + 1 + request.head_dim);
    for (const std::string& variant : request.variants) {
        if (variant == "yat-performer-nystrom") cost += 0.15 * p * p * (p / 3 + request.head_dim);
        cost += 0.3 * p * (6 * request.head_dim + p) + 3 * grid_steps;
    }
    return cost;
}

}  // namespace

std::optional<double> expected_estimate(std::string_view variant, const Quadrature& quadrature,
                                        const Request& request, double x) {
    const double d = request.head_dim;
    double exponentials = 0, hadamard = 0;
    for (std::size_t r = 0; r < quadrature.s.size(); ++r) {
        const double s = quadrature.s[r];
        const double term = std::exp(quadrature.log_weights[r] + 2 * s * x);
        const double square = 2 * s * (1 + x) * (1 + x);  // mu^2
        exponentials += term;
        hadamard += term * ((square + 1) * (square + 1) + 4 * square * x + 2 * x * x);
    }
    if (variant == "yat-performer-anchor") return exponentials * (1 + 2 * x * x) / (d * (d + 2));
    if (variant == "yat-performer-laplace") return exponentials * quadrature.c * quadrature.c / 4;
    if (variant == "yat-performer") return hadamard / request.prf_features;
    if (variant == "yat-performer-tensor" || variant == "yat-performer-rm")
        return exponentials * x * x;
    return std::nullopt;
}

int seeds_within(double operations_a_seed) {
    constexpr double operations = 1.6e6;  // some 5 to 10 ms
    return static_cast<int>(std::clamp(operations / operations_a_seed, 3.0, 64.0));
}

Curves make_curves(const Request& request, const Quadrature& quadrature) {
    Curves out;
    std::vector<double> sines;
    for (int i = 0; i <= grid_steps; ++i) {
        const double angle = std::numbers::pi * i / grid_steps;
        out.degrees.push_back(180.0 * i / grid_steps);
        // Exact where it matters: the right angle and the ends.
        out.x.push_back(2 * i == grid_steps ? 0 : std::cos(angle));
        sines.push_back(i == grid_steps ? 0 : std::sin(angle));
    }
    for (const double x : out.x) {
        out.exact.push_back(quadrature.kernel(x));
        out.quadrature.push_back(quadrature.estimate(x));
    }
    for (std::size_t r = 0; r < quadrature.s.size(); ++r) {
        out.nodes.emplace_back();
        for (const double x : out.x) out.nodes.back().push_back(quadrature.contribution(r, x));
    }

    const Plane plane = make_plane(request.head_dim);
    out.seeds = request.seeds > 0 ? request.seeds : seeds_within(cost_of_seed(request));
    const bool hadamard = std::find(request.variants.begin(), request.variants.end(),
                                    "yat-performer") != request.variants.end();
    std::vector<std::vector<std::vector<double>>> values(request.variants.size());
    for (int i = 0; i < out.seeds && !request.variants.empty(); ++i) {
        const std::uint64_t seed = request.seed + static_cast<std::uint64_t>(i);
        const Exponentials factor =
            exponentials(request, quadrature, plane, out.x, sines, seed, hadamard);
        for (std::size_t v = 0; v < request.variants.size(); ++v) {
            const std::string& variant = request.variants[v];
            std::vector<double> curve = variant == "yat-performer" ? factor.squared : factor.plain;
            if (const auto sketch =
                    make_sketch(variant, seed, request.poly_features, request.head_dim)) {
                const QuadraticForm form(*sketch, plane);
                for (std::size_t j = 0; j < curve.size(); ++j)
                    curve[j] *= form.at(out.x[j], sines[j]);
            } else if (variant == "yat-performer-laplace") {
                for (double& each : curve) each *= quadrature.c * quadrature.c / 4;
            }
            values[v].push_back(std::move(curve));
        }
    }
    for (std::size_t v = 0; v < request.variants.size(); ++v) {
        Estimate estimate;
        estimate.variant = request.variants[v];
        for (const double x : out.x)
            if (const auto expected = expected_estimate(estimate.variant, quadrature, request, x))
                estimate.expected.push_back(*expected);
        if (!estimate.expected.empty())
            estimate.scale = isotropic_mean(out.exact, sines, request.head_dim) /
                             isotropic_mean(estimate.expected, sines, request.head_dim);
        add_spread(estimate, values[v], out.exact);
        out.estimates.push_back(std::move(estimate));
    }
    return out;
}

}  // namespace slay::explore
