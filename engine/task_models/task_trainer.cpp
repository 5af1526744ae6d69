#include "engine/task_models/task_trainer.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numbers>

#include "engine/task_models/seed_optimiser.h"
#include "engine/task_models/step_runner.h"
#include "engine/tasks/task_data.h"

namespace slay {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

// One step's sequences of all seeds.
struct Batch {
    at::Tensor tokens;   // [S, B, L] int64, on the device
    at::Tensor answers;  // [S, B, A]
};

class Trainer {
  public:
    Trainer(const TaskTraining& training, at::Device device, const TrainingObserver& observer)
        : training_(training),
          device_(device),
          observer_(observer),
          model_(training.model, device),
          optimiser_(model_.weights()) {}

    TrainingResult run() {
        TrainingResult result;
        result.weights_per_seed = model_.weights_per_seed();
        if (!train(result)) {
            result.cancelled = true;
            return result;
        }
        result.seeds = test();
        result.cancelled = result.seeds.empty();
        const auto stopped = optimiser_.stopped();
        for (std::size_t s = 0; s < result.seeds.size(); ++s) result.seeds[s].stopped = stopped[s];
        return result;
    }

  private:
    std::int64_t seeds() const { return static_cast<std::int64_t>(training_.model.seeds.size()); }

    Batch draw(TaskSplit split, std::uint64_t step, std::int64_t count) const {
        const std::int64_t length = training_.size.length;
        const std::int64_t answers = training_.model.answers;
        // Pinned memory is copied without waiting for the device.
        const auto host = at::TensorOptions().dtype(at::kInt).pinned_memory(device_.is_cuda());
        const at::Tensor tokens = at::empty({seeds(), count, length}, host);
        const at::Tensor wanted = at::empty({seeds(), count, answers}, host);
        for (std::int64_t s = 0; s < seeds(); ++s) {
            const auto part = [&](const at::Tensor& all, std::int64_t each) {
                const std::int64_t size = count * each;
                return std::span(all.data_ptr<std::int32_t>() + s * size,
                                 static_cast<std::size_t>(size));
            };
            draw_task(*training_.task, training_.size,
                      training_.model.seeds[static_cast<std::size_t>(s)], split, step,
                      part(tokens, length), part(wanted, answers));
        }
        const auto move = [&](const at::Tensor& x) {
            return x.to(device_, at::kInt, /*non_blocking=*/true).to(at::kLong);
        };
        return {move(tokens), move(wanted)};
    }

    bool train(TrainingResult& result) {
        const auto begin = Clock::now();
        double paused = 0;
        // Losses stay on the device until there are some, so that a step never waits for it.
        const std::int64_t kept = std::clamp<std::int64_t>(training_.steps / 20, 1, 100);
        const auto options =
            at::TensorOptions().dtype(model_.weights().flat().dtype()).device(device_);
        // What a step reads and writes stays where it is, so that it can be recorded.
        Batch batch = draw(TaskSplit::train, 0, training_.batch);
        const at::Tensor rate = at::zeros({}, options), loss = at::zeros({seeds()}, options);
        at::Tensor losses = at::empty({kept, seeds()}, options);
        StepRunner runner(device_, [&] { train_step(batch, rate, loss); });
        for (std::int64_t step = 0; step < training_.steps; ++step) {
            const auto asked = Clock::now();
            if (!observer_.keep_going()) return false;
            paused += seconds_since(asked);
            const Batch next =
                draw(TaskSplit::train, static_cast<std::uint64_t>(step), training_.batch);
            batch.tokens.copy_(next.tokens);
            batch.answers.copy_(next.answers);
            rate.fill_(scheduled_rate(step, training_.steps, training_.learning_rate));
            runner.run();
            losses[step % kept].copy_(loss);
            const bool full = step % kept == kept - 1 || step + 1 == training_.steps;
            if (full) report(losses.narrow(0, 0, step % kept + 1), step - step % kept);
        }
        result.seconds = seconds_since(begin) - paused;
        result.backend = model_.backend();
        result.launch = runner.launch();
        return true;
    }

    void train_step(const Batch& batch, const at::Tensor& rate, const at::Tensor& loss_out) {
        const at::Tensor loss = SeedModel::loss(model_.logits(batch.tokens), batch.answers);
        // The seeds share nothing, so that the gradient of the sum is each one's own.
        const auto gradients = torch::autograd::grad({loss.sum()}, model_.weights().parts());
        loss_out.copy_(loss.detach());
        optimiser_.step(SeedWeights::join(gradients), loss_out, rate);
    }

    void report(const at::Tensor& losses, std::int64_t first_step) const {
        const at::Tensor rows = losses.t().to(at::kCPU, at::kDouble).contiguous();
        for (std::int64_t s = 0; s < rows.size(0); ++s) {
            const double* row = rows.data_ptr<double>() + s * rows.size(1);
            observer_.on_losses(static_cast<std::size_t>(s), first_step,
                                std::vector<double>(row, row + rows.size(1)));
        }
    }

    // Empty when it was told to stop.
    std::vector<SeedResult> test() {
        const at::NoGradGuard no_grad;
        const auto options = at::TensorOptions().dtype(at::kDouble).device(device_);
        at::Tensor right = at::zeros({seeds()}, options), exact = right.clone(),
                   loss = right.clone();
        std::int64_t done = 0;
        for (std::uint64_t part = 0; done < training_.tests; ++part) {
            if (!observer_.keep_going()) return {};
            const std::int64_t count = std::min(training_.batch, training_.tests - done);
            const Batch batch = draw(TaskSplit::test, part, count);
            const at::Tensor logits = model_.logits(batch.tokens);
            const at::Tensor hits = logits.argmax(-1).eq(batch.answers);
            right += hits.sum({1, 2});
            exact += hits.all(2).sum(1);
            loss +=
                SeedModel::loss(logits, batch.answers).to(at::kDouble) * static_cast<double>(count);
            done += count;
        }
        const auto sequences = static_cast<double>(done);
        const at::Tensor all =
            at::stack({right / (sequences * static_cast<double>(training_.model.answers)),
                       exact / sequences, loss / sequences})
                .cpu();
        std::vector<SeedResult> results;
        for (std::int64_t s = 0; s < seeds(); ++s)
            results.push_back({all[0][s].item<double>(), all[1][s].item<double>(),
                               all[2][s].item<double>(), std::nullopt});
        return results;
    }

    const TaskTraining& training_;
    at::Device device_;
    const TrainingObserver& observer_;
    SeedModel model_;
    SeedOptimiser optimiser_;
};

// What of the model follows from the task.
TaskTraining completed(TaskTraining training) {
    training.model.length = training.size.length;
    training.model.answers = training.task->answers(training.size);
    training.model.tokens = task_tokens(training.size);
    training.model.classes = training.size.vocabulary;
    return training;
}

}  // namespace

double scheduled_rate(std::int64_t step, std::int64_t steps, double peak) {
    const std::int64_t warm = std::max<std::int64_t>(1, steps / 20);
    const double up = static_cast<double>(step + 1) / static_cast<double>(warm);
    if (up < 1) return peak * up;
    const double part = static_cast<double>(step - warm + 1) /
                        static_cast<double>(std::max<std::int64_t>(1, steps - warm));
    return peak * (0.1 + 0.45 * (1 + std::cos(std::numbers::pi * part)));
}

TrainingResult train_task(const TaskTraining& training, at::Device device,
                          const TrainingObserver& observer) {
    const TaskTraining complete = completed(training);
    return Trainer(complete, device, observer).run();
}

}  // namespace slay
