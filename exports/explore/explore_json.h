// A frame of the kernel explorer as JSON, schema "slay-explore/1".
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "engine/explore/explore.h"

namespace slay {

// What was asked for, the nodes, and each part that was computed: curves against x, the share of
// row sums at or below zero, the attention pattern's errors and entropies. The same request gives
// the same text; a number that is not finite is null.
nlohmann::ordered_json explore_json(const explore::Frame& frame);

}  // namespace slay
