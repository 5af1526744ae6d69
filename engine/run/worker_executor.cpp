#include "engine/run/worker_executor.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "engine/core/units.h"
#include "engine/run/worker_group.h"

namespace slay {
namespace {

// A preset that holds nothing but how to measure, to ask for the provenance with.
SweepSpec measuring(const Measurement& measurement) {
    SweepSpec spec;
    spec.name = "provenance";
    spec.experiments = {"latency"};
    spec.variants = {{"standard", {}}};
    spec.measurement = measurement;
    return spec;
}

}  // namespace

Result<ChildCommand> local_worker() {
    std::error_code error;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
    const std::string path = (program / "slay-bench").string();
    if (access(path.c_str(), X_OK) != 0)
        return Error{ErrorKind::no_input, clean_text(path) +
                                              ": is not there; it measures for this program in a "
                                              "process of its own: install it there"};
    return ChildCommand{path, {"worker"}, {}};
}

Result<std::unique_ptr<Executor>> WorkerExecutor::start(const ChildCommand& command,
                                                        const WorkerLimits& limits) {
    std::unique_ptr<WorkerExecutor> executor(new WorkerExecutor(command, limits));
    const auto worker = executor->place(0).lane.worker(nullptr);
    if (!worker) return worker.error();
    executor->devices_ = (*worker)->ready().devices;
    return std::unique_ptr<Executor>(std::move(executor));
}

WorkerExecutor::Place& WorkerExecutor::place(std::size_t index) {
    while (places_.size() <= index)
        places_.push_back(std::make_unique<Place>(Place{WorkerLane(command_, limits_)}));
    return *places_[index];
}

std::vector<DeviceInfo> WorkerExecutor::devices() {
    return devices_;
}

std::vector<std::string> WorkerExecutor::devices_of(const std::string& device) const {
    if (device != all_gpus) return {device};
    std::vector<std::string> ids;
    for (const DeviceInfo& info : devices_)
        if (info.cuda) ids.push_back(info.id);
    return ids;
}

Result<DeviceInfo> WorkerExecutor::resolve_device(const std::string& device) {
    {
        const std::lock_guard lock(mutex_);
        broken_.clear();  // what kept workers from starting may have been put right
    }
    const std::vector<std::string> ids = devices_of(device);
    if (ids.empty())
        return Error{ErrorKind::no_device, "There is no GPU here to measure on all of them."};
    const auto worker = place(0).lane.worker(nullptr);
    if (!worker) return worker.error();
    devices_ = (*worker)->ready().devices;
    for (const DeviceInfo& info : devices_)
        if (device == all_gpus && info.cuda && info.name != devices_.front().name)
            return Error{
                ErrorKind::no_device,
                fmt::format("{} is {} and {} is {}: one run holds figures of one kind of "
                            "GPU. Name the device to measure on.",
                            devices_.front().id, devices_.front().name, info.id, info.name)};
    const auto answer = place(0).lane.ask<DeviceAnswer>(
        [&](WorkerLink& link) { return link.ask_device(ids.front()); });
    if (!answer) return answer.error();
    if (!answer->device) return answer->device.error();
    DeviceInfo info = *answer->device;
    if (ids.size() > 1) {
        info.id = device;
        info.name = fmt::format("{} x {}", ids.size(), info.name);
    }
    return info;
}

Provenance WorkerExecutor::provenance(const std::string& device, const Measurement& measurement) {
    const std::vector<std::string> ids = devices_of(device);
    const auto there = place(0).lane.ask<Provenance>(
        [&](WorkerLink& link) { return link.ask_provenance(measuring(measurement), ids.front()); });
    if (!there) {
        give_up(there.error().message);
        return local_provenance();
    }
    origin_ = *there;
    if (ids.size() == 1) return origin_;
    Provenance all = origin_;
    all.device = device;
    all.device_name = fmt::format("{} x {}", ids.size(), origin_.device_name);
    return all;
}

std::size_t WorkerExecutor::lanes(const std::string& device) const {
    return std::max<std::size_t>(1, devices_of(device).size());
}

void WorkerExecutor::run_group(std::span<const Point> group, const ExecutionContext& context) {
    if (group.empty()) return;
    const std::vector<std::string> ids = devices_of(context.device);
    std::size_t taken = 0;
    {
        std::unique_lock lock(mutex_);
        place(ids.size() - 1);
        freed_.wait(lock, [&] {
            for (taken = 0; taken < ids.size(); ++taken)
                if (!places_[taken]->busy) return true;
            return false;
        });
        if (!broken_.empty()) return;
        places_[taken]->busy = true;
    }
    const Status status =
        WorkerGroup(places_[taken]->lane, ids[taken], origin_, context).run(group);
    if (!status) give_up(status.error().message);
    {
        const std::lock_guard lock(mutex_);
        places_[taken]->busy = false;
    }
    freed_.notify_one();
}

void WorkerExecutor::give_up(std::string reason) {
    const std::lock_guard lock(mutex_);
    broken_ = std::move(reason);
}

std::string WorkerExecutor::broken() const {
    const std::lock_guard lock(mutex_);
    return broken_;
}

}  // namespace slay
