// One group of points in the hands of workers: whatever a point does to its worker costs that point
// alone.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/run/worker_lane.h"

namespace slay {

class WorkerGroup {
  public:
    // `device`: the lane's own, such as "cuda:1"; `origin`: that of the run's first worker.
    WorkerGroup(WorkerLane& lane, std::string device, const Provenance& origin,
                const ExecutionContext& context)
        : lane_(lane), device_(std::move(device)), origin_(origin), context_(context) {}

    // As Executor::run_group. An error: there is no worker to be had any more.
    Status run(std::span<const Point> group);

  private:
    // One try at measuring some points side by side.
    struct Attempt {
        LinkEnd end;
        std::string broken;                // why the worker cannot go on, as it said itself
        std::vector<std::string> started;  // ids, in order
        std::set<std::string> finished;
        // The last result, while it may be that of the point which brought the worker down: a
        // failure is passed on when more comes after it.
        struct Held {
            std::string point;
            PointResult result;
        };
        std::optional<Held> held;
        bool lost() const { return end.lost() || !broken.empty(); }
        std::string text() const;  // what happened to the worker, a predicate
    };
    using Points = std::vector<Point>;

    // `quietly`: nobody is told, to find out which point is at fault.
    Result<Attempt> measure(const Points& points, bool quietly);
    bool take(const EventBody& body, const Points& points, Attempt& attempt, bool quietly);
    void pass_on_held(const Points& points, Attempt& attempt, bool quietly);
    std::optional<Point> at_fault(const Attempt& attempt, const Points& open) const;
    Status try_alone(Points& open, const Attempt& attempt);
    void blame(const Point& point, const Attempt& attempt);
    void finish(const Point& point, PointResult result);
    void tell_of_loss(const Attempt& attempt, pid_t worker);

    WorkerLane& lane_;
    const std::string device_;
    const Provenance& origin_;
    const ExecutionContext& context_;
    std::set<std::string> started_;  // points that were told to have started
    bool unexplained_ = false;       // a loss that no point alone brought about
};

}  // namespace slay
