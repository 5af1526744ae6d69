#include "engine/explore/fast_draws.h"

#include "engine/core/counter_draws.h"
#include "engine/explore/vector_loops.h"

namespace slay::explore {

std::vector<double> fast_normals(std::uint64_t seed, std::string_view name, std::size_t count) {
    std::vector<double> out(count);
    draw_normals(CounterRandom::key_of(seed, name), 0, out);
    return out;
}

std::vector<double> fast_unit_vectors(std::uint64_t seed, std::string_view name, std::size_t count,
                                      std::size_t dimension) {
    std::vector<double> out = fast_normals(seed, name, count * dimension);
    normalise_to_unit(out, dimension);
    return out;
}

}  // namespace slay::explore
