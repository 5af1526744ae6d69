// The exponential factor as it is drawn from a seed: positive random features of exp(2 s_r x).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace slay::explore {

// omega [R, d, M] ~ N(0, 1), the "omega" of a variant at one head, a node at a time: of many nodes
// and features all of it would be large.
class RandomFeatures {
  public:
    RandomFeatures(std::uint64_t seed, int features, int head_dim);

    // omega_{node,m} . u_i for all i, m: u [rows, d] -> [rows, M].
    std::vector<double> project(std::size_t node, std::span<const double> u);

  private:
    std::uint64_t key_;
    std::size_t features_, head_dim_;
    std::size_t drawn_;          // the node that omega_ is of
    std::vector<double> omega_;  // [d, M]
};

}  // namespace slay::explore
