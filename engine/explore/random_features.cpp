#include "engine/explore/random_features.h"

#include "engine/core/counter_random.h"
#include "engine/explore/vector_loops.h"

namespace slay::explore {

RandomFeatures::RandomFeatures(std::uint64_t seed, int features, int head_dim)
    : key_(CounterRandom::key_of(seed, "omega")),
      features_(static_cast<std::size_t>(features)),
      head_dim_(static_cast<std::size_t>(head_dim)),
      drawn_(static_cast<std::size_t>(-1)) {}

std::vector<double> RandomFeatures::project(std::size_t node, std::span<const double> u) {
    const std::size_t size = head_dim_ * features_;
    if (node != drawn_) {
        // Numbers come in pairs: one more where the node begins within a pair.
        const std::size_t odd = node * size % 2;
        omega_.resize(size + odd);
        draw_normals(key_, node * size - odd, omega_);
        drawn_ = node;
    }
    const std::size_t rows = u.size() / head_dim_;
    std::vector<double> out(rows * features_);
    multiply_add(u, std::span(omega_).last(size), out, rows, head_dim_, features_);
    return out;
}

}  // namespace slay::explore
