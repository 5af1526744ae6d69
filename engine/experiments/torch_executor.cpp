#include "engine/experiments/torch_executor.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/attention/arithmetic.h"
#include "engine/attention/kernel_coverage.h"
#include "engine/attention/verify.h"
#include "engine/core/data_type.h"
#include "engine/experiments/resident_probe.h"
#include "engine/experiments/torch_provenance.h"
#include "engine/measure/cpu_threads.h"
#include "engine/measure/gpu.h"
#include "engine/run/engine_library.h"

namespace slay {
namespace {

// Passes on, and knows which points of a group are open. The first result after the CUDA context
// was lost is that of the point which lost it; later ones would blame points for what they did not
// do, and are kept back.
class OpenPoints final : public PointObserver {
  public:
    OpenPoints(PointObserver& next, MeasuringDevice& device, const OwnPoints& own)
        : next_(next), device_(device), own_(own) {}

    void point_started(const Point& point) override {
        if (closed_ || !started_.insert(point.id).second) return;
        next_.point_started(point);
    }
    void samples_taken(const Point& point, std::string_view metric, std::int64_t first_round,
                       std::span<const double> values) override {
        next_.samples_taken(point, metric, first_round, values);
    }
    void point_finished(const Point& point, PointResult result) override {
        if (closed_) return;
        if (result.state == PointState::failed) look_at_device(point, result);
        own_.sign(point, result);
        closed_ = !device_.lost.empty();
        finished_.insert(point.id);
        next_.point_finished(point, std::move(result));
    }
    void message(Severity severity, std::string text) override {
        next_.message(severity, std::move(text));
    }

    bool all_finished(std::span<const Point> group) const {
        return std::all_of(group.begin(), group.end(),
                           [&](const Point& point) { return finished_.contains(point.id); });
    }

    void finish_rest(std::span<const Point> group, const PointResult& result) {
        for (const Point& point : group) {
            if (finished_.contains(point.id)) continue;
            if (!started_.contains(point.id)) point_started(point);
            point_finished(point, result);
        }
    }

  private:
    // Whatever took the failure for one of its own: does the device still answer?
    void look_at_device(const Point& point, PointResult& result) {
        if (!device_.gpu || !device_.lost.empty()) return;
        device_.lost = gpu_context_error(*device_.gpu);
        if (device_.lost.empty()) return;
        Failure failure;
        failure.context_lost = true;
        failure.message = device_.lost;
        result = failed_result(failure, point, 0);
    }

    PointObserver& next_;
    MeasuringDevice& device_;
    const OwnPoints& own_;
    bool closed_ = false;
    std::set<std::string, std::less<>> started_, finished_;
};

// The points of a group have one data type.
bool in_tf32(const Point& point) {
    return point.parameters.text("dtype", "float32") == to_string(DataType::tf32);
}

std::optional<int> gpu_index(const std::string& device) {
    if (device.rfind("cuda:", 0) != 0) return std::nullopt;
    return std::stoi(device.substr(5));
}

}  // namespace

TorchExecutor::TorchExecutor() : experiments_(builtin_experiments()) {
    use_full_accumulation();
}

TorchExecutor::~TorchExecutor() = default;

std::vector<DeviceInfo> TorchExecutor::devices() {
    return catalog_.devices();
}

Result<DeviceInfo> TorchExecutor::resolve_device(const std::string& device) {
    return catalog_.resolve(device);
}

Provenance TorchExecutor::provenance(const std::string& device, const Measurement& measurement) {
    const Result<DeviceInfo> info = resolve_device(device);
    return info ? torch_provenance(*info, threads_of(measurement)) : local_provenance();
}

Experiment* TorchExecutor::find_experiment_of(std::string_view name) {
    for (const auto& experiment : experiments_) {
        if (experiment->name() == name) return experiment.get();
    }
    return nullptr;
}

MeasuringDevice& TorchExecutor::device_for(const std::string& id) {
    if (device_ && device_->id == id) return *device_;
    if (device_ && latest_) latest_->forget(*device_);
    device_ = std::make_unique<MeasuringDevice>();
    device_->id = id;
    device_->gpu = gpu_index(id);
    if (!device_->gpu) {
        device_->memory_bytes = host_memory_total();
        return *device_;
    }
    for (const GpuInfo& gpu : list_gpus()) {
        if (gpu.index != *device_->gpu) continue;
        device_->memory_bytes = gpu.memory_bytes;
        device_->l2_bytes = gpu.l2_bytes;
        device_->nvml = Nvml::open(gpu.pci_bus_id);
    }
    return *device_;
}

void TorchExecutor::run_group(std::span<const Point> group, const ExecutionContext& context) {
    if (group.empty()) return;
    MeasuringDevice& device = device_for(context.device);
    if (!device.lost.empty()) return;
    OpenPoints open(context.observer, device, own_points_);

    Experiment* experiment = find_experiment_of(group.front().experiment);
    if (!experiment) {
        return open.finish_rest(
            group, without_figures(PointState::unsupported,
                                   fmt::format("This program cannot measure the experiment {}.",
                                               group.front().experiment)));
    }
    if (latest_ && latest_ != experiment) latest_->forget(device);
    latest_ = experiment;

    const Measurement& measurement = context.spec.measurement;
    const ThreadScope threads(threads_of(measurement));
    const Float32Lane lane(measurement.tf32 || in_tf32(group.front()));
    ExperimentContext experiment_context{
        {context.spec, context.device, context.control, open, context.folder}, device};
    PointResult rest = without_figures(PointState::failed, "The point was left unmeasured.");
    try {
        if (device.gpu) {
            gpu_limit_memory(*device.gpu,
                             std::min(measurement.memory_budget_gb * 1e9, device.memory_bytes));
        }
        const std::vector<Point> admitted = own_points_.admit(group, experiment_context);
        if (!admitted.empty()) experiment->run_group(admitted, experiment_context);
    } catch (...) {
        const Failure failure = classify_failure(std::current_exception(), device.gpu);
        if (failure.context_lost) device.lost = failure.message;
        rest = failed_result(failure, group.front(), 0);
        rest.reason = fmt::format("The group {} failed: {}", group.front().group, failure.message);
        device.release_cache();
    }
    if (open.all_finished(group) || context.control.stop_requested()) return;
    if (device.lost.empty()) open.finish_rest(group, rest);
}

std::string TorchExecutor::broken() const {
    if (!device_ || device_->lost.empty()) return {};
    return "CUDA context lost: " + device_->lost;
}

Result<bool> TorchExecutor::verify(const std::string& golden_path, const std::string& device,
                                   const std::vector<std::string>& variants, RunControl& control,
                                   const VerifyObserver& observe) {
    const Result<DeviceInfo> info = resolve_device(device);
    if (!info) return info.error();
    ConformanceGrid grid;
    grid.variants = variants;
    if (info->id != "cpu") grid.shapes = kernel_shapes();
    const auto lines =
        golden_path.empty()
            ? verify_conformance(info->id, grid, observe, control.token())
            : verify_golden(golden_path, info->id, variants, observe, control.token());
    if (!lines) return lines.error();
    if (control.stop_requested())
        return Error{ErrorKind::cancelled, "the verification was stopped"};
    return std::all_of(lines->begin(), lines->end(),
                       [](const VerifyLine& line) { return line.passed; });
}

std::vector<KernelCoverage> TorchExecutor::kernel_coverage() {
    return slay::kernel_coverage();
}

std::string TorchExecutor::probe_memory(const std::string& point_json) {
    return answer_probe(point_json);
}

}  // namespace slay

// NOLINTNEXTLINE: the one symbol that load_engine looks up.
extern "C" __attribute__((visibility("default"))) slay::Engine* slay_create_executor(int abi) {
    return abi == slay::engine_abi ? new slay::TorchExecutor : nullptr;
}
