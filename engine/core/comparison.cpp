#include "engine/core/comparison.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "engine/core/statistics.h"

namespace slay {
namespace {

constexpr std::size_t fewest_samples = 8;
constexpr std::size_t most_batches = 20;

bool usable(std::span<const double> samples) {
    return !samples.empty() && std::all_of(samples.begin(), samples.end(),
                                           [](double x) { return std::isfinite(x) && x > 0; });
}

bool usable(const MetricValue& value) {
    return std::isfinite(value.value) && value.value > 0;
}

// The medians of consecutive batches, as logarithms.
std::vector<double> batch_logs(std::span<const double> samples) {
    // A batch of three or more is not moved by one sample that was interrupted.
    const std::size_t few = std::min<std::size_t>(samples.size() / 3, 6);
    const std::size_t batches =
        std::clamp<std::size_t>(samples.size() / 5, std::max<std::size_t>(few, 2), most_batches);
    std::vector<double> logs;
    for (std::size_t i = 0; i < batches; ++i) {
        const std::size_t begin = i * samples.size() / batches;
        const std::size_t end = (i + 1) * samples.size() / batches;
        logs.push_back(std::log(median(samples.subspan(begin, end - begin))));
    }
    return logs;
}

struct Spread {
    double variance = 0;  // of the mean
    double freedom = 1;
};

Spread spread_of(const std::vector<double>& logs) {
    const double deviation = standard_deviation(logs);
    const auto count = static_cast<double>(logs.size());
    return {deviation * deviation / count, count - 1};
}

// The difference of two logarithms with that variance becomes the interval of the ratio.
void set_interval(MetricValue& ratio, double variance, double freedom, double confidence) {
    const auto whole = std::max<std::int64_t>(1, static_cast<std::int64_t>(freedom));
    const double half = student_t(confidence, whole) * std::sqrt(variance);
    ratio.low = ratio.value * std::exp(-half);
    ratio.high = ratio.value * std::exp(half);
}

// A difference is one where the whole interval lies beyond the margin.
Verdict judge(double low, double high, Better better, const CompareRules& rules) {
    const bool above = low > 1 + rules.margin, below = high < 1 / (1 + rules.margin);
    if (!above && !below) return Verdict::no_difference;
    if (better == Better::neither) return Verdict::unknown;
    return below == (better == Better::lower) ? Verdict::better : Verdict::worse;
}

// Half the distance of the 16th and the 84th percentile, of the logarithms: a standard deviation
// that single outliers do not move.
double spread_of_samples(std::span<const double> samples) {
    std::vector<double> sorted(samples.begin(), samples.end());
    std::sort(sorted.begin(), sorted.end());
    const auto at = [&](double part) {
        const auto index = static_cast<std::size_t>(part * static_cast<double>(sorted.size()));
        return std::log(sorted[std::min(index, sorted.size() - 1)]);
    };
    return (at(0.84) - at(0.16)) / 2;
}

// What two runs of one program have to differ by, beyond the rules' own margin.
CompareRules between_runs(std::span<const double> first, std::span<const double> second,
                          CompareRules rules) {
    const double a = spread_of_samples(first), b = spread_of_samples(second);
    rules.margin = std::max(1.5 * rules.margin, std::expm1(rules.spreads * std::hypot(a, b)));
    const double apart = std::abs(median(first) - median(second));
    if (std::max(a, b) > rules.calm && apart <= rules.host_jitter)
        rules.margin = std::numeric_limits<double>::infinity();
    return rules;
}

// Half the interval on the logarithmic scale; 0 for a figure without one.
double log_half_width(const MetricValue& value) {
    if (!value.low || !value.high || !(*value.low > 0) || !(*value.high > 0)) return 0;
    return std::max(std::log(*value.high / value.value), std::log(value.value / *value.low));
}

}  // namespace

CompareRules rules_for(std::string_view device) {
    CompareRules rules;
    if (device == "cpu") {
        rules.margin = 0.05;
        rules.spreads = 1.5;
    } else {
        rules.host_jitter = 0.1;
    }
    return rules;
}

Compared compare_samples(std::span<const double> first, std::span<const double> second,
                         Better better, const CompareRules& rules) {
    Compared out;
    if (!usable(first) || !usable(second)) return out;
    out.ratio.value = median(second) / median(first);
    out.ratio.count = static_cast<std::int64_t>(std::min(first.size(), second.size()));
    if (std::min(first.size(), second.size()) < fewest_samples) return out;
    const Spread a = spread_of(batch_logs(first)), b = spread_of(batch_logs(second));
    const double variance = a.variance + b.variance;
    // Welch's degrees of freedom.
    const double parts = a.variance * a.variance / a.freedom + b.variance * b.variance / b.freedom;
    const double freedom = parts > 0 ? variance * variance / parts : std::min(a.freedom, b.freedom);
    set_interval(out.ratio, variance, freedom, rules.confidence);
    out.verdict =
        judge(*out.ratio.low, *out.ratio.high, better, between_runs(first, second, rules));
    return out;
}

Compared compare_pairs(std::span<const double> first, std::span<const double> second, Better better,
                       const CompareRules& rules) {
    Compared out;
    if (first.size() != second.size() || !usable(first) || !usable(second)) return out;
    std::vector<double> ratios(first.size());
    for (std::size_t i = 0; i < ratios.size(); ++i) ratios[i] = second[i] / first[i];
    out.ratio.value = median(ratios);
    out.ratio.count = static_cast<std::int64_t>(ratios.size());
    if (ratios.size() < fewest_samples) return out;
    const Spread spread = spread_of(batch_logs(ratios));
    set_interval(out.ratio, spread.variance, spread.freedom, rules.confidence);
    out.verdict = judge(*out.ratio.low, *out.ratio.high, better, rules);
    return out;
}

Compared compare_values(const MetricValue& first, const MetricValue& second, Better better,
                        const CompareRules& rules) {
    Compared out;
    if (!usable(first) || !usable(second)) return out;
    out.ratio.value = second.value / first.value;
    out.ratio.count = std::min(first.count, second.count);
    const double half = std::hypot(log_half_width(first), log_half_width(second));
    if (half > 0) {
        out.ratio.low = out.ratio.value * std::exp(-half);
        out.ratio.high = out.ratio.value * std::exp(half);
    }
    out.verdict = judge(out.ratio.low.value_or(out.ratio.value),
                        out.ratio.high.value_or(out.ratio.value), better, rules);
    return out;
}

std::string_view verdict_words(Verdict verdict, std::string_view metric) {
    const bool time = metric.starts_with("latency") || metric.ends_with("_s");
    switch (verdict) {
        case Verdict::better:
            return time ? "faster" : "better";
        case Verdict::worse:
            return time ? "slower" : "worse";
        case Verdict::no_difference:
            return "no difference";
        case Verdict::unknown:
            break;
    }
    return "";
}

}  // namespace slay
