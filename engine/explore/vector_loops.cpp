#include "engine/explore/vector_loops.h"

#include <algorithm>
#include <bit>
#include <cstdint>

// One function, two instruction sets, chosen when the program is loaded. Sanitizers do not go
// together with that.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define SLAY_TWO_TARGETS __attribute__((target_clones("avx2", "default")))
#else
#define SLAY_TWO_TARGETS
#endif

namespace slay::explore {
namespace {

// c += x0 b0 + x1 b1 + x2 b2 + x3 b3
SLAY_TWO_TARGETS void add_four(const double* x, const double* __restrict b0,
                               const double* __restrict b1, const double* __restrict b2,
                               const double* __restrict b3, double* __restrict c,
                               std::size_t count) {
    const double x0 = x[0], x1 = x[1], x2 = x[2], x3 = x[3];
    for (std::size_t j = 0; j < count; ++j)
        c[j] = (((c[j] + x0 * b0[j]) + x1 * b1[j]) + x2 * b2[j]) + x3 * b3[j];
}

SLAY_TWO_TARGETS void add_one(double x, const double* __restrict b, double* __restrict c,
                              std::size_t count) {
    for (std::size_t j = 0; j < count; ++j) c[j] += x * b[j];
}

// exp(x) = 2^n exp(r), n = round(x / ln 2), |r| <= ln 2 / 2, exp(r) by its series up to r^13.
SLAY_TWO_TARGETS void exponentiate_all(double* values, std::size_t count) {
    constexpr double to_integer = 6755399441055744.0;  // 1.5 * 2^52: its low bits count whole units
    constexpr double ln2_high = 6.93147180369123816490e-01, ln2_low = 1.90821492927058770002e-10;
    constexpr double per_ln2 = 1.44269504088896338700;
    for (std::size_t i = 0; i < count; ++i) {
        const double x = std::min(std::max(values[i], -700.0), 700.0);
        const double shifted = x * per_ln2 + to_integer;
        const double n = shifted - to_integer;
        const double r = (x - n * ln2_high) - n * ln2_low;
        double sum = 1.0 / 6227020800;
        sum = sum * r + 1.0 / 479001600;
        sum = sum * r + 1.0 / 39916800;
        sum = sum * r + 1.0 / 3628800;
        sum = sum * r + 1.0 / 362880;
        sum = sum * r + 1.0 / 40320;
        sum = sum * r + 1.0 / 5040;
        sum = sum * r + 1.0 / 720;
        sum = sum * r + 1.0 / 120;
        sum = sum * r + 1.0 / 24;
        sum = sum * r + 1.0 / 6;
        sum = sum * r + 0.5;
        sum = sum * r * r + r + 1;
        const std::uint64_t power = (std::bit_cast<std::uint64_t>(shifted) + 1023) << 52;
        values[i] = values[i] < -700.0 ? 0.0 : sum * std::bit_cast<double>(power);
    }
}

}  // namespace

void multiply_add(std::span<const double> a, std::span<const double> b, std::span<double> c,
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

void exponentiate(std::span<double> values) {
    exponentiate_all(values.data(), values.size());
}

}  // namespace slay::explore
