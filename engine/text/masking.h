// Masked language modelling as BERT does it: 15 % of the positions are to be predicted; of these
// 80 % are hidden behind the mask token, 10 % hold a random token and 10 % stay as they are.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/core/counter_random.h"

namespace slay {

inline constexpr double masked_share = 0.15, hidden_share = 0.8, random_share = 0.1;

// Changes `window` in place and returns the positions to predict, ascending, at least one.
// `first`: the index of the first of 3 * window.size() words of `random` that are used.
std::vector<std::int64_t> mask_window(std::span<std::int64_t> window, std::int64_t vocabulary,
                                      std::int64_t mask_token, const CounterRandom& random,
                                      std::uint64_t first);

}  // namespace slay
