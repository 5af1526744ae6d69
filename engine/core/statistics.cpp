#include "engine/core/statistics.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <stdexcept>

namespace slay {
bool holds_nan(std::span<const double> samples) {
    return std::any_of(samples.begin(), samples.end(), [](double x) { return std::isnan(x); });
}

namespace {

constexpr double one_tail = 0.025;  // of a two-sided 95 % interval

void require_samples(std::span<const double> samples) {
    if (samples.empty()) throw std::invalid_argument("statistics of no samples");
    if (holds_nan(samples)) throw std::invalid_argument("statistics of samples that hold a NaN");
}

std::vector<double> sorted(std::span<const double> samples) {
    require_samples(samples);
    std::vector<double> order(samples.begin(), samples.end());
    std::sort(order.begin(), order.end());
    return order;
}

double quantile_of_sorted(const std::vector<double>& order, double p) {
    const double position = p * static_cast<double>(order.size() - 1);
    const auto below = static_cast<std::size_t>(position);
    const double fraction = position - static_cast<double>(below);
    if (fraction == 0 || order[below] == order[below + 1]) return order[below];
    return order[below] + fraction * (order[below + 1] - order[below]);
}

double log_gamma(double x) {
    int sign = 0;
    return lgamma_r(x, &sign);  // std::lgamma writes a global
}

// The largest k with P(Binomial(n, 1/2) < k) <= 2.5 %: the k-th smallest and k-th largest of n
// samples then enclose the median with at least 95 %. 0 where there is none (n < 6).
std::size_t order_statistic(std::size_t n) {
    const double count = static_cast<double>(n);
    // Further than 10 standard deviations below the middle nothing adds up to anything.
    const double start = std::max(0.0, std::floor(count / 2 - 5 * std::sqrt(count)));
    double i = start;
    double mass = std::exp(log_gamma(count + 1) - log_gamma(i + 1) - log_gamma(count - i + 1) -
                           count * std::numbers::ln2);
    double below = 0;
    while (below + mass <= one_tail) {
        below += mass;
        mass *= (count - i) / (i + 1);
        ++i;
    }
    return static_cast<std::size_t>(i);
}

MetricValue median_of_sorted(const std::vector<double>& order) {
    MetricValue result;
    result.value = quantile_of_sorted(order, 0.5);
    result.count = static_cast<std::int64_t>(order.size());
    if (const std::size_t k = order_statistic(order.size()); k > 0) {
        result.low = order[k - 1];
        result.high = order[order.size() - k];
    }
    return result;
}

// P(|T| <= t) for Student's t with a whole number of degrees of freedom (Abramowitz and Stegun,
// 26.7.3 and 26.7.4).
double t_within(double t, std::int64_t freedom) {
    const double angle = std::atan(t / std::sqrt(static_cast<double>(freedom)));
    const double cosine_squared = std::cos(angle) * std::cos(angle);
    const bool odd = freedom % 2 == 1;
    double term = odd ? std::cos(angle) : 1.0;
    double sum = freedom == 1 ? 0.0 : term;
    for (std::int64_t j = odd ? 3 : 2; j <= freedom - 2; j += 2) {
        term *= cosine_squared * static_cast<double>(j - 1) / static_cast<double>(j);
        sum += term;
    }
    if (odd) return 2 / std::numbers::pi * (angle + std::sin(angle) * sum);
    return std::sin(angle) * sum;
}

// The t that 2.5 % lie above.
double t_quantile(std::int64_t freedom) {
    constexpr double z = 1.959963984540054;
    if (freedom > 400) {  // Cornish-Fisher, exact to 1e-9 there
        const double n = static_cast<double>(freedom);
        const double z3 = z * z * z, z5 = z3 * z * z, z7 = z5 * z * z;
        return z + (z3 + z) / (4 * n) + (5 * z5 + 16 * z3 + 3 * z) / (96 * n * n) +
               (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * n * n * n);
    }
    return student_t(1 - 2 * one_tail, freedom);
}

}  // namespace

double median(std::span<const double> samples) {
    return quantile_of_sorted(sorted(samples), 0.5);
}

double quantile(std::span<const double> samples, double p) {
    if (!(p >= 0 && p <= 1)) throw std::invalid_argument("a quantile outside 0 ... 1");
    return quantile_of_sorted(sorted(samples), p);
}

double mean(std::span<const double> samples) {
    require_samples(samples);
    return std::accumulate(samples.begin(), samples.end(), 0.0) /
           static_cast<double>(samples.size());
}

double standard_deviation(std::span<const double> samples) {
    const double centre = mean(samples);
    if (samples.size() < 2) return 0;
    double sum = 0;
    for (const double x : samples) sum += (x - centre) * (x - centre);
    return std::sqrt(sum / static_cast<double>(samples.size() - 1));
}

MetricValue median_with_interval(std::span<const double> samples) {
    return median_of_sorted(sorted(samples));
}

MetricValue mean_with_interval(std::span<const double> samples) {
    MetricValue result;
    result.value = mean(samples);
    result.count = static_cast<std::int64_t>(samples.size());
    if (samples.size() < 2) return result;
    const double half = t_quantile(result.count - 1) * standard_deviation(samples) /
                        std::sqrt(static_cast<double>(samples.size()));
    result.low = result.value - half;
    result.high = result.value + half;
    return result;
}

MetricValue paired_ratio(std::span<const double> numerator, std::span<const double> denominator) {
    if (numerator.size() != denominator.size())
        throw std::invalid_argument("a paired ratio of spans of different lengths");
    std::vector<double> ratios(numerator.size());
    for (std::size_t i = 0; i < ratios.size(); ++i) ratios[i] = numerator[i] / denominator[i];
    return median_with_interval(ratios);
}

double student_t(double confidence, std::int64_t freedom) {
    if (!(confidence > 0 && confidence < 1) || freedom < 1)
        throw std::invalid_argument("a Student t of no confidence or no degrees of freedom");
    double low = 0, high = 1;
    while (t_within(high, freedom) < confidence) high *= 2;
    for (int step = 0; step < 60; ++step) {
        const double middle = (low + high) / 2;
        (t_within(middle, freedom) < confidence ? low : high) = middle;
    }
    return (low + high) / 2;
}

SampleSummary summarise(std::span<const double> samples) {
    const std::vector<double> order = sorted(samples);
    return {median_of_sorted(order), quantile_of_sorted(order, 0.2), quantile_of_sorted(order, 0.8),
            order.front(), order.back()};
}

}  // namespace slay
