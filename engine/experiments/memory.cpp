// Experiment: how much memory a pass takes above its inputs and weights.
#include <ATen/ATen.h>

#include <algorithm>
#include <optional>

#include "engine/experiments/attention_pass.h"
#include "engine/experiments/experiment.h"
#include "engine/experiments/probe_point.h"
#include "engine/measure/gpu.h"

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
PointResult measure_on_gpu(const PointSetup& setup, const SharedInputs& inputs, int gpu) {
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
    const std::string backend = pass.backend();
    result.notes["implementation"] = implementation_of(backend);
    if (!backend.empty()) result.notes["backend"] = backend;
    return result;
}

class Memory final : public Experiment {
  public:
    std::string_view name() const override { return "memory"; }

    void run_group(std::span<const Point> group, ExperimentContext& context) override {
        drawn_.reset();
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
        drawn_.reset();
    }

    void forget(MeasuringDevice& device) override {
        drawn_.reset();
        device.probe.reset();
    }

  private:
    struct Drawn {
        PointSetup setup;
        SharedInputs inputs;
    };

    // The variants of a shape take the same tensors: drawing them on the CPU takes longer than the
    // passes.
    const SharedInputs& inputs_of(const PointSetup& setup, at::Device device) {
        if (!drawn_ || !same_inputs(drawn_->setup, setup)) {
            drawn_.reset();
            drawn_.emplace(Drawn{setup, draw_inputs(setup, device)});
        }
        return drawn_->inputs;
    }

    void on_gpu(const Point& point, ExperimentContext& context) {
        context.device.release_cache();
        const double free = context.device.free_bytes();
        try {
            const PointSetup setup = point_setup(point);
            context.finish(point,
                           measure_on_gpu(setup, inputs_of(setup, context.device.torch_device()),
                                          *context.device.gpu));
        } catch (...) {
            context.fail(point, std::current_exception(), free);
        }
        context.device.release_cache();
    }

    void in_probe(const Point& point, ExperimentContext& context) {
        const AdmissionLimit limit =
            admission_limit(context.measurement().memory_budget_gb, context.device.free_bytes());
        const auto result = ask_probe(point, limit.bytes, patience_seconds(point), context);
        if (result) context.finish(point, *result);
    }

    std::optional<Drawn> drawn_;
};

}  // namespace

std::unique_ptr<Experiment> make_memory() {
    return std::make_unique<Memory>();
}

}  // namespace slay
