// A variant of a latency group on its way from warm-up to result.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "engine/core/point.h"
#include "engine/core/sweep_spec.h"
#include "engine/experiments/graphed_pass.h"
#include "engine/measure/nvml.h"
#include "engine/measure/sampling.h"

namespace slay {

struct LatencyCandidate {
    LatencyCandidate(const Point& measured, const Nvml* nvml) : point(measured), clocks(nvml) {}

    // What is timed.
    MeasuredPass& measured() { return graphed ? static_cast<MeasuredPass&>(*graphed) : *pass; }

    const Point& point;
    PointSetup setup;
    std::unique_ptr<AttentionPass> pass;
    std::unique_ptr<GraphedPass> graphed;  // where graphs are asked for; destroyed before `pass`
    double implementation_error = 0;
    double free_bytes = 0;  // of the device when it began
    double peak_bytes = 0;  // of its warm-up, on a GPU
    bool alone = false;     // too large to be measured beside others
    bool finished = false;

    WarmupOutcome warmup;
    SamplingOutcome outcome;
    ClockLog clocks;
    // The allocator called the driver, which takes longer than a pass: samples that have this in
    // them, and passes that were taken again because of it.
    std::int64_t allocating_samples = 0, repeated_passes = 0;

    // Of a throttled point that was measured again: what came first.
    std::optional<SamplingOutcome> first_outcome;
    std::string first_throttling;
};

struct LatencySurroundings {
    bool gpu = false;
    int threads = 0;
    std::optional<double> busy_cores;  // with anything else
};

// State, metrics and notes. The figures that follow from the samples alone are left to the record
// (derived_metrics), but for a point measured again, whose figures are those of its second attempt.
PointResult latency_result(const LatencyCandidate& candidate, const Measurement& measurement,
                           const LatencySurroundings& surroundings);

}  // namespace slay
