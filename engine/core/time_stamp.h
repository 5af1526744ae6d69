// Times of day, for people and file names; durations come from a steady clock.
#pragma once

#include <string>

namespace slay {

std::string utc_now();  // ISO 8601, UTC, to the second: "2026-11-24T02:10:00Z"

// Unique to a run: its start in UTC and 32 random bits, "20261124T021000-9f3c21aa".
std::string new_run_id();

}  // namespace slay
