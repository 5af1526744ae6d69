// Experiment: what error a feature budget R x M x P buys for what time and memory.
//
// A point goes through the kernel-quality, the latency and the memory experiment in turn and is
// finished once, with the figures of all three.
#include <map>
#include <string>
#include <vector>

#include "engine/experiments/experiment.h"

namespace slay {
namespace {

// Passes on the samples of one stage and keeps its results.
class StageObserver final : public PointObserver {
  public:
    explicit StageObserver(PointObserver& next) : next_(next) {}

    void point_started(const Point&) override {}  // told of before the first stage
    void samples_taken(const Point& point, std::string_view metric, std::int64_t first_round,
                       std::span<const double> values) override {
        next_.samples_taken(point, metric, first_round, values);
    }
    void point_finished(const Point& point, PointResult result) override {
        results_.insert_or_assign(point.id, std::move(result));
    }
    void message(Severity severity, std::string text) override {
        next_.message(severity, std::move(text));
    }

    // Null: the stage ended before it came to this point.
    PointResult* find(const Point& point) {
        const auto found = results_.find(point.id);
        return found == results_.end() ? nullptr : &found->second;
    }

  private:
    PointObserver& next_;
    std::map<std::string, PointResult, std::less<>> results_;
};

// A later stage decides where the earlier ones went well; an interval that stayed too wide is not
// forgotten.
void add_stage(PointResult& whole, PointResult stage) {
    whole.metrics.merge(stage.metrics);
    whole.notes.merge(stage.notes);
    if (stage.state == PointState::ok && whole.state == PointState::unconverged) return;
    whole.state = stage.state;
    whole.reason = std::move(stage.reason);
}

class FeatureBudget final : public Experiment {
  public:
    FeatureBudget() {
        stages_.push_back(make_kernel_quality());
        stages_.push_back(make_latency());
        stages_.push_back(make_memory());
    }

    std::string_view name() const override { return "feature-budget"; }

    void run_group(std::span<const Point> group, ExperimentContext& context) override {
        std::vector<Point> open(group.begin(), group.end());
        for (const Point& point : open) context.run.observer.point_started(point);
        std::map<std::string, PointResult> results;
        for (const auto& stage : stages_) {
            if (open.empty() || !context.run.control.wait_while_paused()) return;
            StageObserver observer(context.run.observer);
            const ExecutionContext run{context.run.spec, context.run.device, context.run.control,
                                       observer};
            ExperimentContext stage_context{run, context.device};
            stage->run_group(open, stage_context);
            if (context.stopping()) return;
            std::vector<Point> measured;
            for (Point& point : open) {
                PointResult* result = observer.find(point);
                if (!result) continue;  // the device is lost: the executor finishes the point
                PointResult& whole = results[point.id];
                add_stage(whole, std::move(*result));
                if (is_measured(whole.state))
                    measured.push_back(std::move(point));
                else
                    context.finish(point, std::move(whole));
            }
            open = std::move(measured);
        }
        for (const Point& point : open) context.finish(point, std::move(results[point.id]));
    }

    void forget(MeasuringDevice& device) override {
        for (const auto& stage : stages_) stage->forget(device);
    }

  private:
    std::vector<std::unique_ptr<Experiment>> stages_;
};

}  // namespace

std::unique_ptr<Experiment> make_feature_budget() {
    return std::make_unique<FeatureBudget>();
}

}  // namespace slay
