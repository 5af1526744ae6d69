// What is asked of a run beyond its plan: points that are added, and points that are measured
// again. Asked while the run goes on, or after it ended.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/plan.h"
#include "engine/core/run_record.h"

namespace slay {

struct PlanGrowth {
    std::vector<Point> add;          // experiment, variant and parameters; the rest is completed
    std::vector<std::string> rerun;  // ids of points that are finished
    std::string why;                 // for the log: "refine standard between L = 2,048 and 4,096"
    bool empty() const { return add.empty() && rerun.empty(); }
};

// A request as a file: {"schema": "slay-request/1", "why", "add": [{"experiment", "variant",
// "parameters"}], "rerun": [ids]}; and back. An error names `source` and what was expected.
std::string to_text(const PlanGrowth& growth);
Result<PlanGrowth> parse_growth(std::string_view json_text, const std::string& source);

// A point with its id, its group, its head dimension and its prediction. Errors: an experiment, a
// variant or a parameter that is not known, a value out of its range, an impossible size.
Result<Point> complete_point(Point point, const Measurement& measurement, const DeviceRates& rates);

// The lengths that part the range from `low` to `high` (both left out) evenly on a logarithmic
// axis, each a multiple of some power of two, as tiles like it. Fewer than `count` where the range
// is too narrow for them; none where it holds no whole number.
std::vector<std::int64_t> lengths_between(std::int64_t low, std::int64_t high, std::size_t count);

// Points like `like` at other lengths: on its curve alone, or for all variants and budgets that
// the run measures at the shape of `like`. Those that the run has already are left out. Error: the
// experiment has no length axis.
Result<PlanGrowth> at_lengths(const RunRecord& record, const RecordedPoint& like,
                              std::span<const std::int64_t> lengths, bool all_variants);

// The same for every curve of the run that has a length axis.
PlanGrowth all_at_lengths(const RunRecord& record, std::span<const std::int64_t> lengths);

// The points of one more variant: at every shape the run has, with the own parameters that the
// run's spec sweeps. Errors: no such variant, or it takes part in none of the run's experiments, or
// all of its points are there.
Result<PlanGrowth> with_variant(const RunRecord& record, const std::string& variant);

// What the growth is predicted to take, on top: the seconds of all its points, the bytes of the
// largest. Points that cannot be completed count nothing.
struct GrowthCost {
    std::size_t points = 0;
    double seconds = 0;
    double peak_bytes = 0;
};
GrowthCost cost_of(const PlanGrowth& growth, const RunRecord& record, const DeviceRates& rates);

// A finished point and, with `whole_group`, the finished points that were measured beside it.
PlanGrowth again(const RunRecord& record, const RecordedPoint& point, bool whole_group);

}  // namespace slay
