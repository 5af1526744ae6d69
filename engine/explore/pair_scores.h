// The scores of all pairs of a sequence at one seed, without forming R M P features: by the
// identity <Psi_r(q), Psi_r(k)> = w_r (poly(q) . poly(k)) (prf_r(q) . prf_r(k)).
#pragma once

#include <string_view>
#include <vector>

#include "engine/explore/parts.h"

namespace slay::explore {

class PairScores {
  public:
    PairScores(const Sequence& sequence, const Request& request, const Quadrature& quadrature,
               std::uint64_t seed);

    // What the form makes of the pairs: [L, L]; where causal, of the visible ones (0 elsewhere).
    std::vector<double> of(std::string_view variant) const;

    // D_i = sum_j of the visible scores, of every form in the order of forms(): [forms][L].
    std::vector<std::vector<double>> row_sums() const;

  private:
    const Sequence& sequence_;
    const Request& request_;
    const Quadrature& quadrature_;
    std::uint64_t seed_;
};

// sum_j of the visible ones of scores [L, L].
std::vector<double> row_sums(const std::vector<double>& scores, std::size_t length, bool causal);

// The exact kernel of all pairs, [L, L].
std::vector<double> exact_scores(const Sequence& sequence, const Quadrature& quadrature);

// Keys that row i sees.
inline std::size_t visible(std::size_t row, std::size_t length, bool causal) {
    return causal ? row + 1 : length;
}

}  // namespace slay::explore
