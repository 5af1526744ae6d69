// Experiment: how the time of one layer (or core) grows with the length of the sequence.
#include <ATen/core/Tensor.h>

#include <cmath>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "engine/core/checksum.h"
#include "engine/core/preferences.h"
#include "engine/experiments/experiment.h"
#include "engine/experiments/latency_candidate.h"
#include "engine/measure/cpu_load.h"
#include "engine/measure/cpu_threads.h"
#include "engine/measure/iteration_timer.h"
#include "engine/measure/recorded_graph.h"
#include "engine/measure/sampling.h"

namespace slay {
namespace {

constexpr double kFlushFactor = 2;  // times the L2 cache
// A variant that takes more than this share of a GPU is measured alone: side by side, the
// allocator would have to give memory back within a timed pass.
constexpr double kShareForCompany = 0.4;
constexpr int kAttempts = 3;  // at a pass in which the allocator does not call the driver

// The points of one group, measured side by side.
class LatencyGroup {
  public:
    LatencyGroup(std::span<const Point> group, ExperimentContext& context)
        : group_(group),
          context_(context),
          timer_(context.device.gpu,
                 context.measurement().l2 == "cold" ? kFlushFactor * context.device.l2_bytes : 0),
          sampler_(sampling_settings(context.measurement()), crc32(group.front().group),
                   context.run.control) {
        if (context.device.gpu && context.measurement().launch == "graph")
            recordable_.emplace(*context.device.gpu);
    }

    // All variants are warm at this shape before the first sample of any.
    void run() {
        for (const Point& point : group_) {
            if (!context_.run.control.wait_while_paused()) return;
            if (!context_.device.lost.empty()) return;
            if (!admit(point)) continue;
            warm_up(candidates_.back());
            if (context_.stopping()) return;
        }
        std::vector<LatencyCandidate*> together;
        for (LatencyCandidate& candidate : candidates_) {
            if (!candidate.finished && !candidate.alone) together.push_back(&candidate);
        }
        sample(together);
        for (LatencyCandidate& candidate : candidates_) {
            if (!candidate.alone || candidate.finished || !may_go_on()) continue;
            context_.device.release_cache();
            warm_up(candidate);  // its memory has to be allocated anew
            if (!candidate.finished && !context_.stopping()) sample({&candidate});
        }
    }

  private:
    // nullptr where the user prefers that clocks are not read.
    const Nvml* clock_source() const {
        return clock_milliseconds_ > 0 ? context_.device.nvml.get() : nullptr;
    }

    bool may_go_on() const { return !context_.stopping() && context_.device.lost.empty(); }

    const SharedInputs& inputs_for(const PointSetup& setup) {
        for (const Drawn& drawn : drawn_) {
            if (same_inputs(drawn.setup, setup)) return drawn.inputs;
        }
        drawn_.push_back({setup, draw_inputs(setup, context_.device.torch_device())});
        return drawn_.back().inputs;
    }

    // Everything before the first iteration; false where the point is finished already.
    bool admit(const Point& point) {
        context_.run.observer.point_started(point);
        if (!context_.admitted(point)) return false;
        LatencyCandidate candidate(point, clock_source());
        candidate.free_bytes = context_.device.free_bytes();
        try {
            candidate.setup = point_setup(point);
            if (!is_correct(candidate)) return false;
            candidate.pass =
                std::make_unique<AttentionPass>(candidate.setup, inputs_for(candidate.setup));
            if (recordable_)
                candidate.graphed =
                    std::make_unique<GraphedPass>(*candidate.pass, candidate.setup.pass);
        } catch (...) {
            context_.fail(point, std::current_exception(), candidate.free_bytes);
            return false;
        }
        candidates_.push_back(std::move(candidate));
        return true;
    }

    bool is_correct(LatencyCandidate& candidate) {
        const Result<GateResult>& gate =
            context_.device.gate.check(candidate.setup, context_.device.id);
        PointResult result;
        if (!gate) {
            result.state = PointState::failed;
            result.reason = gate.error().message;
        } else {
            candidate.implementation_error = implementation_error(*gate, candidate.setup.pass);
            if (gate->passed()) return true;
            result.state = PointState::incorrect;
            result.reason = describe_miss(*gate);
            if (std::isfinite(candidate.implementation_error)) {
                result.metrics["implementation_error"].value = candidate.implementation_error;
            }
        }
        context_.finish(candidate.point, std::move(result));
        return false;
    }

    TimedIteration iteration(LatencyCandidate& candidate) {
        const std::optional<int> gpu = context_.device.gpu;
        if (!gpu) return [this, &candidate] { return timer_.time_ms(candidate.measured()); };
        return [this, &candidate, gpu] {
            for (int attempt = 1;; ++attempt) {
                const GpuMemory before = gpu_memory(*gpu);
                const double ms = timer_.time_ms(candidate.measured());
                const GpuMemory after = gpu_memory(*gpu);
                const bool called = after.driver_allocations != before.driver_allocations ||
                                    after.allocation_retries != before.allocation_retries;
                if (!called) return ms;
                if (attempt == kAttempts) {
                    ++candidate.allocating_samples;
                    return ms;
                }
                ++candidate.repeated_passes;
            }
        };
    }

    void warm_up(LatencyCandidate& candidate) {
        const std::optional<int> gpu = context_.device.gpu;
        const double before = gpu ? gpu_memory(*gpu).allocated_bytes : 0;
        if (gpu) gpu_reset_peak(*gpu);
        candidate.warmup = sampler_.warm_up(iteration(candidate));
        candidate.allocating_samples = candidate.repeated_passes = 0;
        if (candidate.warmup.failure) return fail(candidate, candidate.warmup.failure);
        if (!gpu) return;
        candidate.peak_bytes = gpu_memory(*gpu).peak_allocated_bytes - before;
        candidate.alone = candidate.peak_bytes > kShareForCompany * context_.device.memory_bytes;
        if (candidate.alone) context_.device.release_cache();
    }

    void fail(LatencyCandidate& candidate, const std::exception_ptr& exception) {
        candidate.finished = true;
        candidate.graphed.reset();
        candidate.pass.reset();
        context_.fail(candidate.point, exception, candidate.free_bytes);
    }

    std::vector<SamplingOutcome> take_rounds(const std::vector<LatencyCandidate*>& candidates) {
        std::vector<SamplingSubject> subjects;
        for (LatencyCandidate* candidate : candidates) {
            candidate->clocks.read(clock_(), 0);
            SamplingSubject subject;
            subject.iteration = [this, candidate, timed = iteration(*candidate)] {
                double ms = 0;
                try {
                    ms = timed();
                } catch (...) {
                    if (!first_to_fail_) first_to_fail_ = candidate;
                    throw;
                }
                candidate->clocks.read(clock_(), clock_milliseconds_ * 1e-3);
                return ms;
            };
            subject.report = [this, candidate](std::int64_t first, std::span<const double> values) {
                context_.run.observer.samples_taken(candidate->point, "latency_ms", first, values);
            };
            subjects.push_back(std::move(subject));
        }
        std::vector<SamplingOutcome> outcomes = sampler_.sample(subjects);
        for (LatencyCandidate* candidate : candidates) candidate->clocks.read(clock_(), 0);
        return outcomes;
    }

    void sample(const std::vector<LatencyCandidate*>& candidates) {
        if (candidates.empty()) return;
        LatencySurroundings surroundings;
        surroundings.gpu = context_.device.gpu.has_value();
        surroundings.threads = threads_of(context_.measurement());
        const CpuLoad load;
        std::vector<SamplingOutcome> outcomes = take_rounds(candidates);
        for (std::size_t i = 0; i < candidates.size(); ++i) {
            candidates[i]->outcome = std::move(outcomes[i]);
        }
        if (!context_.stopping()) measure_throttled_again(candidates);
        surroundings.busy_cores = load.others();

        // With the CUDA context lost all fail; the first of them lost it.
        if (LatencyCandidate* first = std::exchange(first_to_fail_, nullptr))
            fail(*first, first->outcome.failure);
        if (!context_.device.lost.empty()) return;
        for (LatencyCandidate* candidate : candidates) {
            if (candidate->finished) continue;
            if (candidate->outcome.failure) {
                fail(*candidate, candidate->outcome.failure);
            } else if (candidate->outcome.end != SamplingEnd::stopped) {
                candidate->finished = true;
                context_.finish(candidate->point,
                                latency_result(*candidate, context_.measurement(), surroundings));
            }
        }
    }

    // Once, within the same budget; what was taken while throttled stays in the journal.
    void measure_throttled_again(const std::vector<LatencyCandidate*>& candidates) {
        std::vector<LatencyCandidate*> throttled;
        for (LatencyCandidate* candidate : candidates) {
            if (!candidate->clocks.throttled() || candidate->outcome.failure) continue;
            candidate->first_throttling = candidate->clocks.throttling();
            candidate->clocks = ClockLog(clock_source());
            throttled.push_back(candidate);
        }
        if (throttled.empty()) return;
        std::vector<SamplingOutcome> outcomes = take_rounds(throttled);
        for (std::size_t i = 0; i < throttled.size(); ++i) {
            throttled[i]->first_outcome = std::move(throttled[i]->outcome);
            throttled[i]->outcome = std::move(outcomes[i]);
        }
    }

    struct Drawn {
        PointSetup setup;
        SharedInputs inputs;
    };

    std::span<const Point> group_;
    ExperimentContext& context_;
    std::optional<RecordableStream> recordable_;  // while graphs are recorded and replayed
    IterationTimer timer_;
    RoundSampler sampler_;
    Clock clock_ = steady_seconds();
    const int clock_milliseconds_ = read_preferences().nvml_milliseconds;
    std::deque<Drawn> drawn_;  // a deque: passes hold references into it
    std::deque<LatencyCandidate> candidates_;
    LatencyCandidate* first_to_fail_ = nullptr;  // of the rounds in progress
};

class Latency final : public Experiment {
  public:
    std::string_view name() const override { return "latency"; }

    void run_group(std::span<const Point> group, ExperimentContext& context) override {
        if (group.empty()) return;
        LatencyGroup(group, context).run();
        context.device.release_cache();
    }
};

}  // namespace

std::unique_ptr<Experiment> make_latency() {
    return std::make_unique<Latency>();
}

}  // namespace slay
