// The Executor of this process's LibTorch.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/experiments/experiment.h"
#include "engine/experiments/own_points.h"
#include "engine/measure/device_catalog.h"
#include "engine/run/executor.h"

namespace slay {

class TorchExecutor final : public Engine {
  public:
    TorchExecutor();
    ~TorchExecutor() override;

    std::vector<DeviceInfo> devices() override;
    Result<DeviceInfo> resolve_device(const std::string& device) override;
    Provenance provenance(const std::string& device, const Measurement& measurement) override;
    void run_group(std::span<const Point> group, const ExecutionContext& context) override;
    std::string broken() const override;
    Result<bool> verify(const std::string& golden_path, const std::string& device,
                        const std::vector<std::string>& variants, RunControl& control,
                        const VerifyObserver& observe) override;
    std::string probe_memory(const std::string& point_json) override;
    std::vector<KernelCoverage> kernel_coverage() override;

  private:
    Experiment* find_experiment_of(std::string_view name);
    MeasuringDevice& device_for(const std::string& id);

    DeviceCatalog catalog_;
    std::vector<std::unique_ptr<Experiment>> experiments_;
    Experiment* latest_ = nullptr;
    OwnPoints own_points_;
    std::unique_ptr<MeasuringDevice> device_;
};

}  // namespace slay
