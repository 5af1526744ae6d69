// The exponential factor as it is drawn from a seed: positive random features of exp(2 s_r x).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace slay::explore {

// omega [R, d, M] ~ N(0, 1), the "omega" of a variant at one head.
class RandomFeatures {
  public:
    RandomFeatures(std::uint64_t seed, int nodes, int features, int head_dim);

    int nodes() const { return nodes_; }
    int features() const { return features_; }

    // omega_{r,m} . u_i for all i, r, m: u [rows, d] -> [rows, R * M].
    std::vector<double> project(std::span<const double> u) const;

  private:
    int nodes_, features_, head_dim_;
    std::shared_ptr<const std::vector<double>> omega_;  // [R, d, M], and what follows it
};

}  // namespace slay::explore
