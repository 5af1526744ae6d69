// How clustered inputs are drawn, wherever they are.
#pragma once

#include <cstdint>

namespace slay {

inline constexpr std::int64_t input_clusters = 16;
inline constexpr double cluster_noise = 0.5;  // deviation around a centre drawn from N(0, I)
inline constexpr double key_query_correlation = 0.9;  // of the two projections of a layer

}  // namespace slay
