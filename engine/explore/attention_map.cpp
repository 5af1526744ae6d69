// Row sums and attention patterns of a sequence, exact beside the estimate.
#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "engine/core/variant_info.h"
#include "engine/explore/pair_scores.h"
#include "engine/explore/parts.h"
#include "engine/explore/vector_loops.h"

namespace slay::explore {
namespace {

constexpr double delta = 1e-6;  // of the denominator, as in attention.h

// K_ij / (D_i + delta), 0 where masked.
std::vector<double> weights_of(const std::vector<double>& scores, std::size_t length, bool causal) {
    std::vector<double> out(scores.size());
    const std::vector<double> sums = row_sums(scores, length, causal);
    for (std::size_t i = 0; i < length; ++i)
        for (std::size_t j = 0; j < visible(i, length, causal); ++j)
            out[i * length + j] = scores[i * length + j] / (sums[i] + delta);
    return out;
}

// - sum_j p_j ln p_j of p = the row's weights over their sum; NaN where one is negative.
double entropy(std::span<const double> weights) {
    double sum = 0;
    for (const double each : weights) {
        if (!(each >= 0)) return std::numeric_limits<double>::quiet_NaN();
        sum += each;
    }
    if (!(sum > 0)) return std::numeric_limits<double>::quiet_NaN();
    double out = 0;
    for (const double each : weights)
        if (each > 0) out -= each / sum * std::log(each / sum);
    return out;
}

double relative_distance(const std::vector<double>& a, const std::vector<double>& b) {
    double difference = 0, square = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference += (a[i] - b[i]) * (a[i] - b[i]);
        square += b[i] * b[i];
    }
    return std::sqrt(difference / square);
}

// weights [L, L], v [L, d] -> [L, d]
std::vector<double> output(const std::vector<double>& weights, const Sequence& sequence) {
    const auto length = static_cast<std::size_t>(sequence.length);
    const auto d = static_cast<std::size_t>(sequence.dimension);
    std::vector<double> out(length * d);
    multiply_add(weights, sequence.v, out, length, length, d);
    return out;
}

// The row sums of each seed, per visible key and over their mean.
DenominatorSpread spread_of(const std::string& variant,
                            const std::vector<std::vector<double>>& by_seed, bool causal) {
    DenominatorSpread out;
    out.variant = variant;
    const std::size_t length = by_seed.front().size();
    double total = 0, keys = 0;
    for (const auto& sums : by_seed)
        for (std::size_t i = 0; i < length; ++i) {
            total += sums[i];
            keys += static_cast<double>(visible(i, length, causal));
        }
    const double mean = total / keys;
    std::size_t count = 0, of_first = 0;
    out.low.assign(length, std::numeric_limits<double>::infinity());
    out.high.assign(length, -std::numeric_limits<double>::infinity());
    for (std::size_t seed = 0; seed < by_seed.size(); ++seed)
        for (std::size_t i = 0; i < length; ++i) {
            const double sum = by_seed[seed][i];
            count += sum <= 0 ? 1 : 0;
            of_first += sum <= 0 && seed == 0 ? 1 : 0;
            const double value =
                sum / (static_cast<double>(visible(i, length, causal)) * std::fabs(mean));
            out.values.push_back(value);
            if (seed == 0) out.first.push_back(value);
            out.low[i] = std::min(out.low[i], value);
            out.high[i] = std::max(out.high[i], value);
        }
    out.nonpositive = static_cast<double>(count) / static_cast<double>(out.values.size());
    out.nonpositive_first = static_cast<double>(of_first) / static_cast<double>(length);
    return out;
}

// Nanoseconds of one seed with all forms.
double cost_of_seed(const Request& request, const Sequence& sequence) {
    const double length = sequence.length, d = sequence.dimension, p = request.poly_features;
    const double features = static_cast<double>(request.nodes) * request.prf_features;
    const double pairs = length * length * (request.causal ? 0.5 : 1);
    return features * (3 * d + 0.12 * length * d + 0.08 * pairs + 5 * length) +
           p * (30 * d + 0.5 * length * d + 0.4 * pairs + length * p * 0.5 + 0.3 * p * p) +
           10 * pairs;
}

}  // namespace

DenominatorSeeds::DenominatorSeeds(const Request& request, const Quadrature& quadrature,
                                   const Sequence& sequence)
    : request_(request),
      quadrature_(quadrature),
      sequence_(sequence),
      by_form_(forms().size()),
      wanted_(request.seeds > 0 ? request.seeds : seeds_within(cost_of_seed(request, sequence))) {
    const auto length = static_cast<std::size_t>(sequence.length);
    exact_ = spread_of("yat-spherical",
                       {row_sums(exact_scores(sequence, quadrature), length, request.causal)},
                       request.causal);
}

void DenominatorSeeds::add_seed() {
    const PairScores scores(sequence_, request_, quadrature_,
                            request_.seed + static_cast<std::uint64_t>(seeds_++));
    std::vector<std::vector<double>> sums = scores.row_sums();
    for (std::size_t f = 0; f < sums.size(); ++f) by_form_[f].push_back(std::move(sums[f]));
}

Denominators DenominatorSeeds::denominators() const {
    Denominators out;
    out.seeds = seeds_;
    out.spreads.push_back(exact_);
    for (std::size_t f = 0; f < by_form_.size(); ++f)
        out.spreads.push_back(spread_of(forms()[f], by_form_[f], request_.causal));
    return out;
}

AttentionMap make_map(const Request& request, const Quadrature& quadrature,
                      const Sequence& sequence) {
    AttentionMap out;
    const auto length = static_cast<std::size_t>(sequence.length);
    out.variant = request.map_variant;
    out.length = sequence.length;
    out.exact = weights_of(exact_scores(sequence, quadrature), length, request.causal);
    const PairScores scores(sequence, request, quadrature, request.seed);
    out.estimate = weights_of(scores.of(request.map_variant), length, request.causal);
    std::vector<double> uniform(length * length);
    for (std::size_t i = 0; i < length; ++i) {
        const std::size_t keys = visible(i, length, request.causal);
        const auto of_row = [&](const std::vector<double>& weights) {
            return entropy(std::span(weights).subspan(i * length, keys));
        };
        out.exact_entropy.push_back(of_row(out.exact));
        out.estimate_entropy.push_back(of_row(out.estimate));
        out.uniform_entropy.push_back(std::log(static_cast<double>(keys)));
        if (std::isnan(out.estimate_entropy.back())) ++out.rows_without_entropy;
        for (std::size_t j = 0; j < keys; ++j)
            uniform[i * length + j] = 1 / static_cast<double>(keys);
    }
    const std::vector<double> exact_output = output(out.exact, sequence);
    out.output_error = relative_distance(output(out.estimate, sequence), exact_output);
    out.uniform_error = relative_distance(output(uniform, sequence), exact_output);
    out.weight_error = relative_distance(out.estimate, out.exact);
    return out;
}

}  // namespace slay::explore
