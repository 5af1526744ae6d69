// Experiment: the longest sequence of which one pass without gradients fits into a memory budget,
// and the longest that also takes no longer than one would wait.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/attention/builtin_variants.h"
#include "engine/core/cost_shape.h"
#include "engine/core/units.h"
#include "engine/experiments/attention_pass.h"
#include "engine/experiments/context_probe.h"
#include "engine/experiments/experiment.h"
#include "engine/experiments/probe_point.h"
#include "engine/measure/gpu.h"

namespace slay {
namespace {

// The probe of a CPU is given up only when it takes this many times what it may.
constexpr double kPatience = 20;
constexpr double kLeastPatienceSeconds = 300;

// The search at one point.
class ContextSearch {
  public:
    ContextSearch(const Point& point, ExperimentContext& context)
        : point_(point), context_(context) {}

    // Empty: a stop was requested.
    std::optional<PointResult> run() {
        limit_bytes_ = current_limit();
        const Measurement& measurement = context_.measurement();
        ContextSettings settings;
        settings.pass_seconds = measurement.pass_seconds;
        settings.patience_seconds = measurement.patience_seconds;
        settings.growth = is_quadratic(cost_shape(point_)) ? 2 : 1;
        const ContextLimits limits =
            search_context(settings, [this](std::int64_t length, double expected) {
                std::optional<ProbedLength> taken = probe(length, expected);
                if (taken) report(*taken);
                return taken;
            });
        if (failure_) return failure_;
        if (limits.bound == ContextLimits::Bound::interrupted) return std::nullopt;
        return result_of(limits);
    }

  private:
    // What a pass may take with its inputs and weights.
    double current_limit() const {
        const double budget = context_.measurement().memory_budget_gb;
        if (context_.device.gpu) return std::min(budget * 1e9, context_.device.memory_bytes);
        return admission_limit(budget, context_.device.free_bytes()).bytes;
    }

    Point at_length(std::int64_t length) const {
        Point point = point_;
        point.parameters.set("length", length);
        return point;
    }

    std::optional<ProbedLength> probe(std::int64_t length, double expected_seconds) {
        if (!context_.run.control.wait_while_paused() || context_.stopping()) return std::nullopt;
        return context_.device.gpu ? on_gpu(length, expected_seconds)
                                   : in_process(length, expected_seconds);
    }

    std::optional<ProbedLength> on_gpu(std::int64_t length, double expected_seconds) {
        MeasuringDevice& device = context_.device;
        device.release_cache();
        const double free = device.free_bytes();
        const Point point = at_length(length);
        try {
            ContextProbe probe =
                probe_context_on_gpu(point_setup(point), *device.gpu, device.torch_device(),
                                     expected_seconds < kRehearsedSeconds);
            if (!probe.backend.empty()) backend_ = probe.backend;
            return probe.taken;
        } catch (...) {
            const Failure failure = classify_failure(std::current_exception(), device.gpu);
            if (failure.context_lost) device.lost = failure.message;
            device.release_cache();
            if (failure.out_of_memory) return ProbedLength{length, false, 0, 0};
            failure_ = failed_result(failure, point, free);
            return std::nullopt;
        }
    }

    std::optional<ProbedLength> in_process(std::int64_t length, double expected_seconds) {
        limit_bytes_ = std::min(limit_bytes_, current_limit());
        const std::optional<PointResult> result =
            ask_probe(at_length(length), limit_bytes_,
                      std::max(kLeastPatienceSeconds, kPatience * expected_seconds), context_);
        if (!result) return std::nullopt;
        if (result->state == PointState::out_of_memory) return ProbedLength{length, false, 0, 0};
        if (result->state != PointState::ok) {
            failure_ = *result;
            return std::nullopt;
        }
        const auto backend = result->notes.find("backend");
        if (backend != result->notes.end()) backend_ = backend->second;
        const auto value = [&](const char* metric) {
            const auto found = result->metrics.find(metric);
            return found == result->metrics.end() ? 0.0 : found->second.value;
        };
        return ProbedLength{length, true, value("pass_ms"), value("peak_absolute_mb")};
    }

    // The round of these samples is the length.
    void report(const ProbedLength& taken) {
        PointObserver& observer = context_.run.observer;
        const auto sample = [&](const char* metric, double value) {
            observer.samples_taken(point_, metric, taken.length, std::span(&value, 1));
        };
        sample("fits", taken.fits ? 1 : 0);
        if (!taken.fits) return;
        sample("peak_absolute_mb", taken.peak_mb);
        sample("pass_ms", taken.ms);
    }

    PointResult result_of(const ContextLimits& limits) const {
        using Bound = ContextLimits::Bound;
        PointResult result;
        if (limits.longest.length == 0) {
            return without_figures(
                PointState::out_of_memory,
                fmt::format("Not even L = 1 of {} fits into {}. Take a larger memory budget.",
                            point_.variant, format_bytes(limit_bytes_)));
        }
        result.state = PointState::ok;
        MetricValue longest{static_cast<double>(limits.longest.length), {}, {}, 1};
        longest.count = static_cast<std::int64_t>(limits.probed.size());
        longest.low = longest.value;
        if (limits.too_long > 0) longest.high = static_cast<double>(limits.too_long);
        result.metrics["max_length"] = longest;
        result.metrics["max_length_ms"].value = limits.longest.ms;
        result.metrics["peak_absolute_mb"].value = limits.longest.peak_mb;
        result.metrics["limit_mb"].value = limit_bytes_ / 1e6;
        if (limits.patience > 0)
            result.metrics["patience_length"].value = static_cast<double>(limits.patience);

        const Measurement& measurement = context_.measurement();
        result.notes["bound"] =
            limits.bound == Bound::memory ? "memory"
            : limits.bound == Bound::time
                ? fmt::format("time: a longer pass was expected to take over {}",
                              format_duration(measurement.pass_seconds))
                : "length: the longest that is tried";
        result.notes["patience"] =
            fmt::format("{}{}", format_duration(measurement.patience_seconds),
                        limits.patience_reached ? "" : ": not reached at any length that fits");
        result.notes["method"] = context_.device.gpu
                                     ? "peak of the CUDA allocator, which hands out no more"
                                     : "resident set of an own process, which can take no more";
        result.notes["inputs"] = fmt::format("repeat every {} positions",
                                             format_count(static_cast<double>(kInputPeriod)));
        result.notes["implementation"] = implementation_of(backend_);
        if (!backend_.empty()) result.notes["backend"] = backend_;
        return result;
    }

    const Point& point_;
    ExperimentContext& context_;
    double limit_bytes_ = 0;
    std::optional<PointResult> failure_;
    std::string backend_;
};

class MaxContext final : public Experiment {
  public:
    std::string_view name() const override { return "max-context"; }

    void run_group(std::span<const Point> group, ExperimentContext& context) override {
        for (const Point& point : group) {
            if (!context.run.control.wait_while_paused() || !context.device.lost.empty()) return;
            context.run.observer.point_started(point);
            const PointSetup setup = point_setup(point);
            const std::string unsupported = unsupported_reason(
                setup.variant, setup.attention_config(), context.device.torch_device(), setup.type);
            if (!unsupported.empty()) {
                context.finish(point, without_figures(PointState::unsupported, unsupported));
                continue;
            }
            if (auto result = ContextSearch(point, context).run())
                context.finish(point, std::move(*result));
            context.device.release_cache();
        }
    }

    void forget(MeasuringDevice& device) override { device.probe.reset(); }
};

}  // namespace

std::unique_ptr<Experiment> make_max_context() {
    return std::make_unique<MaxContext>();
}

}  // namespace slay
