#include "engine/explore/pair_scores.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "engine/explore/polynomial_sketch.h"
#include "engine/explore/random_features.h"
#include "engine/explore/vector_loops.h"

namespace slay::explore {
namespace {

std::size_t length_of(const Sequence& sequence) {
    return static_cast<std::size_t>(sequence.length);
}

// prf_r(u)_m sqrt(w_r) = exp(sqrt(2 s_r) omega . u - s_r) sqrt(w_r / M) of one node, [L, M], and
// the same with the square of the Hadamard form before it.
struct NodeFeatures {
    std::vector<double> plain, squared;
    NodeFeatures(const Quadrature& quadrature, std::size_t node, std::vector<double> projected,
                 int features, bool with_squared) {
        const double root = std::sqrt(static_cast<double>(features));
        const double rate = std::sqrt(2 * quadrature.s[node]);
        const double offset =
            quadrature.log_weights[node] / 2 - quadrature.s[node] - std::log(root);
        plain.resize(projected.size());
        for (std::size_t i = 0; i < plain.size(); ++i) plain[i] = rate * projected[i] + offset;
        exponentiate(plain);
        if (!with_squared) return;
        squared = std::move(projected);
        for (std::size_t i = 0; i < squared.size(); ++i)
            squared[i] = plain[i] * (squared[i] * squared[i] / root);
    }
};

// Calls take(q, k) with the features of queries and keys of each node.
template <typename Take>
void for_each_node(const Sequence& sequence, const Request& request, const Quadrature& quadrature,
                   std::uint64_t seed, bool with_squared, Take take) {
    RandomFeatures omega(seed, request.prf_features, sequence.dimension);
    for (std::size_t node = 0; node < quadrature.s.size(); ++node) {
        const auto of = [&](const std::vector<double>& u) {
            return NodeFeatures(quadrature, node, omega.project(node, u), request.prf_features,
                                with_squared);
        };
        take(of(sequence.q), of(sequence.k));
    }
}

// scores [L, L] += a b^T of a, b [L, F].
void add_products(const std::vector<double>& a, const std::vector<double>& b,
                  std::vector<double>& scores, std::size_t length, bool causal) {
    multiply_add_transposed(a, b, scores, length, a.size() / length, length, causal);
}

// sums_i += a_i . sum_j b_j over the visible keys.
void add_row_products(const std::vector<double>& a, const std::vector<double>& b,
                      std::vector<double>& sums, bool causal) {
    const std::size_t length = sums.size(), features = a.size() / length;
    std::vector<double> keys(features);
    const auto add_key = [&](std::size_t j) {
        for (std::size_t f = 0; f < features; ++f) keys[f] += b[j * features + f];
    };
    for (std::size_t j = 0; !causal && j < length; ++j) add_key(j);
    for (std::size_t i = 0; i < length; ++i) {
        if (causal) add_key(i);
        for (std::size_t f = 0; f < features; ++f) sums[i] += a[i * features + f] * keys[f];
    }
}

std::vector<double> polynomial_scores(const PolynomialSketch& sketch, const Sequence& sequence,
                                      bool causal) {
    const std::size_t length = length_of(sequence);
    std::vector<double> out(length * length);
    add_products(sketch.features(sequence.q, length), sketch.features(sequence.k, length), out,
                 length, causal);
    return out;
}

}  // namespace

std::vector<double> row_sums(const std::vector<double>& scores, std::size_t length, bool causal) {
    std::vector<double> sums(length);
    for (std::size_t i = 0; i < length; ++i)
        for (std::size_t j = 0; j < visible(i, length, causal); ++j)
            sums[i] += scores[i * length + j];
    return sums;
}

PairScores::PairScores(const Sequence& sequence, const Request& request,
                       const Quadrature& quadrature, std::uint64_t seed)
    : sequence_(sequence), request_(request), quadrature_(quadrature), seed_(seed) {}

std::vector<double> PairScores::of(std::string_view variant) const {
    const std::size_t length = length_of(sequence_);
    const bool hadamard = variant == "yat-performer";
    std::vector<double> out(length * length);
    for_each_node(sequence_, request_, quadrature_, seed_, hadamard,
                  [&](const NodeFeatures& q, const NodeFeatures& k) {
                      add_products(hadamard ? q.squared : q.plain, hadamard ? k.squared : k.plain,
                                   out, length, request_.causal);
                  });
    if (hadamard) return out;
    const auto sketch = make_sketch(variant, seed_, request_.poly_features, sequence_.dimension);
    if (!sketch) {  // Laplace
        for (double& each : out) each *= quadrature_.c * quadrature_.c / 4;
        return out;
    }
    const std::vector<double> polynomial = polynomial_scores(*sketch, sequence_, request_.causal);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] *= polynomial[i];
    return out;
}

std::vector<std::vector<double>> PairScores::row_sums() const {
    const std::size_t length = length_of(sequence_);
    std::vector<double> exponential(length * length), of_squares(length);
    for_each_node(sequence_, request_, quadrature_, seed_, true,
                  [&](const NodeFeatures& q, const NodeFeatures& k) {
                      add_products(q.plain, k.plain, exponential, length, request_.causal);
                      // Sums of positive terms: no pair is needed for them.
                      add_row_products(q.squared, k.squared, of_squares, request_.causal);
                  });
    std::vector<std::vector<double>> out;
    for (const std::string& form : forms()) {
        if (form == "yat-performer") {
            out.push_back(of_squares);
            continue;
        }
        const auto sketch = make_sketch(form, seed_, request_.poly_features, sequence_.dimension);
        if (!sketch) {  // Laplace
            out.push_back(explore::row_sums(exponential, length, request_.causal));
            for (double& each : out.back()) each *= quadrature_.c * quadrature_.c / 4;
            continue;
        }
        std::vector<double> scores = polynomial_scores(*sketch, sequence_, request_.causal);
        for (std::size_t i = 0; i < scores.size(); ++i) scores[i] *= exponential[i];
        out.push_back(explore::row_sums(scores, length, request_.causal));
    }
    return out;
}

std::vector<double> exact_scores(const Sequence& sequence, const Quadrature& quadrature) {
    const std::size_t length = length_of(sequence);
    std::vector<double> out(length * length);
    add_products(sequence.q, sequence.k, out, length, false);
    const double epsilon = quadrature.c - 2;
    // x may round past 1: C - 2x is at least epsilon.
    for (double& x : out) x = x * x / std::max(quadrature.c - 2 * x, epsilon);
    return out;
}

}  // namespace slay::explore
