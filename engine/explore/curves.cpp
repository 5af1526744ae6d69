// The kernel against x: exact, by quadrature, and as random features estimate it over many seeds.
#include <algorithm>
#include <cmath>
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
constexpr std::size_t grid_size = grid_steps + 1;

// Cosines and sines of the angles, with zeros behind them to a multiple of wave_step.
struct Grid {
    std::vector<double> cosines, sines;
    Grid() {
        const std::size_t padded = (grid_size + wave_step - 1) / wave_step * wave_step;
        cosines.resize(padded);
        sines.resize(padded);
        for (int i = 0; i <= grid_steps; ++i) {
            const double angle = std::numbers::pi * i / grid_steps;
            // Exact where it matters: the right angle and the ends.
            cosines[static_cast<std::size_t>(i)] = 2 * i == grid_steps ? 0 : std::cos(angle);
            sines[static_cast<std::size_t>(i)] = i == grid_steps ? 0 : std::sin(angle);
        }
    }
};

// Two orthogonal unit vectors in a generic direction: query q, and p, which spans with it the plane
// in which keys turn.
struct Plane {
    std::vector<double> both;  // q, p: [2, d]
    explicit Plane(int d) {
        const auto dim = static_cast<std::size_t>(d);
        both = CounterDraws(0, "explore/plane").unit_vectors(2, dim);
        double along = 0, square = 0;
        for (std::size_t i = 0; i < dim; ++i) along += both[i] * both[dim + i];
        for (std::size_t i = 0; i < dim; ++i) {
            both[dim + i] -= along * both[i];
            square += both[dim + i] * both[dim + i];
        }
        for (std::size_t i = 0; i < dim; ++i) both[dim + i] /= std::sqrt(square);
    }
};

// The polynomial factor at k = cos q + sin p. It is a quadratic form of k: three products of
// features tell it everywhere.
struct QuadraticForm {
    double qq = 0, qp = 0, pp = 0;
    QuadraticForm(const PolynomialSketch& sketch, const Plane& plane) {
        std::vector<double> three = plane.both;  // q, p, q + p
        const std::size_t dim = three.size() / 2;
        for (std::size_t i = 0; i < dim; ++i) three.push_back(three[i] + three[dim + i]);
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

// What all forms share at one seed, by place of the grid: sum_r w_r <prf_r(q), prf_r(k)>, and the
// same with the squares of the Hadamard form between.
struct Exponentials {
    std::vector<double> plain, squared;
};

Exponentials exponentials(const Request& request, const Quadrature& quadrature, const Plane& plane,
                          const Grid& grid, std::uint64_t seed, bool squared) {
    RandomFeatures features(seed, request.prf_features, request.head_dim);
    const auto m = static_cast<double>(request.prf_features);
    const std::size_t padded = grid.cosines.size();
    Exponentials out{std::vector<double>(padded), std::vector<double>(squared ? padded : 0)};
    for (std::size_t r = 0; r < quadrature.s.size(); ++r) {
        const double rate = std::sqrt(2 * quadrature.s[r]);
        // Both halves of -s_r, w_r and 1 / M.
        const double fixed = quadrature.log_weights[r] - 2 * quadrature.s[r] - std::log(m);
        const std::vector<double> of_both = features.project(r, plane.both);
        const std::size_t count = of_both.size() / 2;
        for (std::size_t f = 0; f < count; ++f) {
            const double q = of_both[f], p = of_both[count + f];
            add_wave({rate * q + fixed, rate * q, rate * p, q * q / m, q, p}, grid.cosines,
                     grid.sines, out.plain, out.squared);
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

void add_spread(Estimate& estimate, const std::vector<std::vector<double>>& by_seed,
                const std::vector<double>& exact) {
    const std::size_t seeds = by_seed.size(), grid = exact.size();
    estimate.first = by_seed.front();
    std::vector<double> column(seeds);
    // The order statistics next to 10 % and 90 %.
    const auto place = [&](double share) {
        return column.begin() + std::lround(share * static_cast<double>(seeds - 1));
    };
    const auto low = place(0.1), high = place(0.9);
    for (std::size_t i = 0; i < grid; ++i) {
        double sum = 0, squares = 0;
        for (std::size_t s = 0; s < seeds; ++s) {
            column[s] = by_seed[s][i];
            sum += column[s];
            const double error = estimate.scale * column[s] - exact[i];
            squares += error * error;
        }
        std::nth_element(column.begin(), low, column.end());
        estimate.low.push_back(*low);
        std::nth_element(low, high, column.end());
        estimate.high.push_back(*high);
        estimate.mean.push_back(sum / static_cast<double>(seeds));
        estimate.rms_error.push_back(std::sqrt(squares / static_cast<double>(seeds)));
    }
}

// Nanoseconds of one seed.
double cost_of_seed(const Request& request) {
    const double features = static_cast<double>(request.nodes) * request.prf_features;
    const double p = request.poly_features, d = request.head_dim;
    double cost = features * (1.6 * grid_size + 3 * d);
    for (const std::string& variant : request.variants) {
        cost += 8 * p * d + 3 * p * p + 2 * grid_size;
        if (variant == "yat-performer-nystrom") cost += 0.3 * p * p * p;
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

int seeds_within(double ns_a_seed) {
    constexpr double at_rest_ns = 2.5e8;
    return static_cast<int>(std::clamp(at_rest_ns / ns_a_seed, 3.0, 64.0));
}

struct CurveSeeds::Parts {
    const Request& request;
    const Quadrature& quadrature;
    Grid grid;
    Plane plane;
    Curves fixed;                                          // without what the seeds say
    std::vector<std::vector<std::vector<double>>> values;  // [variants][seeds][grid]

    Parts(const Request& asked, const Quadrature& rule)
        : request(asked), quadrature(rule), plane(asked.head_dim), values(asked.variants.size()) {}
};

CurveSeeds::CurveSeeds(const Request& request, const Quadrature& quadrature)
    : parts_(std::make_unique<Parts>(request, quadrature)) {
    Curves& out = parts_->fixed;
    for (int i = 0; i <= grid_steps; ++i) out.degrees.push_back(180.0 * i / grid_steps);
    out.x.assign(parts_->grid.cosines.begin(),
                 parts_->grid.cosines.begin() + static_cast<std::ptrdiff_t>(grid_size));
    for (const double x : out.x) {
        out.exact.push_back(quadrature.kernel(x));
        out.quadrature.push_back(quadrature.estimate(x));
    }
    for (std::size_t r = 0; r < quadrature.s.size(); ++r) {
        out.nodes.emplace_back();
        for (const double x : out.x) out.nodes.back().push_back(quadrature.contribution(r, x));
    }
    for (const std::string& variant : request.variants) {
        Estimate estimate;
        estimate.variant = variant;
        for (const double x : out.x)
            if (const auto expected = expected_estimate(variant, quadrature, request, x))
                estimate.expected.push_back(*expected);
        if (!estimate.expected.empty())
            estimate.scale =
                isotropic_mean(out.exact, parts_->grid.sines, request.head_dim) /
                isotropic_mean(estimate.expected, parts_->grid.sines, request.head_dim);
        out.estimates.push_back(std::move(estimate));
    }
    wanted_ = request.seeds > 0 ? request.seeds : seeds_within(cost_of_seed(request));
}

CurveSeeds::~CurveSeeds() = default;

void CurveSeeds::add_seed() {
    const Request& request = parts_->request;
    const Grid& grid = parts_->grid;
    const std::uint64_t seed = request.seed + static_cast<std::uint64_t>(seeds_++);
    if (request.variants.empty()) return;
    const bool hadamard = std::find(request.variants.begin(), request.variants.end(),
                                    "yat-performer") != request.variants.end();
    const Exponentials factor =
        exponentials(request, parts_->quadrature, parts_->plane, grid, seed, hadamard);
    for (std::size_t v = 0; v < request.variants.size(); ++v) {
        const std::string& variant = request.variants[v];
        std::vector<double> curve = variant == "yat-performer" ? factor.squared : factor.plain;
        curve.resize(grid_size);
        if (const auto sketch =
                make_sketch(variant, seed, request.poly_features, request.head_dim)) {
            const QuadraticForm form(*sketch, parts_->plane);
            for (std::size_t j = 0; j < grid_size; ++j)
                curve[j] *= form.at(grid.cosines[j], grid.sines[j]);
        } else if (variant == "yat-performer-laplace") {
            for (double& each : curve) each *= parts_->quadrature.c * parts_->quadrature.c / 4;
        }
        parts_->values[v].push_back(std::move(curve));
    }
}

Curves CurveSeeds::curves() const {
    Curves out = parts_->fixed;
    out.seeds = seeds_;
    for (std::size_t v = 0; v < out.estimates.size(); ++v)
        add_spread(out.estimates[v], parts_->values[v], out.exact);
    return out;
}

}  // namespace slay::explore
