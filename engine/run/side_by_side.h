// What it costs to measure on several devices at once: they share a host, its memory and its power.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/core/run_record.h"
#include "engine/run/executor.h"

namespace slay {

// A group of points, and when it was measured.
struct MeasuredGroup {
    std::vector<Point> points;
    std::chrono::steady_clock::time_point begin, end;
};

// Those of the groups beside which others were measured for nine tenths of their time: not those of
// a device whose company was still being started, or had ended. In the order given.
std::vector<const MeasuredGroup*> measured_beside_others(std::span<const MeasuredGroup> groups);

// Measures points of `record` again, alone, and compares the medians of their samples with those
// that were taken while the other devices worked: "Measured beside other devices, 2 points took 1.3
// % more time than alone ...". The samples taken here go nowhere else. Nothing where none of the
// points has samples, or a stop was requested.
std::optional<std::string> cost_of_company(const RunRecord& record, std::span<const Point> points,
                                           Executor& executor, const SweepSpec& spec,
                                           const std::string& device, RunControl& control);

}  // namespace slay
