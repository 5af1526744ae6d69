#include "engine/run/side_by_side.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "engine/core/run_record.h"
#include "engine/core/statistics.h"

namespace slay {
namespace {

constexpr const char* compared = "latency_ms";

// Keeps the samples and nothing else.
class Samples final : public PointObserver {
  public:
    std::map<std::string, std::vector<double>> values;  // by point

    void point_started(const Point&) override {}
    void samples_taken(const Point& point, std::string_view metric, std::int64_t,
                       std::span<const double> taken) override {
        if (metric != compared) return;
        const std::lock_guard lock(mutex_);
        auto& known = values[point.id];
        known.insert(known.end(), taken.begin(), taken.end());
    }
    void point_finished(const Point&, PointResult) override {}
    void message(Severity, std::string) override {}

  private:
    std::mutex mutex_;
};

// How much of its time others were measured, 0 to 1.
double share_beside(const MeasuredGroup& group, std::span<const MeasuredGroup> groups) {
    using Time = std::chrono::steady_clock::time_point;
    std::vector<std::pair<Time, Time>> others;
    for (const MeasuredGroup& other : groups) {
        const Time begin = std::max(group.begin, other.begin), end = std::min(group.end, other.end);
        if (&other != &group && begin < end) others.emplace_back(begin, end);
    }
    std::sort(others.begin(), others.end());
    Time covered = group.begin;
    std::chrono::steady_clock::duration beside{};
    for (const auto& [begin, end] : others) {
        if (end <= covered) continue;
        beside += end - std::max(begin, covered);
        covered = end;
    }
    const auto whole = group.end - group.begin;
    return whole.count() > 0
               ? static_cast<double>(beside.count()) / static_cast<double>(whole.count())
               : 0;
}

}  // namespace

std::vector<const MeasuredGroup*> measured_beside_others(std::span<const MeasuredGroup> groups) {
    std::vector<const MeasuredGroup*> found;
    for (const MeasuredGroup& group : groups)
        if (share_beside(group, groups) >= 0.9) found.push_back(&group);
    return found;
}

std::optional<std::string> cost_of_company(const RunRecord& record, std::span<const Point> points,
                                           Executor& executor, const SweepSpec& spec,
                                           const std::string& device, RunControl& control) {
    Samples alone;
    executor.run_group(points, {spec, device, control, alone});
    if (control.stop_requested()) return std::nullopt;
    std::vector<double> excess;  // in percent of the time alone
    for (const auto& [id, values] : alone.values) {
        const RecordedPoint* beside = record.find(id);
        if (!beside || !is_measured(beside->result.state)) continue;
        const auto samples = beside->samples.find(compared);
        if (samples == beside->samples.end() || samples->second.values.empty()) continue;
        const double there = median(samples->second.values), here = median(values);
        if (here > 0) excess.push_back(100 * (there / here - 1));
    }
    if (excess.empty()) return std::nullopt;
    std::sort(excess.begin(), excess.end());
    return fmt::format(
        "Measured beside other devices, {} points took {:.1f} % more time than alone (median; from "
        "{:.1f} % to {:.1f} %).",
        excess.size(), median(excess), excess.front(), excess.back());
}

}  // namespace slay
