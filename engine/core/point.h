// A point: one variant with one set of parameters in one experiment; and what came of it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/metric.h"
#include "engine/core/parameters.h"

namespace slay {

enum class PointState {
    pending,        // in the plan, not reached yet
    running,        // in flight
    ok,             // measured
    unsupported,    // the variant cannot do this, with the reason
    out_of_memory,  // did not fit, or was skipped because a shorter length did not fit
    incorrect,      // the implementation error is above its bound: no latency is shown
    unconverged,    // measured, but the interval is wider than asked for
    timed_out,
    failed,
    cancelled,
};
std::string_view to_string(PointState state);  // "ok", "out-of-memory", ...
std::optional<PointState> parse_point_state(std::string_view text);
bool is_final(PointState state);     // neither pending nor running nor cancelled
bool is_measured(PointState state);  // ok or unconverged: its metrics are figures to show

// What a point is predicted to cost, before it runs. Never shown as a measurement.
struct Prediction {
    double seconds = 0;     // of the whole point, its samples included
    double latency_ms = 0;  // of one pass
    double peak_bytes = 0;  // above inputs and weights
};

struct Point {
    std::string id;  // stable: a hash of experiment, variant and parameters
    std::string experiment;
    std::string variant;
    std::string group;  // points of one group are measured side by side (paired rounds)
    Parameters parameters;
    Prediction prediction;
};

struct PointResult {
    PointState state = PointState::pending;
    std::string reason;  // why, when not ok; what to do
    std::map<std::string, MetricValue, std::less<>> metrics;
    std::map<std::string, std::string, std::less<>>
        notes;  // backend, implementation, clocks, throttle, ...
};

// The curve a point lies on: experiment, variant and every parameter but the length. Points of one
// series differ in their length alone.
std::string series_key(const Point& point);

// The seeds a point measures: those that its parameter `seeds` lists, else its `seed`.
std::vector<std::int64_t> seeds_of(const Point& point);

// The id of a point: 16 hexadecimal digits from its experiment, variant and parameters.
std::string point_id(std::string_view experiment, std::string_view variant,
                     const Parameters& parameters);

}  // namespace slay
