// Kills and damage that need LibTorch, told as plain values.
#pragma once

#include <string>

#include "tests/training/training_points.h"

namespace slay {

// Trains the point with a checkpoint after every step; `observer` may throw, as a process that is
// killed would end. True when it came to its end.
bool train_with_checkpoints(const Point& point, const std::string& folder,
                            TrainingObserver& observer);

// Puts a weight that is no number into the point's checkpoint; the step it was written at.
std::int64_t poison_checkpoint(const Point& point, const std::string& folder);

}  // namespace slay
