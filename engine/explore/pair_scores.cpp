// The scores of all pairs of a sequence, without forming R M P features: by the identity
//   <Psi_r(q), Psi_r(k)> = w_r (poly(q) . poly(k)) (prf_r(q) . prf_r(k)).
#include <algorithm>
#include <cmath>
#include <span>

#include "engine/explore/parts.h"
#include "engine/explore/polynomial_sketch.h"
#include "engine/explore/random_features.h"
#include "engine/explore/vector_loops.h"

namespace slay::explore {
namespace {

// a, b [L, F] -> a b^T [L, L]; where causal the lower triangle alone.
std::vector<double> gram(const std::vector<double>& a, const std::vector<double>& b,
                         std::size_t length, bool causal) {
    const std::size_t features = a.size() / length;
    std::vector<double> columns(b.size());
    for (std::size_t j = 0; j < length; ++j)
        for (std::size_t f = 0; f < features; ++f) columns[f * length + j] = b[j * features + f];
    std::vector<double> out(length * length);
    multiply_add(a, columns, out, length, features, length, causal);
    return out;
}

// prf_r(u)_m sqrt(w_r) = exp(sqrt(2 s_r) omega . u - s_r) sqrt(w_r / M), and with the square of
// the Hadamard form before it.
std::vector<double> exponentiated(const std::vector<double>& projected, const Request& request,
                                  const Quadrature& quadrature, bool squared) {
    const auto m = static_cast<std::size_t>(request.prf_features);
    const std::size_t features = quadrature.s.size() * m;
    const double root = std::sqrt(static_cast<double>(m));
    std::vector<double> rates, offsets;
    for (std::size_t r = 0; r < quadrature.s.size(); ++r) {
        rates.push_back(std::sqrt(2 * quadrature.s[r]));
        offsets.push_back(quadrature.log_weights[r] / 2 - quadrature.s[r] - std::log(root));
    }
    std::vector<double> out(projected.size());
    for (std::size_t i = 0; i < projected.size(); ++i) {
        const std::size_t r = i % features / m;
        out[i] = rates[r] * projected[i] + offsets[r];
    }
    exponentiate(out);
    if (squared)
        for (std::size_t i = 0; i < projected.size(); ++i)
            out[i] *= projected[i] * projected[i] / root;
    return out;
}

}  // namespace

PairScores::PairScores(const Sequence& sequence, const Request& request,
                       const Quadrature& quadrature, std::uint64_t seed)
    : sequence_(sequence), request_(request), quadrature_(quadrature), seed_(seed) {
    const auto length = static_cast<std::size_t>(sequence.length);
    const RandomFeatures features(seed, request.nodes, request.prf_features, sequence.dimension);
    q_projected_ = features.project(sequence.q);
    k_projected_ = features.project(sequence.k);
    exponential_ =
        gram(exponentiated(q_projected_, request, quadrature, false),
             exponentiated(k_projected_, request, quadrature, false), length, request.causal);
}

std::vector<double> PairScores::of(std::string_view variant) const {
    const auto length = static_cast<std::size_t>(sequence_.length);
    if (variant == "yat-performer")
        return gram(exponentiated(q_projected_, request_, quadrature_, true),
                    exponentiated(k_projected_, request_, quadrature_, true), length,
                    request_.causal);
    std::vector<double> out = exponential_;
    const auto sketch = make_sketch(variant, seed_, request_.poly_features, sequence_.dimension);
    if (!sketch) {  // Laplace
        for (double& each : out) each *= quadrature_.c * quadrature_.c / 4;
        return out;
    }
    const std::vector<double> polynomial =
        gram(sketch->features(sequence_.q, length), sketch->features(sequence_.k, length), length,
             request_.causal);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] *= polynomial[i];
    return out;
}

std::vector<double> exact_scores(const Sequence& sequence, const Quadrature& quadrature) {
    std::vector<double> out =
        gram(sequence.q, sequence.k, static_cast<std::size_t>(sequence.length), false);
    const double epsilon = quadrature.c - 2;
    // x may round past 1: C - 2x is at least epsilon.
    for (double& x : out) x = x * x / std::max(quadrature.c - 2 * x, epsilon);
    return out;
}

}  // namespace slay::explore
