#include "engine/run/executor_choice.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>

#include "engine/core/units.h"
#include "engine/run/engine_library.h"
#include "engine/run/worker_executor.h"

namespace slay {
namespace {

// Whether a driver for CUDA is loaded. Asking CUDA itself would begin a context in this process.
bool has_gpu_driver() {
    constexpr std::array places{"/dev/nvidiactl", "/proc/driver/nvidia/version", "/dev/dxg"};
    return std::any_of(places.begin(), places.end(),
                       [](const char* place) { return access(place, F_OK) == 0; });
}

Result<std::unique_ptr<Executor>> here() {
    auto engine = load_engine();
    if (!engine) return engine.error();
    return std::unique_ptr<Executor>(std::move(*engine));
}

Result<std::unique_ptr<Executor>> in_worker(const WorkerLimits& limits) {
    const auto command = local_worker();
    if (!command) return command.error();
    return WorkerExecutor::start(*command, limits);
}

class GpuElsewhere final : public Executor {
  public:
    GpuElsewhere(std::unique_ptr<Executor> gpu, ExecutorMaker make_cpu)
        : gpu_(std::move(gpu)), make_cpu_(std::move(make_cpu)) {}

    std::vector<DeviceInfo> devices() override { return gpu_->devices(); }

    Result<DeviceInfo> resolve_device(const std::string& device) override {
        if (device != "cpu") {
            auto found = gpu_->resolve_device(device);
            if (!found || found->cuda) return found;
        }
        if (!cpu_) {
            auto made = make_cpu_();
            if (!made) return made.error();
            cpu_ = std::move(*made);
        }
        return cpu_->resolve_device("cpu");
    }
    Provenance provenance(const std::string& device, const Measurement& measurement) override {
        return of(device).provenance(device, measurement);
    }
    void run_group(std::span<const Point> group, const ExecutionContext& context) override {
        of(context.device).run_group(group, context);
    }
    std::string broken() const override {
        return on_cpu_ && cpu_ ? cpu_->broken() : gpu_->broken();
    }
    std::size_t lanes(const std::string& device) const override {
        return device == "cpu" ? 1 : gpu_->lanes(device);
    }

  private:
    Executor& of(const std::string& device) {
        on_cpu_ = device == "cpu" && cpu_;
        return on_cpu_ ? *cpu_ : *gpu_;
    }

    const std::unique_ptr<Executor> gpu_;
    const ExecutorMaker make_cpu_;
    std::unique_ptr<Executor> cpu_;
    std::atomic<bool> on_cpu_ = false;
};

}  // namespace

std::optional<ExecutorChoice> parse_executor_choice(std::string_view word) {
    if (word == "auto") return ExecutorChoice::automatic;
    if (word == "in-process") return ExecutorChoice::in_process;
    if (word == "worker") return ExecutorChoice::worker;
    return std::nullopt;
}

bool measures_elsewhere(const Executor& executor) {
    return dynamic_cast<const WorkerExecutor*>(&executor) != nullptr;
}

std::unique_ptr<Executor> gpu_elsewhere(std::unique_ptr<Executor> gpu, ExecutorMaker make_cpu) {
    return std::make_unique<GpuElsewhere>(std::move(gpu), std::move(make_cpu));
}

Result<std::unique_ptr<Executor>> make_executor(ExecutorChoice choice, const WorkerLimits& limits) {
    if (choice == ExecutorChoice::in_process) return here();
    if (choice == ExecutorChoice::automatic && !has_gpu_driver()) return here();
    auto workers = in_worker(limits);
    if (!workers || choice == ExecutorChoice::worker) return workers;
    return gpu_elsewhere(std::move(*workers), here);
}

}  // namespace slay
