// An executor without LibTorch, that does to each point what a test asks for.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "engine/run/executor.h"

namespace slay::fake {

// Called once for a group in place of measuring it; returns whether it took care of it.
using GroupAction = std::function<bool(std::span<const Point>, const ExecutionContext&)>;

class FakeExecutor : public Executor {
  public:
    GroupAction on_group;
    std::function<PointResult(const Point&)> result = [](const Point&) {
        return PointResult{PointState::ok, "", {}, {}};
    };
    std::string device_name = "A CPU";
    std::string build = "Release";
    int rounds = 8;
    std::map<std::string, int> measured;   // by point id
    std::vector<std::size_t> group_sizes;  // of every call

    std::vector<DeviceInfo> devices() override { return {device()}; }

    Result<DeviceInfo> resolve_device(const std::string& name) override {
        if (name == "auto" || name == "cpu") return device();
        return Error{ErrorKind::no_device, name + ": no such device; there is cpu"};
    }

    Provenance provenance(const std::string& id, const Measurement&) override {
        Provenance made = local_provenance();
        made.device = id;
        made.device_name = device_name;
        made.build_type = build;
        made.timings_meaningful = build == "Release";
        return made;
    }

    void run_group(std::span<const Point> group, const ExecutionContext& context) override {
        group_sizes.push_back(group.size());
        if (on_group && on_group(group, context)) return;
        for (const Point& point : group) context.observer.point_started(point);
        for (int round = 0; round < rounds; ++round)
            for (const Point& point : group) {
                if (!context.control.wait_while_paused()) return;
                const double value = point.variant == "standard" ? 4.0 : 1.0;
                context.observer.samples_taken(point, "latency_ms", round, std::vector{value});
            }
        for (const Point& point : group) {
            ++measured[point.id];
            context.observer.point_finished(point, result(point));
        }
    }

  private:
    DeviceInfo device() const {
        DeviceInfo info;
        info.id = "cpu";
        info.name = device_name;
        return info;
    }
};

}  // namespace slay::fake
