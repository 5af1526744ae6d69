// The loops in which a frame spends its time, compiled for AVX-512 and AVX2 beside the baseline.
// All give the same bits on every machine: sums run in one order and nothing is contracted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace slay::explore {

// c += a b for row-major a [n, k], b [k, m], c [n, m]. `lower`: of row i only columns up to i.
void multiply_add(std::span<const double> a, std::span<const double> b, std::span<double> c,
                  std::size_t n, std::size_t k, std::size_t m, bool lower = false);

// c += a b^T for a [n, k], b [m, k], c [n, m]; `lower` as above.
void multiply_add_transposed(std::span<const double> a, std::span<const double> b,
                             std::span<double> c, std::size_t n, std::size_t k, std::size_t m,
                             bool lower = false);

// exp of each, in place; within 2 units in the last place. What is below -700 becomes 0.
void exponentiate(std::span<double> values);

// A wave over the grid of angles, e_i = exp(offset + along cos_i + across sin_i), is added to
// `sums`; and, where `squares` is not empty, e_i weight (a cos_i + b sin_i)^2 to them. All of one
// size, a multiple of wave_step.
inline constexpr std::size_t wave_step = 8;
struct Wave {
    double offset = 0, along = 0, across = 0;
    double weight = 0, a = 0, b = 0;
};
void add_wave(const Wave& wave, std::span<const double> cosines, std::span<const double> sines,
              std::span<double> sums, std::span<double> squares);

// out[i] = the N(0, 1) number first + i of the stream with that key, as CounterDraws::normal draws
// it, within some units in the last place; `first` is even.
void draw_normals(std::uint64_t key, std::uint64_t first, std::span<double> out);

}  // namespace slay::explore
