// One training: model, optimiser, batches, and the step that ties them.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <vector>

#include "engine/core/result.h"
#include "engine/training/adamw.h"
#include "engine/training/batches.h"
#include "engine/training/language_model.h"
#include "engine/training/training_setup.h"

namespace slay {

class Trainer {
  public:
    // `source` must outlive it.
    Trainer(const TrainingSetup& setup, const TokenSource& source, at::Device device);

    struct Step {
        double loss = 0;           // nats a predicted token, before the update
        double gradient_norm = 0;  // before clipping
        bool finite = true;        // otherwise nothing was updated
    };
    Step step();  // the next one; synchronises once
    std::int64_t steps_made() const { return optimiser_.steps_made(); }

    double validation_loss();  // nats; NaN where the model gives none
    const Batches& batches() const { return batches_; }
    LanguageModel& model() { return *model_; }

    // Weights and moments, in one order: all that a checkpoint holds besides the step.
    std::vector<at::Tensor> state() const;
    void restored(std::int64_t steps_made) { optimiser_.set_steps_made(steps_made); }

  private:
    TrainingSetup setup_;
    Batches batches_;
    std::shared_ptr<LanguageModel> model_;
    Adamw optimiser_;
};

}  // namespace slay
