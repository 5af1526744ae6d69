// What the plain float64 forms of engine/attention say of a sequence. LibTorch stays behind these
// functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace slay::checks {

struct PlainCase {
    std::string variant;
    int nodes = 2, prf_features = 16, poly_features = 32;
    double epsilon = 1e-6;
    int head_dim = 32, length = 24;
    std::uint64_t seed = 0;
    bool causal = true;
};

// Row sums D_i and weights K_ij / (D_i + delta), [L] and [L, L], of unit rows q and k, [L, d].
struct PlainAttention {
    std::vector<double> denominators, weights;
};
PlainAttention plain_attention(const PlainCase& of, const std::vector<double>& q,
                               const std::vector<double>& k);

// The q of the core lane at one head, [L, d], as it is drawn for a measurement.
std::vector<double> core_queries(const PlainCase& of, bool clustered);

// The delta of the denominator.
double plain_delta();

}  // namespace slay::checks
