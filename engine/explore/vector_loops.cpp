#include "engine/explore/vector_loops.h"

#include <algorithm>
#include <cmath>

#include "engine/explore/vector_lanes.h"

namespace slay::explore {
namespace {

using lanes::Numbers;
using lanes::Words;

SLAY_EACH_TARGET void exponentiate_all(double* values, std::size_t count) {
    for (std::size_t i = 0; i < count; i += lanes::width) {
        Numbers x;
        if (count - i >= lanes::width) {
            lanes::load(values + i, x);
            lanes::exponentiate(x);
            lanes::store(x, values + i);
        } else {
            lanes::load_some(values + i, count - i, x);
            lanes::exponentiate(x);
            lanes::store_some(x, count - i, values + i);
        }
    }
}

SLAY_EACH_TARGET void add_wave_to(const Wave& wave, const double* cosines, const double* sines,
                                  double* sums, double* squares, std::size_t count) {
    for (std::size_t i = 0; i < count; i += lanes::width) {
        Numbers c, s, sum;
        lanes::load(cosines + i, c);
        lanes::load(sines + i, s);
        lanes::load(sums + i, sum);
        Numbers e = wave.along * c + wave.across * s + wave.offset;
        lanes::exponentiate(e);
        sum += e;
        lanes::store(sum, sums + i);
        if (!squares) continue;
        Numbers square;
        const Numbers of_key = wave.a * c + wave.b * s;
        lanes::load(squares + i, square);
        square += wave.weight * of_key * of_key * e;
        lanes::store(square, squares + i);
    }
}

constexpr std::size_t pairs_at_once = 64;

// radius_squared = -2 ln u, and the direction, of pairs first, first + 1, ...
SLAY_EACH_TARGET void draw_pairs(std::uint64_t key, std::uint64_t first, double* radius_squared,
                                 double* cosine, double* sine) {
    constexpr std::uint64_t step = 0x9E3779B97F4A7C15ull;
    const Words order{0, 1, 2, 3, 4, 5, 6, 7};
    for (std::size_t i = 0; i < pairs_at_once; i += lanes::width) {
        Words one = (2 * (order + (first + i)) + 1) * step + key;
        Words two = one + step;
        lanes::mix(one);
        lanes::mix(two);
        Numbers u, turns, c, s;
        lanes::as_uniform(one, u);
        lanes::as_uniform(two, turns);
        lanes::take_logarithm(u);
        lanes::turn(turns, c, s);
        u *= -2.0;
        lanes::store(u, radius_squared + i);
        lanes::store(c, cosine + i);
        lanes::store(s, sine + i);
    }
}

// c [rows, 8] += a [rows, k] times a panel [k, 8]: six rows of c in registers.
constexpr std::size_t rows_at_once = 6, panel_depth = 256;

SLAY_EACH_TARGET void add_panel(const double* a, std::size_t stride, const double* panel, double* c,
                                std::size_t depth) {
    Numbers sums[rows_at_once];
    for (std::size_t i = 0; i < rows_at_once; ++i) lanes::load(c + i * lanes::width, sums[i]);
    for (std::size_t f = 0; f < depth; ++f) {
        Numbers b;
        lanes::load(panel + f * lanes::width, b);
        for (std::size_t i = 0; i < rows_at_once; ++i) sums[i] += a[i * stride + f] * b;
    }
    for (std::size_t i = 0; i < rows_at_once; ++i) lanes::store(sums[i], c + i * lanes::width);
}

// c += x0 b0 + x1 b1 + x2 b2 + x3 b3
SLAY_EACH_TARGET void add_four(const double* x, const double* __restrict b0,
                               const double* __restrict b1, const double* __restrict b2,
                               const double* __restrict b3, double* __restrict c,
                               std::size_t count) {
    const double x0 = x[0], x1 = x[1], x2 = x[2], x3 = x[3];
    for (std::size_t j = 0; j < count; ++j)
        c[j] = (((c[j] + x0 * b0[j]) + x1 * b1[j]) + x2 * b2[j]) + x3 * b3[j];
}

SLAY_EACH_TARGET void add_one(double x, const double* __restrict b, double* __restrict c,
                              std::size_t count) {
    for (std::size_t j = 0; j < count; ++j) c[j] += x * b[j];
}

// Fewer rows than a panel is worth: along the rows of b.
void multiply_few(std::span<const double> a, std::span<const double> b, std::span<double> c,
                  std::size_t n, std::size_t k, std::size_t m, bool lower) {
    for (std::size_t i = 0; i < n; ++i) {
        const std::size_t count = lower ? std::min(i + 1, m) : m;
        const double* x = a.data() + i * k;
        double* to = c.data() + i * m;
        std::size_t f = 0;
        for (; f + 4 <= k; f += 4) {
            const double* from = b.data() + f * m;
            add_four(x + f, from, from + m, from + 2 * m, from + 3 * m, to, count);
        }
        for (; f < k; ++f) add_one(x[f], b.data() + f * m, to, count);
    }
}

// The columns of row i that are wanted of eight from `column` on.
std::size_t wanted(std::size_t row, std::size_t column, std::size_t m, bool lower) {
    const std::size_t end = lower ? std::min(m, row + 1) : m;
    return end <= column ? 0 : std::min(end - column, lanes::width);
}

// `pack(panel, f, depth, column, count)` lays b's rows f ... of `count` columns side by side.
template <typename Pack>
void multiply(std::span<const double> a, std::span<double> c, std::size_t n, std::size_t k,
              std::size_t m, bool lower, Pack pack) {
    alignas(64) double panel[panel_depth * lanes::width];
    alignas(64) double tile[rows_at_once * lanes::width] = {};
    double spare[rows_at_once * panel_depth];
    for (std::size_t f = 0; f < k; f += panel_depth) {
        const std::size_t depth = std::min(panel_depth, k - f);
        for (std::size_t column = 0; column < m; column += lanes::width) {
            const std::size_t count = std::min(lanes::width, m - column);
            if (count < lanes::width) std::fill_n(panel, depth * lanes::width, 0.0);
            pack(panel, f, depth, column, count);
            const std::size_t begin = lower ? column / rows_at_once * rows_at_once : 0;
            for (std::size_t row = begin; row < n; row += rows_at_once) {
                const std::size_t rows = std::min(rows_at_once, n - row);
                const double* from = a.data() + row * k + f;
                std::size_t stride = k;
                if (rows < rows_at_once) {  // the last ones, beside rows of anything
                    std::fill_n(spare, rows_at_once * panel_depth, 0.0);
                    for (std::size_t i = 0; i < rows; ++i)
                        std::copy_n(from + i * k, depth, spare + i * panel_depth);
                    from = spare;
                    stride = panel_depth;
                }
                for (std::size_t i = 0; i < rows; ++i)
                    std::copy_n(c.data() + (row + i) * m + column, count, tile + i * lanes::width);
                add_panel(from, stride, panel, tile, depth);
                for (std::size_t i = 0; i < rows; ++i)
                    std::copy_n(tile + i * lanes::width, wanted(row + i, column, m, lower),
                                c.data() + (row + i) * m + column);
            }
        }
    }
}

}  // namespace

void multiply_add(std::span<const double> a, std::span<const double> b, std::span<double> c,
                  std::size_t n, std::size_t k, std::size_t m, bool lower) {
    if (n < rows_at_once) return multiply_few(a, b, c, n, k, m, lower);
    multiply(a, c, n, k, m, lower,
             [&](double* panel, std::size_t f, std::size_t depth, std::size_t column,
                 std::size_t count) {
                 for (std::size_t i = 0; i < depth; ++i)
                     std::copy_n(b.data() + (f + i) * m + column, count, panel + i * lanes::width);
             });
}

void multiply_add_transposed(std::span<const double> a, std::span<const double> b,
                             std::span<double> c, std::size_t n, std::size_t k, std::size_t m,
                             bool lower) {
    multiply(a, c, n, k, m, lower,
             [&](double* panel, std::size_t f, std::size_t depth, std::size_t column,
                 std::size_t count) {
                 for (std::size_t j = 0; j < count; ++j)
                     for (std::size_t i = 0; i < depth; ++i)
                         panel[i * lanes::width + j] = b[(column + j) * k + f + i];
             });
}

void exponentiate(std::span<double> values) {
    exponentiate_all(values.data(), values.size());
}

void add_wave(const Wave& wave, std::span<const double> cosines, std::span<const double> sines,
              std::span<double> sums, std::span<double> squares) {
    add_wave_to(wave, cosines.data(), sines.data(), sums.data(),
                squares.empty() ? nullptr : squares.data(), sums.size());
}

void draw_normals(std::uint64_t key, std::uint64_t first, std::span<double> out) {
    alignas(64) double radius[pairs_at_once], cosine[pairs_at_once], sine[pairs_at_once];
    for (std::size_t i = 0; i < out.size(); i += 2 * pairs_at_once) {
        draw_pairs(key, (first + i) / 2, radius, cosine, sine);
        const std::size_t count = std::min(2 * pairs_at_once, out.size() - i);
        for (std::size_t j = 0; j < pairs_at_once; ++j) radius[j] = std::sqrt(radius[j]);
        for (std::size_t j = 0; 2 * j + 1 < count; ++j) {
            out[i + 2 * j] = radius[j] * cosine[j];
            out[i + 2 * j + 1] = radius[j] * sine[j];
        }
        if (count % 2 != 0) out[i + count - 1] = radius[count / 2] * cosine[count / 2];
    }
}

}  // namespace slay::explore
