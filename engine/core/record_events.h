// A record as the events that make it: what a journal of it holds.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "engine/core/run_record.h"

namespace slay {

// Applied to an empty record they give this one again: plan, points with their samples in the
// sessions that measured them, messages, outcome. For a record that no one journal holds.
std::vector<Event> record_events(const RunRecord& record);

// What one start of a run did with a point, told to `take`: each attempt of that start with its
// samples, and that the point was measured again where a later attempt superseded it.
void point_events(const RecordedPoint& point, std::size_t session,
                  const std::function<void(EventBody)>& take);

// What several runs say differently of one point: "latency linear L = 64: 1.2 ms in A, 1.3 ms in B
// (kept)". A point that only one of them measured is no conflict, nor is one measured alike. Of
// several the last that measured it is kept, as merge_records does. `names` are those of the
// records.
std::vector<std::string> merge_conflicts(std::span<const RunRecord> records,
                                         std::span<const std::string> names);

}  // namespace slay
