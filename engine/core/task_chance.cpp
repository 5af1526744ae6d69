#include "engine/core/task_chance.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace slay {
namespace {

double log_choose(double n, double k) {
    return std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1);
}

double binomial(std::int64_t n, std::int64_t k, double p) {
    if (p <= 0) return k == 0 ? 1 : 0;
    if (p >= 1) return k == n ? 1 : 0;
    const auto a = static_cast<double>(n), b = static_cast<double>(k);
    return std::exp(log_choose(a, b) + b * std::log(p) + (a - b) * std::log1p(-p));
}

// Beyond this many terms the density at its mode, over V, is as good.
constexpr double most_terms = 2e6;

// The density of the i-th smallest of n uniforms on (0, 1) at its mode: Beta(i, n - i + 1).
double density_at_mode(std::int64_t n, std::int64_t i) {
    const auto a = static_cast<double>(i), b = static_cast<double>(n - i + 1);
    if (n == 1) return 1;
    const double mode = (a - 1) / (a + b - 2);
    double log_density = std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b);
    if (a > 1) log_density += (a - 1) * std::log(mode);
    if (b > 1) log_density += (b - 1) * std::log1p(-mode);
    return std::exp(log_density);
}

}  // namespace

double sorted_guess(std::int64_t n, std::int64_t vocabulary) {
    const auto v_count = static_cast<double>(vocabulary), draws = static_cast<double>(n);
    double sum = 0;
    if (v_count * draws > most_terms) {
        for (std::int64_t i = 1; i <= n; ++i) sum += density_at_mode(n, i) / v_count;
        return std::min(1.0, sum / draws);
    }
    // P(X_(i) <= v) = P(at least i draws are <= v), for all i from one tail of the binomial.
    std::vector<double> best(static_cast<std::size_t>(n), 0), before(best);
    for (std::int64_t v = 0; v < vocabulary; ++v) {
        const double p = static_cast<double>(v + 1) / v_count;
        double tail = 0;
        for (std::int64_t i = n; i >= 1; --i) {
            const auto at = static_cast<std::size_t>(i - 1);
            tail += binomial(n, i, p);
            best[at] = std::max(best[at], tail - before[at]);
            before[at] = tail;
        }
    }
    for (const double each : best) sum += each;
    return sum / draws;
}

double count_guess(std::int64_t n, std::int64_t k, std::int64_t vocabulary) {
    const double p = 1 / static_cast<double>(k);
    const std::int64_t last = vocabulary - 1;
    double best = 0, rest = 1;
    for (std::int64_t count = 0; count < std::min(last, n + 1); ++count) {
        const double here = binomial(n, count, p);
        best = std::max(best, here);
        rest -= here;
    }
    return last <= n ? std::max(best, rest) : best;
}

}  // namespace slay
