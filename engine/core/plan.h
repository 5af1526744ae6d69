// SweepSpec -> Plan: every point, its order, and what it is predicted to cost, before anything
// runs.
#pragma once

#include <string>
#include <vector>

#include "engine/core/point.h"
#include "engine/core/result.h"
#include "engine/core/sweep_spec.h"

namespace slay {

// What the prediction assumes of a device; replaced by measured rates where known.
struct DeviceRates {
    std::string name = "cpu";
    double matrix_flops = 5e10;      // sustained, float32, per second
    double bytes_per_second = 1e10;  // memory bandwidth
    double launch_seconds = 5e-6;    // per operator
    double memory_bytes = 8e9;       // what a point may take
    bool cuda = false;
};

struct Plan {
    SweepSpec spec;
    std::vector<Point> points;  // in the order of the run: groups together, cheap ones first
    double predicted_seconds = 0;
    double predicted_peak_bytes = 0;  // of the largest point
    // With a time budget (time_budget.h), else 0: the sampling time left to a point, and how many
    // points at the end are expected to stay open.
    double point_seconds = 0;
    std::size_t beyond_budget = 0;
};

inline constexpr std::size_t max_plan_points = 100'000;

// Expands a spec. Errors: more than max_plan_points points, an impossible size (E not divisible by
// H, d not a multiple of 4 or above 256, an L whose tensors pass 2^63 bytes), an unknown name.
Result<Plan> make_plan(const SweepSpec& spec, const DeviceRates& rates = {});

// Floating-point operations of one pass and peak bytes above inputs and weights; the cost model
// behind the prediction. `point` has its parameters complete.
double predicted_flops(const Point& point);
double predicted_peak_bytes(const Point& point, bool cuda);
Prediction predict(const Point& point, const Measurement& measurement, const DeviceRates& rates);

}  // namespace slay
