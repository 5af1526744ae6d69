// What an experiment measures. Its row (title, axes, metrics, cost) is in core's catalog.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/experiments/correctness_gate.h"
#include "engine/measure/admission.h"
#include "engine/measure/failure.h"
#include "engine/measure/nvml.h"
#include "engine/measure/probe_process.h"
#include "engine/run/executor.h"

namespace slay {

// The device of a run and what is known of it, kept from group to group.
struct MeasuringDevice {
    std::string id;          // "cpu", "cuda:0"
    std::optional<int> gpu;  // its CUDA index
    double l2_bytes = 0;
    double memory_bytes = 0;
    std::unique_ptr<Nvml> nvml;  // absent on a CPU, and where it cannot be loaded
    std::string lost;            // why the CUDA context is lost; empty while it works
    CorrectnessGate gate;
    std::unique_ptr<ProbeProcess> probe;  // where peaks are measured on a CPU

    at::Device torch_device() const;
    double free_bytes() const;
    void release_cache();  // gives cached GPU memory back; harmless after an error
};

// What an experiment works with while it measures one group.
struct ExperimentContext {
    const ExecutionContext& run;
    MeasuringDevice& device;

    const Measurement& measurement() const { return run.spec.measurement; }
    bool stopping() const { return run.control.stop_requested(); }

    // Finishes the point with what the exception means, gives memory back, and notes a lost
    // context.
    void fail(const Point& point, const std::exception_ptr& exception, double free_bytes);
    void finish(const Point& point, PointResult result) {
        run.observer.point_finished(point, std::move(result));
    }

    // Whether the point may run here: finishes it as unsupported, or out of memory by the admission
    // limit of a CPU, and returns false where not.
    bool admitted(const Point& point);
};

class Experiment {
  public:
    virtual ~Experiment() = default;
    virtual std::string_view name() const = 0;

    // As Executor::run_group, but an exception may leave it: the executor then finishes what is
    // open. Returns early when a stop is requested.
    virtual void run_group(std::span<const Point> group, ExperimentContext& context) = 0;

    // Lets go of what is kept from group to group: another experiment's turn has come.
    virtual void forget(MeasuringDevice& device) { static_cast<void>(device); }
};

std::unique_ptr<Experiment> make_kernel_quality();
std::unique_ptr<Experiment> make_latency();
std::unique_ptr<Experiment> make_memory();
std::unique_ptr<Experiment> make_feature_budget();
std::unique_ptr<Experiment> make_training();
std::unique_ptr<Experiment> make_tasks();
std::unique_ptr<Experiment> make_max_context();

// One of each, in the catalog's order: the one list to add to.
std::vector<std::unique_ptr<Experiment>> builtin_experiments();

}  // namespace slay
