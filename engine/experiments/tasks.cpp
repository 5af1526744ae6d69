// Experiment: small models that learn synthetic tasks, the seeds of a point side by side.
#include <fmt/format.h>

#include <cmath>
#include <memory>
#include <vector>

#include "engine/core/statistics.h"
#include "engine/experiments/experiment.h"
#include "engine/task_models/task_trainer.h"

namespace slay {
namespace {

// Four significant digits: a curve's samples are many, and no more is seen of them.
double shortened(double value) {
    if (value == 0) return 0;
    const double unit = std::pow(10.0, std::floor(std::log10(std::abs(value))) - 3);
    return std::stod(fmt::format("{:.6g}", std::round(value / unit) * unit));
}

TaskTraining training_of(const Point& point, const TaskInfo& task) {
    const PointSetup setup = point_setup(point);
    const Parameters& p = point.parameters;
    TaskTraining training;
    training.task = &task;
    training.size = {setup.length, p.integer("vocabulary", 32)};
    training.batch = setup.batch;
    training.steps = p.integer("steps", 1000);
    training.learning_rate = p.real("learning_rate", 1e-3);
    SeedModelConfig& model = training.model;
    model.variant = setup.variant;
    model.own = setup.own;
    for (const std::int64_t seed : seeds_of(point))
        model.seeds.push_back(static_cast<std::uint64_t>(seed));
    model.heads = setup.heads;
    model.width = setup.width;
    model.layers = p.integer("layers", 2);
    model.full_block = p.text("block", "attention") == "full";
    model.type = setup.type;
    return training;
}

// Why the point cannot be trained; empty where it can.
std::string refusal(const Point& point) {
    const std::string name = point.parameters.text("task", "copy");
    const TaskInfo* task = find_task(name);
    if (!task) return fmt::format("There is no task {}.", name);
    const TaskTraining training = training_of(point, *task);
    if (training.model.type == DataType::float16)
        return "Training in float16 would need its losses scaled; bfloat16 and float32 do not.";
    return task_size_error(*task, training.size);
}

void add_figure(PointResult& result, const char* metric, const std::vector<double>& seeds) {
    result.metrics[metric] = mean_with_interval(seeds);
    if (seeds.size() > 1)
        result.notes[std::string("sd_") + metric] =
            fmt::format("{:.6g}", standard_deviation(seeds));
}

PointResult summarise(const TaskTraining& training, const TrainingResult& trained) {
    PointResult result;
    std::vector<double> accuracy, exact, loss;
    std::string stopped;
    for (std::size_t s = 0; s < trained.seeds.size(); ++s) {
        const SeedResult& seed = trained.seeds[s];
        if (seed.stopped || !std::isfinite(seed.loss)) {
            const std::string when =
                seed.stopped ? fmt::format("at step {}", *seed.stopped + 1) : "in its test";
            stopped += fmt::format("{}seed {} {}", stopped.empty() ? "" : ", ",
                                   training.model.seeds[s], when);
            continue;
        }
        accuracy.push_back(seed.accuracy);
        exact.push_back(seed.exact_match);
        loss.push_back(seed.loss);
    }
    const auto diverged = trained.seeds.size() - accuracy.size();
    result.metrics["diverged_seeds"].value = static_cast<double>(diverged);
    result.metrics["diverged_seeds"].count = static_cast<std::int64_t>(trained.seeds.size());
    result.metrics["training_seconds"].value = trained.seconds;
    result.metrics["chance_accuracy"].value = training.task->chance(training.size);
    if (!stopped.empty()) result.notes["diverged"] = stopped;
    if (!trained.backend.empty()) result.notes["backend"] = trained.backend;
    result.notes["launch"] = trained.launch;
    result.notes["weights"] = std::to_string(trained.weights_per_seed);
    result.notes["test_sequences"] = std::to_string(training.tests);
    result.notes["answers"] = std::to_string(training.task->answers(training.size));
    if (accuracy.empty()) {
        result.state = PointState::failed;
        result.reason = "The training diverged: the loss or its gradient was not finite (" +
                        stopped + "). A smaller learning rate may help.";
        return result;
    }
    result.state = PointState::ok;
    if (diverged > 0)
        result.reason = fmt::format("{} of {} seeds diverged and are left out: {}.", diverged,
                                    trained.seeds.size(), stopped);
    add_figure(result, "accuracy", accuracy);
    add_figure(result, "exact_match", exact);
    add_figure(result, "task_loss", loss);
    return result;
}

class Tasks final : public Experiment {
  public:
    std::string_view name() const override { return "tasks"; }

    void run_group(std::span<const Point> group, ExperimentContext& context) override {
        for (const Point& point : group) {
            if (!context.run.control.wait_while_paused() || !context.device.lost.empty()) break;
            context.run.observer.point_started(point);
            if (const std::string reason = refusal(point); !reason.empty()) {
                context.finish(point, without_figures(PointState::unsupported, reason));
                continue;
            }
            if (!context.admitted(point)) continue;
            const double free = context.device.free_bytes();
            try {
                measure(point, context);
            } catch (...) {
                context.fail(point, std::current_exception(), free);
            }
        }
        context.device.release_cache();
    }

  private:
    // Nothing is finished when a stop was asked for.
    static void measure(const Point& point, ExperimentContext& context) {
        const TaskTraining training =
            training_of(point, *find_task(point.parameters.text("task", "copy")));
        TrainingObserver observer;
        observer.keep_going = [&] { return context.run.control.wait_while_paused(); };
        observer.on_losses = [&](std::size_t seed, std::int64_t first_step,
                                 const std::vector<double>& losses) {
            std::vector<double> curve;
            for (const double loss : losses) {
                if (!std::isfinite(loss)) break;  // the seed has stopped
                curve.push_back(shortened(loss));
            }
            const std::string id = fmt::format("loss_of_seed_{}", training.model.seeds[seed]);
            if (!curve.empty()) context.run.observer.samples_taken(point, id, first_step, curve);
        };
        const TrainingResult trained =
            train_task(training, context.device.torch_device(), observer);
        if (trained.cancelled) return;
        const auto take = [&](const char* metric, double SeedResult::*member) {
            std::vector<double> values;
            for (const SeedResult& seed : trained.seeds)
                if (!seed.stopped && std::isfinite(seed.*member)) values.push_back(seed.*member);
            if (!values.empty()) context.run.observer.samples_taken(point, metric, 0, values);
        };
        take("accuracy", &SeedResult::accuracy);
        take("exact_match", &SeedResult::exact_match);
        take("task_loss", &SeedResult::loss);
        context.finish(point, summarise(training, trained));
    }
};

}  // namespace

std::unique_ptr<Experiment> make_tasks() {
    return std::make_unique<Tasks>();
}

}  // namespace slay
