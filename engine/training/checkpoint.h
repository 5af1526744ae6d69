// The state of a training on disk, from which it goes on to the same curve.
//
//   "SLAYCKP1", a length and a JSON header (point, step, series, tensors), then steps and values of
//   each series, the tensors' bytes, and a hash of all of it. Written beside and renamed over, so
//   that a crash leaves the one before.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/core/result.h"
#include "engine/training/training_history.h"

namespace slay {

struct CheckpointState {
    std::string point;      // Point::id: its parameters
    std::int64_t step = 0;  // the last one made
    double seconds = 0;     // of the steps so far
    std::map<std::string, TrainingHistory::Series> series;
};

// FOLDER/checkpoints/POINT.checkpoint
std::string checkpoint_path(const std::string& folder, const std::string& point_id);

// The tensors are read where they are (a GPU's are copied one at a time).
Status write_checkpoint(const std::string& path, const CheckpointState& state,
                        const std::vector<at::Tensor>& tensors);

// Fills `tensors`, which have the sizes and types they had when written. An error (missing,
// damaged, of another point, other tensors) leaves them as they are.
Result<CheckpointState> read_checkpoint(const std::string& path, const std::string& point_id,
                                        const std::vector<at::Tensor>& tensors);

// Removes the file, and the folder when it is empty.
void remove_checkpoint(const std::string& path);

}  // namespace slay
