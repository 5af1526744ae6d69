#include "engine/explore/random_features.h"

#include <algorithm>

#include "engine/explore/draw_cache.h"
#include "engine/explore/vector_loops.h"

namespace slay::explore {

RandomFeatures::RandomFeatures(std::uint64_t seed, int nodes, int features, int head_dim)
    : nodes_(nodes), features_(features), head_dim_(head_dim) {
    const auto count = static_cast<std::size_t>(nodes) * static_cast<std::size_t>(features) *
                       static_cast<std::size_t>(head_dim);
    omega_ = cached_normals(seed, "omega", count);
}

std::vector<double> RandomFeatures::project(std::span<const double> u) const {
    const auto m = static_cast<std::size_t>(features_), d = static_cast<std::size_t>(head_dim_);
    const auto nodes = static_cast<std::size_t>(nodes_);
    const std::size_t rows = u.size() / d;
    std::vector<double> out(rows * nodes * m), of_node(rows * m);
    for (std::size_t r = 0; r < nodes; ++r) {
        std::fill(of_node.begin(), of_node.end(), 0.0);
        multiply_add(u, std::span(*omega_).subspan(r * d * m, d * m), of_node, rows, d, m);
        for (std::size_t i = 0; i < rows; ++i)
            std::copy_n(of_node.begin() + static_cast<std::ptrdiff_t>(i * m), m,
                        out.begin() + static_cast<std::ptrdiff_t>((i * nodes + r) * m));
    }
    return out;
}

}  // namespace slay::explore
