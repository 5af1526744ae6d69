// Whether one measurement differs from another, so that two measurements of the same thing do not.
#pragma once

#include <span>
#include <string_view>

#include "engine/core/metric.h"

namespace slay {

struct CompareRules {
    // Of the interval of a ratio. Many ratios stand in one table: 95 % would call one in twenty
    // pairs of equals different.
    double confidence = 0.99;
    // What two runs of one program differ by though nothing was changed (clocks, placement in
    // memory): a ratio within 1 / (1 + margin) ... 1 + margin is no difference, however narrow its
    // interval.
    double margin = 0.02;

    // Samples that were taken at different times, in another process at another hour, differ by
    // more than their own interval says: what holds a sample up (launches by a busy host, a clock)
    // holds for the whole of a run. A difference has to lie beyond half as much again as `margin`,
    // and beyond this many spreads of single samples, half the distance of their 16th and 84th
    // percentile, both runs' together.
    double spreads = 5;
    // Where either spread is larger than `calm`, the time is not the device's own: medians of
    // equals were 0.035 and 0.102 ms, or 0.39 and 0.78 ms, on an H100 with a busy host. A
    // difference then also has to be larger than `host_jitter`, in the unit of the samples; 0: not
    // asked for.
    double calm = 0.03;
    double host_jitter = 0;
};

// The rules for latencies in milliseconds on a device: "cpu" with a margin of 5 %, a GPU with 2 %
// and a host jitter of 0.1 ms.
CompareRules rules_for(std::string_view device);

enum class Verdict { unknown, better, worse, no_difference };

struct Compared {
    // The second over the first: below 1 the second is lower. low and high at the rules'
    // confidence, absent where there are too few samples; count: of the smaller side.
    MetricValue ratio;
    Verdict verdict = Verdict::unknown;
};

// Samples taken at different times. The interval is that of batch medians, so that samples which
// resemble their neighbours (a slow drift, a warm cache) do not pass for independent ones; the
// verdict asks for more than the interval does (`spreads`, `host_jitter`). Fewer than 8 samples on
// either side give a ratio alone, and no verdict. Values that are not positive
// and finite give nothing.
Compared compare_samples(std::span<const double> first, std::span<const double> second,
                         Better better, const CompareRules& rules);

// Samples taken in pairs: first[i] and second[i] in the same round. As above from the ratios.
Compared compare_pairs(std::span<const double> first, std::span<const double> second, Better better,
                       const CompareRules& rules);

// Figures without samples: a measured size, or a mean with its 95 % interval. Where both have an
// interval they are combined; where neither has one, they are taken as exact and the margin alone
// decides; where only one has, its interval counts.
Compared compare_values(const MetricValue& first, const MetricValue& second, Better better,
                        const CompareRules& rules);

// "faster", "slower" for a time; "better", "worse" else; "no difference"; "" for unknown.
std::string_view verdict_words(Verdict verdict, std::string_view metric);

}  // namespace slay
