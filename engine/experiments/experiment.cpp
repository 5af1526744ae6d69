#include "engine/experiments/experiment.h"

#include "engine/attention/builtin_variants.h"
#include "engine/core/units.h"
#include "engine/measure/gpu.h"

namespace slay {

std::vector<std::unique_ptr<Experiment>> builtin_experiments() {
    std::vector<std::unique_ptr<Experiment>> experiments;
    experiments.push_back(make_kernel_quality());
    experiments.push_back(make_latency());
    experiments.push_back(make_memory());
    experiments.push_back(make_feature_budget());
    experiments.push_back(make_training());
    experiments.push_back(make_tasks());
    experiments.push_back(make_max_context());
    return experiments;
}

at::Device MeasuringDevice::torch_device() const {
    return gpu ? at::Device(at::kCUDA, static_cast<at::DeviceIndex>(*gpu)) : at::Device(at::kCPU);
}

double MeasuringDevice::free_bytes() const {
    return gpu ? gpu_free_bytes(*gpu) : host_memory_available();
}

void MeasuringDevice::release_cache() {
    if (!gpu || !lost.empty()) return;
    try {
        gpu_synchronize(*gpu);
        gpu_empty_cache(*gpu);
    } catch (const std::exception& error) {
        // A context that cannot even synchronise. LibTorch's advice and its stack follow the line.
        const std::string_view text(error.what());
        lost = clean_text(text.substr(0, text.find('\n')), 400);
    }
}

void ExperimentContext::fail(const Point& point, const std::exception_ptr& exception,
                             double free_bytes) {
    const Failure failure = classify_failure(exception, device.gpu);
    if (failure.context_lost) device.lost = failure.message;
    device.release_cache();
    finish(point, failed_result(failure, point, free_bytes));
}

bool ExperimentContext::admitted(const Point& point) {
    const PointSetup setup = point_setup(point);
    const std::string unsupported = unsupported_reason(setup.variant, setup.attention_config(),
                                                       device.torch_device(), setup.type);
    if (!unsupported.empty()) {
        finish(point, without_figures(PointState::unsupported, unsupported));
        return false;
    }
    if (device.gpu) return true;  // the allocator says when it is too much
    const AdmissionLimit limit =
        admission_limit(measurement().memory_budget_gb, device.free_bytes());
    if (auto reason = refused_admission(point, limit)) {
        finish(point, without_figures(PointState::out_of_memory, *reason));
        return false;
    }
    return true;
}

}  // namespace slay
