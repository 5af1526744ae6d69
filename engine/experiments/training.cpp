// Experiment: a language model is trained with each variant as its attention, all else the same.
#include <ATen/ATen.h>

#include "engine/experiments/experiment.h"
#include "engine/text/text_corpus.h"
#include "engine/training/train_point.h"
#include "engine/training/training_setup.h"

namespace slay {
namespace {

class Training final : public Experiment {
  public:
    std::string_view name() const override { return "training"; }

    // One after the other: a training fills the device, and each has its own steps.
    void run_group(std::span<const Point> group, ExperimentContext& context) override {
        for (const Point& point : group) {
            if (!context.run.control.wait_while_paused() || !context.device.lost.empty()) return;
            context.run.observer.point_started(point);
            if (!context.admitted(point)) continue;
            run(point, context);
            if (context.stopping()) return;
        }
    }

    void forget(MeasuringDevice&) override { source_.reset(); }

  private:
    void run(const Point& point, ExperimentContext& context) {
        const at::Device device = context.device.torch_device();
        if (const std::string reason = training_unsupported(point, device); !reason.empty())
            return context.finish(point, without_figures(PointState::unsupported, reason));
        if (const Status opened = open_source(point, context); !opened) {
            if (opened.error().kind == ErrorKind::cancelled) return;
            return context.finish(point,
                                  without_figures(PointState::failed, opened.error().message));
        }
        context.device.release_cache();
        const double free = context.device.free_bytes();
        try {
            const TrainingHost host{device, context.device.gpu, context.run.control,
                                    context.run.observer, context.run.folder};
            if (auto result = train_point(point, *source_, host))
                context.finish(point, std::move(*result));
        } catch (...) {
            context.fail(point, std::current_exception(), free);
        }
        context.device.release_cache();
    }

    // The tokens, kept from point to point.
    Status open_source(const Point& point, ExperimentContext& context) {
        const TrainingSetup setup = training_setup(point);
        const std::string key = setup.corpus + '\n' + std::to_string(setup.vocabulary);
        if (source_ && key_ == key) return done();
        const auto progress = [&](const std::string& text) {
            context.run.observer.message(Severity::info, text);
        };
        Result<std::unique_ptr<TokenSource>> source = open_token_source(
            setup.corpus, setup.vocabulary, progress, context.run.control.token());
        if (!source) return source.error();
        source_ = std::move(*source);
        key_ = key;
        return done();
    }

    std::unique_ptr<TokenSource> source_;
    std::string key_;
};

}  // namespace

std::unique_ptr<Experiment> make_training() {
    return std::make_unique<Training>();
}

}  // namespace slay
