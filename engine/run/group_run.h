// One group of points in the hands of an executor: whatever it does, each point ends once.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/run/event_log.h"
#include "engine/run/executor.h"

namespace slay {

// The shortest length of each series that ran out of memory on this device. Thread-safe.
class MemoryLimits {
  public:
    void note(const Point& point);
    // Why the point need not be tried, or nothing.
    std::optional<std::string> reason_to_skip(const Point& point) const;
    // The point is to be tried whatever is known of its series.
    void forget(const Point& point);

  private:
    mutable std::mutex mutex_;
    std::map<std::string, std::int64_t> shortest_;
};

class GroupRun : private PointObserver {
  public:
    // `batch`: how often the group was taken up before in this start of the run.
    GroupRun(std::vector<Point> points, std::uint32_t batch, EventLog& log, RunControl& control,
             MemoryLimits& limits);

    // Every point is finished afterwards, but those that a stop, a full disk or a broken executor
    // left open. `folder`: the run's.
    void run(Executor& executor, const SweepSpec& spec, const std::string& device,
             const std::string& folder);

    // When its first point was begun: without what starting a worker takes. Nothing where none was.
    std::optional<std::chrono::steady_clock::time_point> began() const;

  private:
    void point_started(const Point& point) override;
    void samples_taken(const Point& point, std::string_view metric, std::int64_t first_round,
                       std::span<const double> values) override;
    void point_finished(const Point& point, PointResult result) override;
    void message(Severity severity, std::string text) override;

    bool is_open(const std::string& id) const;
    void finish(const Point& point, PointResult result);
    void stop_on_failure();

    std::vector<Point> points_;
    const std::uint32_t batch_;
    EventLog& log_;
    RunControl& control_;
    MemoryLimits& limits_;
    mutable std::mutex mutex_;
    std::set<std::string> open_;  // ids of points without a result
    std::optional<std::chrono::steady_clock::time_point> began_;
};

}  // namespace slay
