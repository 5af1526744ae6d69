// Chance levels that take more than a division.
#pragma once

#include <cstdint>

namespace slay {

// The best guess of the i-th smallest of n uniform draws from V symbols, averaged over i: the
// largest probability that an order statistic takes.
double sorted_guess(std::int64_t n, std::int64_t vocabulary);

// The most likely count of one of k symbols among n uniform draws, where counts of V - 1 and more
// are one answer: its probability.
double count_guess(std::int64_t n, std::int64_t k, std::int64_t vocabulary);

}  // namespace slay
