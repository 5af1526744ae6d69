// One point in the probe process: what came of it, in the terms of a point's result.
#pragma once

#include <optional>

#include "engine/experiments/experiment.h"

namespace slay {

// Has the context's probe process measure the point, started when there is none, while its memory
// may grow by at most `limit_bytes`. Waits `timeout_seconds` at most. Empty where a stop was
// requested.
std::optional<PointResult> ask_probe(const Point& point, double limit_bytes, double timeout_seconds,
                                     ExperimentContext& context);

}  // namespace slay
