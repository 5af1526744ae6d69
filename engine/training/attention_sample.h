// q, k and v that a model in training makes of one sequence, to be looked at later.
#pragma once

#include "engine/core/point.h"
#include "engine/core/result.h"
#include "engine/training/trainer.h"

namespace slay {

// Writes RUN/attention/POINT.qkv (engine/explore/qkv_file.h): the first validation sequence at the
// model as it is. Draws nothing and changes nothing. Throws what LibTorch throws.
Status keep_attention_sample(Trainer& trainer, const TrainingSetup& setup, const Point& point,
                             const std::string& run_folder);

}  // namespace slay
