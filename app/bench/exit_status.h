// What the program's exit code says, beside the codes of engine/core/result.h.
#pragma once

namespace slay::bench {

inline constexpr int exit_all_measured = 0;
inline constexpr int exit_some_failed = 3;  // a point was not measured, or a comparison missed
inline constexpr int exit_usage = 64;
inline constexpr int exit_internal = 70;
inline constexpr int exit_cannot_write = 74;
inline constexpr int exit_interrupted = 130;

}  // namespace slay::bench
