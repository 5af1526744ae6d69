#include "engine/measure/sampling.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>

#include "engine/core/statistics.h"

namespace slay {
namespace {

constexpr double kReportEverySeconds = 0.25;
constexpr std::size_t kSamplesForAnInterval = 6;  // fewer have no 95 % interval of the median

// Samples not yet told of: reported in batches, so that a journal gets lines and not a flood.
class Reporter {
  public:
    Reporter(const SamplingSubject& subject, std::int64_t first_round, double now)
        : subject_(subject), first_round_(first_round), last_report_(now) {}

    void maybe_report(const std::vector<double>& values, double now, bool final) {
        if (values.size() == reported_) return;
        if (!final && now - last_report_ < kReportEverySeconds) return;
        if (subject_.report) {
            subject_.report(first_round_ + static_cast<std::int64_t>(reported_),
                            std::span(values).subspan(reported_));
        }
        reported_ = values.size();
        last_report_ = now;
    }

  private:
    const SamplingSubject& subject_;
    std::int64_t first_round_;
    double last_report_;
    std::size_t reported_ = 0;
};

// The interval costs a sort: looked at after every sample while there are few, then every tenth.
bool is_time_to_look(std::size_t count) {
    return count < 100 || count % 10 == 0;
}

}  // namespace

Clock steady_seconds() {
    return [] {
        const auto now = std::chrono::steady_clock::now().time_since_epoch();
        return std::chrono::duration<double>(now).count();
    };
}

SamplingSettings sampling_settings(const Measurement& measurement) {
    SamplingSettings settings;
    settings.warmup_iterations = measurement.warmup_iterations;
    settings.max_warmup_iterations = std::max(2000, measurement.warmup_iterations);
    settings.warmup_seconds = measurement.point_seconds / 2;
    settings.min_samples = measurement.min_samples;
    settings.max_samples = measurement.max_samples;
    settings.relative_interval = measurement.relative_interval;
    settings.point_seconds = measurement.point_seconds;
    return settings;
}

double relative_half_width(std::span<const double> values) {
    if (values.size() < kSamplesForAnInterval) return std::numeric_limits<double>::infinity();
    const MetricValue value = median_with_interval(values);
    if (!value.low || !value.high || value.value <= 0) {
        return std::numeric_limits<double>::infinity();
    }
    return std::max(value.value - *value.low, *value.high - value.value) / value.value;
}

bool has_converged(std::span<const double> values, double relative_interval) {
    return relative_half_width(values) <= relative_interval;
}

RoundSampler::RoundSampler(SamplingSettings settings, std::uint64_t seed, RunControl& control,
                           Clock clock)
    : settings_(settings), random_(seed), control_(control), clock_(std::move(clock)) {}

WarmupOutcome RoundSampler::warm_up(const TimedIteration& iteration) {
    WarmupOutcome outcome;
    // Two windows that lie side by side make up the smallest warm-up.
    const auto window = static_cast<std::size_t>(std::max(3, settings_.warmup_iterations / 2));
    std::vector<double> durations;
    double spent = 0;
    while (outcome.iterations < settings_.max_warmup_iterations) {
        if (!control_.wait_while_paused()) {
            outcome.stopped = true;
            return outcome;
        }
        const double begin = clock_();
        try {
            durations.push_back(iteration());
        } catch (...) {
            outcome.failure = std::current_exception();
            return outcome;
        }
        spent += clock_() - begin;
        ++outcome.iterations;
        if (durations.size() >= 2 * window && outcome.iterations >= settings_.warmup_iterations) {
            const std::span<const double> all(durations);
            const double latest = median(all.last(window));
            const double before = median(all.last(2 * window).first(window));
            if (std::abs(latest - before) < settings_.warmup_drift * before) {
                outcome.settled = true;
                return outcome;
            }
        }
        if (spent >= settings_.warmup_seconds) return outcome;
    }
    return outcome;
}

// Takes one sample; returns whether the subject needs more.
bool RoundSampler::take(const SamplingSubject& subject, SamplingOutcome& outcome) {
    const double begin = clock_();
    try {
        outcome.values.push_back(subject.iteration());
    } catch (...) {
        outcome.failure = std::current_exception();
        outcome.end = SamplingEnd::failed;
        return false;
    }
    outcome.spent_seconds += clock_() - begin;

    const std::size_t count = outcome.values.size();
    const auto wanted = static_cast<std::size_t>(std::max(settings_.min_samples, 1));
    if (count >= wanted && is_time_to_look(count) &&
        has_converged(outcome.values, settings_.relative_interval)) {
        outcome.end = SamplingEnd::converged;
        return false;
    }
    const bool limit = count >= static_cast<std::size_t>(std::max(settings_.max_samples, 1));
    const bool spent = outcome.spent_seconds >= settings_.point_seconds;
    if (!limit && !spent) return true;
    if (count >= wanted && has_converged(outcome.values, settings_.relative_interval)) {
        outcome.end = SamplingEnd::converged;
    } else {
        outcome.end = limit ? SamplingEnd::sample_limit : SamplingEnd::budget_spent;
    }
    return false;
}

std::vector<SamplingOutcome> RoundSampler::sample(std::span<const SamplingSubject> subjects) {
    std::vector<SamplingOutcome> outcomes(subjects.size());
    std::vector<Reporter> reporters;
    reporters.reserve(subjects.size());
    for (std::size_t i = 0; i < subjects.size(); ++i) {
        outcomes[i].first_round = next_round_;
        reporters.emplace_back(subjects[i], next_round_, clock_());
    }
    std::vector<std::size_t> active(subjects.size());
    std::iota(active.begin(), active.end(), std::size_t{0});

    while (!active.empty()) {
        std::shuffle(active.begin(), active.end(), random_);
        std::vector<std::size_t> still_active;
        for (const std::size_t i : active) {
            if (!control_.wait_while_paused()) {  // the rest of the round is not taken
                for (std::size_t j = 0; j < subjects.size(); ++j) {
                    reporters[j].maybe_report(outcomes[j].values, clock_(), true);
                }
                return outcomes;
            }
            const bool more = take(subjects[i], outcomes[i]);
            if (more) still_active.push_back(i);
            reporters[i].maybe_report(outcomes[i].values, clock_(), !more);
        }
        active = std::move(still_active);
        ++next_round_;
    }
    return outcomes;
}

}  // namespace slay
