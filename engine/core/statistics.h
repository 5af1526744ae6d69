// Order statistics of samples. No function alters or drops a sample; NaN samples throw.
#pragma once

#include <span>
#include <vector>

#include "engine/core/metric.h"

namespace slay {

// A record of a stranger may hold a NaN where a time should be: asked before any of what follows.
bool holds_nan(std::span<const double> samples);

double median(std::span<const double> samples);              // throws when empty
double quantile(std::span<const double> samples, double p);  // linear interpolation, 0 <= p <= 1
double mean(std::span<const double> samples);
double standard_deviation(std::span<const double> samples);  // n - 1; 0 for one sample

// The 95 % confidence interval of the median by order statistics (binomial; no distribution is
// assumed). With fewer than 6 samples no such interval exists: low and high are then empty.
MetricValue median_with_interval(std::span<const double> samples);

// Mean with the 95 % Student t interval; with one sample no interval.
MetricValue mean_with_interval(std::span<const double> samples);

// The median of the pairwise ratios numerator[i] / denominator[i] with its interval: pairs were
// measured in the same round. Both spans have the same length.
MetricValue paired_ratio(std::span<const double> numerator, std::span<const double> denominator);

// The t that a Student variable of so many degrees of freedom (at least 1) stays within with that
// confidence (0 < confidence < 1): 12.706 for 0.95 and 1.
double student_t(double confidence, std::int64_t freedom);

struct SampleSummary {
    MetricValue median;  // with interval
    double p20 = 0, p80 = 0, minimum = 0, maximum = 0;
};
SampleSummary summarise(std::span<const double> samples);

}  // namespace slay
