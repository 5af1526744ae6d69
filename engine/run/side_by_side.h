// What it costs to measure on several devices at once: they share a host, its memory and its power.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "engine/core/run_record.h"
#include "engine/run/executor.h"

namespace slay {

// Measures points of `record` again, alone, and compares the medians of their samples with those
// that were taken while the other devices worked: "Measured beside other devices, 2 points took 1.3
// % more time than alone ...". The samples taken here go nowhere else. Nothing where none of the
// points has samples, or a stop was requested.
std::optional<std::string> cost_of_company(const RunRecord& record, std::span<const Point> points,
                                           Executor& executor, const SweepSpec& spec,
                                           const std::string& device, RunControl& control);

}  // namespace slay
