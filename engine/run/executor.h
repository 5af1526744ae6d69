// What drives the attention variants: this process's LibTorch (Engine), or a worker's
// (worker_executor.h). The runner knows only this interface, so that it is tested without LibTorch.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/core/event.h"
#include "engine/core/kernel_coverage.h"
#include "engine/core/plan.h"
#include "engine/core/point.h"
#include "engine/core/provenance.h"
#include "engine/core/result.h"
#include "engine/core/verify_line.h"
#include "engine/run/run_control.h"

namespace slay {

struct DeviceInfo {
    std::string id;    // "cpu", "cuda:0"
    std::string name;  // "NVIDIA H200" or the CPU model
    double memory_bytes = 0;
    double free_bytes = 0;
    int sm_count = 0;  // or CPU threads
    bool cuda = false;
    std::string capability;  // "9.0"
    DeviceRates rates;       // for predictions
};

// Told by an executor while it works; calls come on the executor's thread.
class PointObserver {
  public:
    virtual ~PointObserver() = default;
    virtual void point_started(const Point& point) = 0;
    virtual void samples_taken(const Point& point, std::string_view metric,
                               std::int64_t first_round, std::span<const double> values) = 0;
    virtual void point_finished(const Point& point, PointResult result) = 0;
    virtual void message(Severity severity, std::string text) = 0;
};

struct ExecutionContext {
    const SweepSpec& spec;
    std::string device;  // resolved: "cpu" or "cuda:0"
    RunControl& control;
    PointObserver& observer;
    // The run's folder, for what an experiment keeps to be resumed (checkpoints/); empty: nowhere.
    std::string folder = {};
};

class Executor {
  public:
    virtual ~Executor() = default;

    // The devices of this machine, "cpu" last.
    virtual std::vector<DeviceInfo> devices() = 0;

    // "auto" -> the first CUDA device or "cpu"; an absent device is an error that lists those
    // there.
    virtual Result<DeviceInfo> resolve_device(const std::string& device) = 0;

    // local_provenance() completed with LibTorch, CUDA, driver, device and clocks.
    virtual Provenance provenance(const std::string& device, const Measurement& measurement) = 0;

    // Measures the points of one group side by side. Every point gets point_started and then
    // exactly one point_finished, whatever happens, unless a stop was requested first or the
    // executor is broken: then points not yet finished get none (they are run again by --resume).
    // Throws only on a bug.
    virtual void run_group(std::span<const Point> group, const ExecutionContext& context) = 0;

    // Why nothing can be measured here any more (a lost CUDA context, workers that do not start),
    // and what to do; empty while it can. The run then ends.
    virtual std::string broken() const { return {}; }

    // How many groups run_group measures at the same time on this device, each called on a thread
    // of its own.
    virtual std::size_t lanes(const std::string& device) const {
        static_cast<void>(device);
        return 1;
    }
};

// The executor that libslay_engine.so makes, of this process's LibTorch.
class Engine : public Executor {
  public:
    // Compares with a golden file, or, with an empty path, over the conformance grid; `variants`:
    // names of the catalogue, none for all. The lines come as they are ready; the result is
    // whether all passed.
    virtual Result<bool> verify(const std::string& golden_path, const std::string& device,
                                const std::vector<std::string>& variants, RunControl& control,
                                const VerifyObserver& observe) = 0;

    // Reads one point as JSON, measures its peak memory in this process, returns the result as
    // JSON: the child's half of the memory experiment on a CPU.
    virtual std::string probe_memory(const std::string& point_json) = 0;

    // What the engine's own CUDA kernels cover, in the catalog's order; empty where it has none.
    virtual std::vector<KernelCoverage> kernel_coverage() { return {}; }
};

}  // namespace slay
