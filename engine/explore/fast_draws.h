// Draws of the variants' streams, several at once: while a slider is dragged they are made anew
// for every seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace slay::explore {

// As CounterDraws(seed, name).normal(count), within some units in the last place.
std::vector<double> fast_normals(std::uint64_t seed, std::string_view name, std::size_t count);

// As CounterDraws(seed, name).unit_vectors(count, dimension): [count, dimension], uniform on the
// sphere.
std::vector<double> fast_unit_vectors(std::uint64_t seed, std::string_view name, std::size_t count,
                                      std::size_t dimension);

}  // namespace slay::explore
