// What a point is expected to cost: simple counts of operations and bytes per variant family. It
// orders the plan, warns before a run and is shown beside the measurement; it never replaces one.
#pragma once

#include "engine/core/plan.h"

namespace slay {

// One point of each experiment, samples included (ExperimentInfo::cost).
Prediction latency_cost(const Point& point, const Measurement& measurement,
                        const DeviceRates& rates);
Prediction memory_cost(const Point& point, const Measurement& measurement,
                       const DeviceRates& rates);
// Layers, head, optimiser and validation of a whole training.
Prediction training_cost(const Point& point, const Measurement& measurement,
                         const DeviceRates& rates);
Prediction quality_cost(const Point& point, const Measurement& measurement,
                        const DeviceRates& rates);
Prediction tasks_cost(const Point& point, const Measurement& measurement, const DeviceRates& rates);
// latency_ms and peak_bytes are those at the longest length that is expected to fit.
Prediction context_cost(const Point& point, const Measurement& measurement,
                        const DeviceRates& rates);

// Error, latency and memory of one budget.
Prediction budget_cost(const Point& point, const Measurement& measurement,
                       const DeviceRates& rates);

}  // namespace slay
