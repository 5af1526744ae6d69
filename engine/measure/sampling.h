// Warm-up and sampling in rounds (measurement.md, "Latency"). Knows neither LibTorch nor a device:
// whatever can time itself once can be sampled, a fake workload too.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <random>
#include <span>
#include <vector>

#include "engine/core/sweep_spec.h"
#include "engine/run/run_control.h"

namespace slay {

// One iteration of whatever is measured: runs it and returns its duration in ms. May throw.
using TimedIteration = std::function<double()>;

// Seconds on a clock that only goes forward.
using Clock = std::function<double()>;
Clock steady_seconds();

struct SamplingSettings {
    int warmup_iterations = 10;        // at least, unless the warm-up's time is spent
    int max_warmup_iterations = 2000;  // at most
    double warmup_seconds = 1.0;       // per subject
    double warmup_drift = 0.01;        // of the windowed median, below which a subject is warm
    int min_samples = 10;
    int max_samples = 1000;
    double relative_interval = 0.005;
    double point_seconds = 2.0;  // per subject: time spent in its iterations
};
SamplingSettings sampling_settings(const Measurement& measurement);

struct SamplingSubject {
    TimedIteration iteration;
    // Told of raw samples in the order taken; `first_round` is the round of values[0], and a
    // subject takes part in consecutive rounds.
    std::function<void(std::int64_t first_round, std::span<const double> values)> report;
};

enum class SamplingEnd { converged, budget_spent, sample_limit, failed, stopped };

struct SamplingOutcome {
    SamplingEnd end = SamplingEnd::stopped;
    std::vector<double> values;  // ms, one a round
    std::int64_t first_round = 0;
    double spent_seconds = 0;
    std::exception_ptr failure;  // of the iteration that threw; earlier samples are kept
};

struct WarmupOutcome {
    int iterations = 0;
    bool settled = false;  // the windowed median drifted by less than asked for
    bool stopped = false;
    std::exception_ptr failure;
};

// Whether the 95 % interval of the median lies within +-relative_interval of it.
bool has_converged(std::span<const double> values, double relative_interval);

// Half the width of the 95 % interval of the median, as a fraction of it; infinite without one.
double relative_half_width(std::span<const double> values);

class RoundSampler {
  public:
    RoundSampler(SamplingSettings settings, std::uint64_t seed, RunControl& control,
                 Clock clock = steady_seconds());

    // Iterates until warm, the warm-up's time is spent, or a stop. At least one iteration.
    WarmupOutcome warm_up(const TimedIteration& iteration);

    // Rounds: each subject that still needs samples runs once a round, in an order drawn anew for
    // every round. A subject that throws drops out. Rounds are numbered on through later calls.
    std::vector<SamplingOutcome> sample(std::span<const SamplingSubject> subjects);

  private:
    bool take(const SamplingSubject& subject, SamplingOutcome& outcome);

    SamplingSettings settings_;
    std::mt19937_64 random_;
    RunControl& control_;
    Clock clock_;
    std::int64_t next_round_ = 0;
};

}  // namespace slay
