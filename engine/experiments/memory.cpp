// Experiment: how much memory a pass takes above its inputs and weights.
#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <csignal>

#include "engine/core/units.h"
#include "engine/experiments/attention_pass.h"
#include "engine/experiments/experiment.h"
#include "engine/measure/cpu_threads.h"
#include "engine/measure/gpu.h"
#include "engine/measure/probe_protocol.h"

namespace slay {
namespace {

constexpr int kGpuWarmups = 2;
// A probe that takes longer than this, and than kPatience times what was predicted, hangs.
constexpr double kLeastPatienceSeconds = 300;
constexpr double kPatience = 50;

double patience_seconds(const Point& point) {
    return std::max(kLeastPatienceSeconds, kPatience * point.prediction.seconds);
}

// The allocator's peak: reset after the warm-up, run once, synchronise, read.
PointResult measure_on_gpu(const Point& point, int gpu, at::Device device) {
    const PointSetup setup = point_setup(point);
    const SharedInputs inputs = draw_inputs(setup, device);
    AttentionPass pass(setup, inputs);
    const auto run_once = [&] {
        pass.prepare();
        pass.run();
        gpu_synchronize(gpu);
    };
    for (int i = 0; i < kGpuWarmups; ++i) {
        run_once();
        pass.release();
    }
    gpu_synchronize(gpu);
    gpu_empty_cache(gpu);
    const GpuMemory before = gpu_memory(gpu);
    gpu_reset_peak(gpu);
    run_once();
    const GpuMemory after = gpu_memory(gpu);

    PointResult result;
    result.state = PointState::ok;
    result.metrics["peak_mb"].value = (after.peak_allocated_bytes - before.allocated_bytes) / 1e6;
    result.metrics["peak_absolute_mb"].value = after.peak_allocated_bytes / 1e6;
    result.metrics["reserved_mb"].value = after.peak_reserved_bytes / 1e6;
    result.metrics["allocation_retries"].value =
        static_cast<double>(after.allocation_retries - before.allocation_retries);
    result.notes["method"] = "peak of the CUDA allocator";
    result.notes["implementation"] = "aten";
    const std::string backend = pass.backend();
    if (!backend.empty()) result.notes["backend"] = backend;
    return result;
}

class Memory final : public Experiment {
  public:
    std::string_view name() const override { return "memory"; }

    void run_group(std::span<const Point> group, ExperimentContext& context) override {
        for (const Point& point : group) {
            if (!context.run.control.wait_while_paused() || !context.device.lost.empty()) return;
            context.run.observer.point_started(point);
            if (!context.admitted(point)) continue;
            if (context.device.gpu) {
                on_gpu(point, context);
            } else {
                in_probe(point, context);
            }
        }
    }

    void forget(MeasuringDevice& device) override { device.probe.reset(); }

  private:
    void on_gpu(const Point& point, ExperimentContext& context) {
        context.device.release_cache();
        const double free = context.device.free_bytes();
        try {
            context.finish(
                point, measure_on_gpu(point, *context.device.gpu, context.device.torch_device()));
        } catch (...) {
            context.fail(point, std::current_exception(), free);
        }
        context.device.release_cache();
    }

    void in_probe(const Point& point, ExperimentContext& context) {
        if (!context.device.probe) {
            const auto command = find_probe_command();
            if (!command) {
                return context.finish(
                    point,
                    without_figures(PointState::failed,
                                    "slay-bench is not beside the engine's library. On a CPU "
                                    "memory is measured in a process of its own, which it runs: "
                                    "install it there."));
            }
            context.device.probe = std::make_unique<ProbeProcess>(*command);
        }
        const AdmissionLimit limit =
            admission_limit(context.measurement().memory_budget_gb, context.device.free_bytes());
        ProbeRequest request;
        request.point = point;
        request.threads = threads_of(context.measurement());
        request.limit_bytes = limit.bytes;
        const ProbeAnswer answer = context.device.probe->ask(
            to_line(request), patience_seconds(point), context.run.control);
        if (answer.kind == ProbeAnswer::Kind::stopped) return;
        context.finish(point, result_of(answer, point));
    }

    static PointResult result_of(const ProbeAnswer& answer, const Point& point) {
        using Kind = ProbeAnswer::Kind;
        const std::string where =
            fmt::format("{} at L = {}", point.variant,
                        format_count(static_cast<double>(point.parameters.integer("length"))));
        switch (answer.kind) {
            case Kind::answered: {
                Result<PointResult> result = parse_probe_result(answer.text);
                if (result) return *result;
                return without_figures(PointState::failed, result.error().message);
            }
            case Kind::timed_out:
                return without_figures(PointState::timed_out,
                                       fmt::format("{}: {}.", where, answer.text));
            case Kind::died:
                // Nobody else kills with this signal but a system out of memory.
                if (answer.signal == SIGKILL) {
                    return without_figures(
                        PointState::out_of_memory,
                        fmt::format(
                            "{} was killed, most likely by the system for want of memory: {}.",
                            where, answer.text));
                }
                return without_figures(PointState::failed,
                                       fmt::format("{}: {}.", where, answer.text));
            case Kind::stopped:
            case Kind::not_started:
                break;
        }
        return without_figures(PointState::failed,
                               fmt::format("The memory probe did not start: {}.", answer.text));
    }
};

}  // namespace

std::unique_ptr<Experiment> make_memory() {
    return std::make_unique<Memory>();
}

}  // namespace slay
