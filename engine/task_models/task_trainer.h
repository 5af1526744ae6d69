// Trains the models of several seeds on one task, side by side, and tests them.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/task_catalog.h"
#include "engine/task_models/seed_model.h"

namespace slay {

struct TaskTraining {
    const TaskInfo* task = nullptr;  // of task_catalog()
    TaskSize size;                   // one that the task takes
    SeedModelConfig model;           // its length, answers, tokens and classes follow from the size
    std::int64_t batch = 32;         // sequences of one seed and step
    std::int64_t steps = 1000;
    double learning_rate = 1e-3;  // at its peak
    std::int64_t tests = 1024;    // sequences that each seed is tested on
};

struct SeedResult {
    double accuracy = 0;                  // of the answers
    double exact_match = 0;               // of the sequences
    double loss = 0;                      // nats per answer
    std::optional<std::int64_t> stopped;  // the step at which it was no longer a number
};

struct TrainingResult {
    std::vector<SeedResult> seeds;  // in the order of the model's seeds
    double seconds = 0;             // wall time of the steps, without pauses and without the tests
    std::int64_t weights_per_seed = 0;
    std::string backend;
    std::string launch;      // StepRunner::launch()
    bool cancelled = false;  // then nothing else holds
};

struct TrainingObserver {
    // Before each step and each test; false ends the training at once. May wait while paused.
    std::function<bool()> keep_going;
    // Training losses of one seed (an index) from `first_step` on, in nats; NaN where it is none.
    std::function<void(std::size_t seed, std::int64_t first_step, const std::vector<double>&)>
        on_losses;
};

// The learning rate of a step: linear warm-up over the first twentieth (at least one step), then
// half a cosine down to a tenth of the peak.
double scheduled_rate(std::int64_t step, std::int64_t steps, double peak);

// Throws what LibTorch throws: out of memory, a lost device.
TrainingResult train_task(const TaskTraining& training, at::Device device,
                          const TrainingObserver& observer);

}  // namespace slay
