#include "engine/training/train_point.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "engine/attention/builtin_variants.h"
#include "engine/core/statistics.h"
#include "engine/core/units.h"
#include "engine/measure/failure.h"
#include "engine/measure/gpu.h"
#include "engine/measure/process_memory.h"
#include "engine/training/attention_sample.h"
#include "engine/training/checkpoint.h"
#include "engine/training/trainer.h"
#include "engine/training/training_history.h"

namespace slay {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t kValidations = 10;  // spread over the steps, the last one at the end
constexpr double kSpike = 3;               // times the median gradient norm

double seconds_since(Clock::time_point then) {
    return std::chrono::duration<double>(Clock::now() - then).count();
}

class TrainingLoop {
  public:
    TrainingLoop(const Point& point, const TokenSource& source, const TrainingHost& host)
        : point_(point), setup_(training_setup(point)), host_(host), source_(source) {}

    std::optional<PointResult> run() {
        if (host_.gpu) {
            gpu_reset_peak(*host_.gpu);
            before_bytes_ = gpu_memory(*host_.gpu).allocated_bytes;
            return train();
        }
        std::optional<PointResult> result;
        before_bytes_ = resident_bytes();
        const ResidentPeak peak = measure_resident_peak([&] { result = train(); });
        if (result && result->state == PointState::ok)
            result->metrics["training_peak_mb"].value = peak.growth_bytes / 1e6;
        return result;
    }

  private:
    std::optional<PointResult> train() {
        Trainer trainer(setup_, source_, host_.device);
        resume(trainer);
        Clock::time_point told{}, saved = Clock::now();  // the first step is told at once
        while (trainer.steps_made() < setup_.steps) {
            if (!host_.control.wait_while_paused()) {
                history_.tell(point_, host_.observer);
                save(trainer);
                return std::nullopt;
            }
            const auto begin = Clock::now();
            const Trainer::Step step = trainer.step();
            const double took = seconds_since(begin);
            if (!step.finite) return diverged(trainer, step);
            record(trainer, step, took);
            if (seconds_since(told) > host_.told_seconds) {
                history_.tell(point_, host_.observer);
                told = Clock::now();
            }
            if (seconds_since(saved) > host_.checkpoint_seconds) {
                save(trainer);
                saved = Clock::now();
            }
        }
        history_.tell(point_, host_.observer);
        return finished(trainer);
    }

    std::string path() const { return checkpoint_path(host_.folder, point_.id); }

    void resume(Trainer& trainer) {
        if (host_.folder.empty()) return;
        Result<CheckpointState> state = read_checkpoint(path(), point_.id, trainer.state());
        if (!state) {
            if (state.error().kind != ErrorKind::no_input)
                host_.observer.message(Severity::warning,
                                       state.error().message + "; the training begins anew");
            return;
        }
        trainer.restored(state->step);
        seconds_ = state->seconds;
        history_.restore(std::move(state->series));
        history_.tell_again();
        history_.tell(point_, host_.observer);
        resumed_at_ = state->step;
    }

    // q, k, v at the model as it is, for who wants to see what it attends to.
    void keep_attention(Trainer& trainer) {
        if (host_.folder.empty()) return;
        const Status kept = keep_attention_sample(trainer, setup_, point_, host_.folder);
        if (!kept) host_.observer.message(Severity::warning, kept.error().message);
    }

    void save(Trainer& trainer) {
        if (host_.folder.empty() || trainer.steps_made() == 0) return;
        keep_attention(trainer);
        CheckpointState state{point_.id, trainer.steps_made(), seconds_, history_.series()};
        if (const Status written = write_checkpoint(path(), state, trainer.state()); !written)
            host_.observer.message(Severity::warning, written.error().message);
    }

    void record(Trainer& trainer, const Trainer::Step& step, double took) {
        const std::int64_t number = trainer.steps_made();
        seconds_ += took;
        history_.add("training_loss", number, step.loss);
        history_.add("gradient_norm", number, step.gradient_norm);
        if (took > 0)
            history_.add("tokens_per_s", number,
                         static_cast<double>(setup_.tokens_per_step()) / took);
        const std::int64_t interval = std::max<std::int64_t>(1, setup_.steps / kValidations);
        if (number % interval != 0 && number != setup_.steps) return;
        validation_loss_ = trainer.validation_loss();
        if (std::isfinite(validation_loss_)) {
            history_.add("validation_loss", number, validation_loss_);
            history_.add("perplexity", number, std::exp(validation_loss_));
        }
        history_.add("training_peak_mb", number, memory_now() / 1e6);
    }

    double memory_now() const {
        if (host_.gpu) return gpu_memory(*host_.gpu).peak_allocated_bytes - before_bytes_;
        return std::max(0.0, resident_bytes() - before_bytes_);
    }

    PointResult diverged(const Trainer& trainer, const Trainer::Step& step) {
        const std::int64_t number = trainer.steps_made() + 1;
        history_.tell(point_, host_.observer);
        remove_checkpoint(path());
        PointResult result = without_figures(
            PointState::failed,
            fmt::format("The training diverged at step {} of {}: the {} is not a finite number. It "
                        "was stopped there; a lower learning rate than {} may hold.",
                        number, setup_.steps, std::isfinite(step.loss) ? "gradient" : "loss",
                        setup_.learning_rate));
        result.notes["diverged_at_step"] = std::to_string(number);
        return result;
    }

    PointResult finished(Trainer& trainer) {
        if (!std::isfinite(validation_loss_)) {
            // Resumed behind the last step: what the history says.
            const auto known = history_.values("validation_loss");
            validation_loss_ =
                known.empty() ? std::numeric_limits<double>::quiet_NaN() : known.back();
        }
        if (!std::isfinite(validation_loss_))
            return without_figures(PointState::failed,
                                   fmt::format("After {} steps the validation loss is not a finite "
                                               "number, though every training loss was.",
                                               setup_.steps));
        PointResult result;
        result.state = PointState::ok;
        const auto set = [&](const char* id, double value, std::int64_t count = 1) {
            result.metrics[id] = {value, {}, {}, count};
        };
        const auto losses = history_.values("training_loss");
        const std::size_t last = std::max<std::size_t>(1, losses.size() / 10);
        set("training_loss", mean(losses.last(last)), static_cast<std::int64_t>(last));
        set("validation_loss", validation_loss_);
        set("perplexity", std::exp(validation_loss_));
        if (const auto bound = trainer.batches().validation_bound()) {
            set("entropy_bound", *bound);
            set("excess_loss", validation_loss_ - *bound);
        }
        add_gradients(result);
        result.metrics["tokens_per_s"] = median_with_interval(history_.values("tokens_per_s"));
        set("training_seconds", seconds_);
        if (host_.gpu) set("training_peak_mb", memory_now() / 1e6);
        result.notes["weights"] = std::to_string(trainer.model().weights());
        result.notes["data"] = source_.describe();
        result.notes["memory_method"] =
            host_.gpu ? "peak of the CUDA allocator" : "growth of this process's resident set";
        if (const std::string backend = trainer.model().backend(); !backend.empty())
            result.notes["backend"] = backend;
        if (resumed_at_ > 0) result.notes["resumed_at_step"] = std::to_string(resumed_at_);
        keep_attention(trainer);
        remove_checkpoint(path());
        return result;
    }

    void add_gradients(PointResult& result) const {
        const auto norms = history_.values("gradient_norm");
        const auto count = static_cast<std::int64_t>(norms.size());
        result.metrics["gradient_norm"] = {mean(norms), {}, {}, count};
        result.metrics["gradient_norm_max"] = {
            *std::max_element(norms.begin(), norms.end()), {}, {}, count};
        const auto skipped =
            static_cast<std::size_t>(std::clamp<std::int64_t>(setup_.warmup_steps, 0, count - 1));
        const auto settled = norms.subspan(skipped);
        const double limit = kSpike * median(settled);
        const auto spikes = std::count_if(settled.begin(), settled.end(),
                                          [&](double norm) { return norm > limit; });
        result.metrics["gradient_spikes"] = {
            static_cast<double>(spikes), {}, {}, static_cast<std::int64_t>(settled.size())};
    }

    const Point& point_;
    const TrainingSetup setup_;
    const TrainingHost& host_;
    const TokenSource& source_;
    TrainingHistory history_;
    double seconds_ = 0, before_bytes_ = 0;
    double validation_loss_ = std::numeric_limits<double>::quiet_NaN();
    std::int64_t resumed_at_ = 0;
};

}  // namespace

std::optional<PointResult> train_point(const Point& point, const TokenSource& source,
                                       const TrainingHost& host) {
    return TrainingLoop(point, source, host).run();
}

std::string training_unsupported(const Point& point, at::Device device) {
    const TrainingSetup setup = training_setup(point);
    if (setup.type == DataType::float16)
        return "a training in float16 needs loss scaling, which this program does not do; take "
               "bfloat16";
    AttentionConfig config;
    config.heads = setup.heads;
    config.head_dim = setup.width / setup.heads;
    config.causal = setup.objective == Objective::causal_lm;
    config.parameters = setup.own;
    return unsupported_reason(setup.variant, config, device, setup.type);
}

}  // namespace slay
