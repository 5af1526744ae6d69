// The executor whose measuring happens in other processes: one worker for each device.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/run/worker_lane.h"

namespace slay {

// Every CUDA device of the machine at once; for a run they must be of one kind.
inline constexpr std::string_view all_gpus = "cuda:all";

class WorkerExecutor final : public Executor {
  public:
    // Starts a worker; an error where three in a row do not come to be.
    static Result<std::unique_ptr<Executor>> start(const ChildCommand& command,
                                                   const WorkerLimits& limits = {});

    std::vector<DeviceInfo> devices() override;
    Result<DeviceInfo> resolve_device(const std::string& device) override;
    Provenance provenance(const std::string& device, const Measurement& measurement) override;
    void run_group(std::span<const Point> group, const ExecutionContext& context) override;
    std::string broken() const override;
    std::size_t lanes(const std::string& device) const override;

  private:
    struct Place {
        WorkerLane lane;
        bool busy = false;
    };

    WorkerExecutor(ChildCommand command, const WorkerLimits& limits)
        : command_(std::move(command)), limits_(limits) {}
    Place& place(std::size_t index);
    std::vector<std::string> devices_of(const std::string& device) const;  // "cuda:0", "cuda:1"
    void give_up(std::string reason);

    const ChildCommand command_;
    const WorkerLimits limits_;
    std::vector<DeviceInfo> devices_;
    Provenance origin_;  // of the first worker on the run's device
    mutable std::mutex mutex_;
    std::condition_variable freed_;
    std::vector<std::unique_ptr<Place>> places_;  // [i] measures on the i-th device of a run
    std::string broken_;
};

// slay-bench beside this program, as a worker; an error where it is not there.
Result<ChildCommand> local_worker();

}  // namespace slay
