// A training from its first step, or from its checkpoint, to its end: the loop of the experiment.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>

#include "engine/core/point.h"
#include "engine/run/executor.h"
#include "engine/text/token_source.h"

namespace slay {

struct TrainingHost {
    at::Device device = at::kCPU;
    std::optional<int> gpu;  // its CUDA index
    RunControl& control;
    PointObserver& observer;
    std::string folder;              // the run's; empty: no checkpoint is kept
    double checkpoint_seconds = 60;  // between two checkpoints
    double told_seconds = 0.1;       // between two lists of samples
};

// Trains the point, which was told to have started. Live samples, the optimiser step as their
// round: training_loss, gradient_norm and tokens_per_s of every step; validation_loss, perplexity
// and training_peak_mb about ten times. A loss or gradient that is not finite ends it as failed,
// with the step. Empty when a stop was requested: within a step, the state is in
// FOLDER/checkpoints/ then. Throws what LibTorch throws (out of memory) and on a source that cannot
// serve the length.
std::optional<PointResult> train_point(const Point& point, const TokenSource& source,
                                       const TrainingHost& host);

// Empty, or why this point cannot be trained here.
std::string training_unsupported(const Point& point, at::Device device);

}  // namespace slay
