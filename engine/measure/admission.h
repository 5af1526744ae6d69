// What a point may take before it is let in, so that a run never brings a machine down.
#pragma once

#include <optional>
#include <string>

#include "engine/core/point.h"

namespace slay {

// Bytes that a process could still take without swapping: MemAvailable, and what the control group
// of this process leaves. 0 when neither is told.
double host_memory_available();
double host_memory_total();

struct AdmissionLimit {
    double bytes = 0;         // what a point may take above its inputs and weights
    double budget_bytes = 0;  // the preset's memory budget
    double free_bytes = 0;
};

// min(budget, 80 % of what is free).
AdmissionLimit admission_limit(double budget_gb, double free_bytes);

// Empty, or why the point is not run: its predicted peak is above the limit.
std::optional<std::string> refused_admission(const Point& point, const AdmissionLimit& limit);

}  // namespace slay
