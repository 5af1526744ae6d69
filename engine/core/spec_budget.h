// A measured budget taken over into a sweep.
#pragma once

#include "engine/core/point.h"
#include "engine/core/sweep_spec.h"

namespace slay {

// The sweep at the budget of `point` alone: each of its variant's own parameters takes the point's
// value in the axes, in every override, scale and choice of variants. The point's variant takes
// part. Other parameters and variants stay as they are; a point of a variant that this program does
// not know changes nothing.
SweepSpec with_budget(SweepSpec spec, const Point& point);

}  // namespace slay
