// The parts of explore().
#pragma once

#include <string_view>

#include "engine/explore/explore.h"

namespace slay::explore {

// E[estimate] over the random features at cosine x, where there is a closed form:
//   anchor     sum_r w_r exp(2 s_r x) (1 + 2 x^2) / (d (d + 2))
//   Laplace    C^2 / 4 sum_r w_r exp(2 s_r x)
//   Hadamard   1 / M sum_r w_r exp(2 s_r x) ((mu^2 + 1)^2 + 4 mu^2 x + 2 x^2), mu = sqrt(2 s_r)(1 +
//   x) TensorSketch, Random Maclaurin   sum_r w_r x^2 exp(2 s_r x)
std::optional<double> expected_estimate(std::string_view variant, const Quadrature& quadrature,
                                        const Request& request, double x);

Curves make_curves(const Request& request, const Quadrature& quadrature);

Sequence make_sequence(const Request& request);

// What one form makes of the pairs of a sequence at one seed: [L, L]; where causal, of the visible
// pairs alone (0 elsewhere).
class PairScores {
  public:
    PairScores(const Sequence& sequence, const Request& request, const Quadrature& quadrature,
               std::uint64_t seed);
    std::vector<double> of(std::string_view variant) const;

  private:
    const Sequence& sequence_;
    const Request& request_;
    const Quadrature& quadrature_;
    std::uint64_t seed_;
    std::vector<double> q_projected_, k_projected_;  // [L, R * M]
    std::vector<double> exponential_;                // sum_r w_r <prf_r(q_i), prf_r(k_j)>, [L, L]
};

// The exact kernel of all pairs, [L, L].
std::vector<double> exact_scores(const Sequence& sequence, const Quadrature& quadrature);

Denominators make_denominators(const Request& request, const Quadrature& quadrature,
                               const Sequence& sequence);

AttentionMap make_map(const Request& request, const Quadrature& quadrature,
                      const Sequence& sequence);

// So many seeds that a part stays within its share of a frame: 3 to 64.
int seeds_within(double operations_a_seed);

}  // namespace slay::explore
