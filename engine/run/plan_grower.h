// Takes up the requests that come to a run while it is measured: completes and checks their
// points, writes them into the journal, and hands them to the queue.
#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine/core/plan_growth.h"
#include "engine/run/event_log.h"
#include "engine/run/group_queue.h"
#include "engine/run/group_run.h"

namespace slay {

class PlanGrower {
  public:
    // How soon a request is seen. A look is one readdir.
    static constexpr std::chrono::milliseconds look_interval{250};

    PlanGrower(std::string folder, EventLog& log, GroupQueue& queue, MemoryLimits& limits,
               Measurement measurement, DeviceRates rates);
    ~PlanGrower() { stop(); }

    void take_up();  // what waits now; thread-safe
    void watch();    // takes up what comes, on a thread of its own, until stop()
    void stop();     // and takes up what came last

  private:
    std::vector<Point> meet(const PlanGrowth& growth);  // what is to be measured for it
    void add_points(const PlanGrowth& growth, std::vector<Point>& to_measure);
    void reopen_points(const PlanGrowth& growth, std::vector<Point>& to_measure);

    const std::string folder_;
    EventLog& log_;
    GroupQueue& queue_;
    MemoryLimits& limits_;
    const Measurement measurement_;
    const DeviceRates rates_;
    std::mutex mutex_;
    std::jthread watcher_;
};

}  // namespace slay
