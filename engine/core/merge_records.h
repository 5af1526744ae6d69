// Several runs as one record, for one set of tables and figures.
#pragma once

#include <functional>
#include <span>

#include "engine/core/run_record.h"

namespace slay {

// The points of all runs, each with its own origin: what one run measured stays unpaired with what
// another did, as with the sessions of a resumed run. Of a point in several runs the last measured
// one stands. A different build is labelled as foreign. Errors: no record, one without a plan, or
// runs of different devices, whose figures would stand in one curve.
Result<RunRecord> merge_records(std::span<const RunRecord> records);

// The record as if its plan had held these points alone, with the variants that they are of.
// Without any such point, an empty record.
RunRecord select_points(const RunRecord& record, const std::function<bool(const Point&)>& keep);

}  // namespace slay
