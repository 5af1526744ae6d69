// The two loops in which a frame spends its time, compiled for AVX2 beside the baseline. Both give
// the same bits on every machine: sums run in one order and nothing is contracted.
#pragma once

#include <cstddef>
#include <span>

namespace slay::explore {

// c += a b for row-major a [n, k], b [k, m], c [n, m]. `lower`: of row i only columns up to i.
void multiply_add(std::span<const double> a, std::span<const double> b, std::span<double> c,
                  std::size_t n, std::size_t k, std::size_t m, bool lower = false);

// exp of each, in place; within 2 units in the last place. What is below -700 becomes 0.
void exponentiate(std::span<double> values);

}  // namespace slay::explore
