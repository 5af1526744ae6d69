// The search for the longest context: doubling, then bisection. Knows neither LibTorch nor a
// device: what can be tried at a length can be searched, a fake too.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace slay {

// One pass at one length.
struct ProbedLength {
    std::int64_t length = 0;
    bool fits = false;   // else it ran out of memory, and the figures below mean nothing
    double ms = 0;       // of the pass
    double peak_mb = 0;  // inputs and weights included
};

struct ContextSettings {
    std::int64_t first = 1024;                     // tried first
    std::int64_t longest = std::int64_t{1} << 30;  // never exceeded
    double tolerance = 0.01;                       // of the length, at which a bisection ends
    double pass_seconds = 20;                      // a pass expected to take longer is not run
    double patience_seconds = 1;
    double growth = 1;  // time ~ length^growth: 2 for a quadratic variant
};

struct ContextLimits {
    enum class Bound {
        memory,       // the next length tried above did not fit
        time,         // longer ones would take longer than pass_seconds
        length,       // ContextSettings::longest fits
        interrupted,  // the probe gave up
    };
    Bound bound = Bound::interrupted;
    ProbedLength longest;           // that fits; length 0: none
    std::int64_t too_long = 0;      // the shortest that did not fit; 0: none was met
    std::int64_t patience = 0;      // the longest within patience_seconds; 0: none
    bool patience_reached = false;  // a longer one that fits took longer than that
    std::vector<ProbedLength> probed;
};

// Tries a length, which has no upper bound but ContextSettings::longest; `expected_seconds` is
// extrapolated from the probes so far, 0 before the first. Empty: stop searching.
using LengthProbe =
    std::function<std::optional<ProbedLength>(std::int64_t length, double expected_seconds)>;

// Memory first, then patience. Every probe is in `probed`, in the order taken.
ContextLimits search_context(const ContextSettings& settings, const LengthProbe& probe);

}  // namespace slay
