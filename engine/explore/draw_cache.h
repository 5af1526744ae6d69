// Normal draws kept between frames: while a slider is dragged the same seeds come again, and their
// logarithms and sines are most of what a frame of many features costs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace slay::explore {

// The first numbers of CounterDraws(seed, name).normal(...), at least `count` of them. Any thread.
// Some 32 MB are kept at most.
std::shared_ptr<const std::vector<double>> cached_normals(std::uint64_t seed, std::string_view name,
                                                          std::size_t count);

// `count` directions from them, uniform on the sphere: [count, dimension], as
// CounterDraws::unit_vectors gives them.
std::vector<double> cached_unit_vectors(std::uint64_t seed, std::string_view name,
                                        std::size_t count, std::size_t dimension);

}  // namespace slay::explore
