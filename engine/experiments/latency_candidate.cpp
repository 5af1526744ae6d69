#include "engine/experiments/latency_candidate.h"

#include <fmt/format.h>

#include <cmath>

#include "engine/core/statistics.h"
#include "engine/core/units.h"

namespace slay {
namespace {

std::string unconverged_reason(const SamplingOutcome& outcome, const Measurement& measurement) {
    const double width = relative_half_width(outcome.values);
    const std::string interval = std::isfinite(width)
                                     ? fmt::format("The 95 % interval of the median is +-{} %",
                                                   format_number(100 * width, 2))
                                     : std::string("There are too few samples for an interval");
    const std::string limit = outcome.end == SamplingEnd::sample_limit
                                  ? "at the limit of samples"
                                  : "when the point's time was spent";
    return fmt::format("{} after {} samples, {} ({}); asked for +-{} %.", interval,
                       outcome.values.size(), limit, format_duration(outcome.spent_seconds),
                       format_number(100 * measurement.relative_interval, 2));
}

void add_latency(PointResult& result, const LatencyCandidate& candidate) {
    const SampleSummary summary = summarise(candidate.outcome.values);
    result.metrics["latency_ms"] = summary.median;
    const auto add = [&](const char* metric, double value) {
        result.metrics[metric].value = value;
        result.metrics[metric].count = summary.median.count;
    };
    add("latency_p20_ms", summary.p20);
    add("latency_p80_ms", summary.p80);
    add("latency_min_ms", summary.minimum);
    if (summary.median.value > 0) {
        const double tokens = static_cast<double>(candidate.setup.batch * candidate.setup.length);
        add("tokens_per_s", tokens / (summary.median.value / 1e3));
    }
}

void add_clocks(PointResult& result, const LatencyCandidate& candidate) {
    const ClockLog& clocks = candidate.clocks;
    result.notes["clocks"] = clocks.describe();
    if (clocks.median_sm_mhz() > 0) result.metrics["sm_clock_mhz"].value = clocks.median_sm_mhz();
    if (clocks.median_watts() > 0) result.metrics["power_w"].value = clocks.median_watts();
    if (!clocks.known()) return;
    result.notes["throttle"] = clocks.throttling();
    if (!candidate.first_throttling.empty()) {
        result.notes["throttle"] =
            fmt::format("{}; measured again: {}", candidate.first_throttling, clocks.throttling());
    }
}

std::string arithmetic_of(const LatencyCandidate& candidate, const Measurement& measurement,
                          bool gpu) {
    const DataType type = candidate.setup.type;
    if (type != DataType::float32 && type != DataType::tf32) return std::string(to_string(type));
    return type == DataType::tf32 || (gpu && measurement.tf32) ? "TF32" : "float32 (IEEE)";
}

}  // namespace

PointResult latency_result(const LatencyCandidate& candidate, const Measurement& measurement,
                           const LatencySurroundings& surroundings) {
    PointResult result;
    const SamplingOutcome& outcome = candidate.outcome;
    result.state = outcome.end == SamplingEnd::converged ? PointState::ok : PointState::unconverged;
    if (result.state == PointState::unconverged) {
        result.reason = unconverged_reason(outcome, measurement);
    }
    result.metrics["implementation_error"].value = candidate.implementation_error;
    if (candidate.first_outcome) add_latency(result, candidate);
    if (surroundings.busy_cores) result.metrics["cpu_load"].value = *surroundings.busy_cores;

    const std::string backend = candidate.pass->backend();
    if (!backend.empty()) result.notes["backend"] = backend;
    result.notes["implementation"] = implementation_of(backend);
    result.notes["launch"] = candidate.graphed ? candidate.graphed->launch() : "eager";
    result.notes["arithmetic"] = arithmetic_of(candidate, measurement, surroundings.gpu);
    result.notes["warmup"] = fmt::format("{} iterations, {}", candidate.warmup.iterations,
                                         candidate.warmup.settled ? "settled" : "not settled");
    if (surroundings.gpu) {
        result.notes["l2"] = measurement.l2;
        add_clocks(result, candidate);
        if (candidate.alone) result.notes["rounds"] = "measured alone: too large to share the GPU";
        if (candidate.allocating_samples > 0) {
            result.notes["allocator"] =
                fmt::format("{} of {} samples waited for the allocator to call the driver",
                            candidate.allocating_samples, outcome.values.size());
        } else if (candidate.repeated_passes > 0) {
            result.notes["allocator"] =
                fmt::format("{} passes taken again, because the allocator called the driver",
                            candidate.repeated_passes);
        }
    } else {
        result.notes["l2"] = "as the other variants of the round leave it";
        result.notes["threads"] = std::to_string(surroundings.threads);
    }
    return result;
}

}  // namespace slay
