// Small training points, and an observer that keeps what it is told. No Torch.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "engine/run/executor.h"

namespace slay {

// A model of one layer on the generated language, trained in about a second.
inline Point training_point(const std::string& variant, std::int64_t steps,
                            const Parameters& more = {}) {
    Point point;
    point.experiment = "training";
    point.variant = variant;
    point.group = "training";
    Parameters& p = point.parameters;
    p.set("length", std::int64_t{24});
    p.set("batch", std::int64_t{4});
    p.set("heads", std::int64_t{2});
    p.set("width", std::int64_t{16});
    p.set("head_dim", std::int64_t{8});
    p.set("dtype", std::string("float32"));
    p.set("layers", std::int64_t{1});
    p.set("steps", steps);
    p.set("learning_rate", 0.01);
    p.set("objective", std::string("causal-lm"));
    p.set("corpus", std::string("generated"));
    p.set("vocabulary", std::int64_t{32});
    p.set("accumulation", std::int64_t{1});
    p.set("warmup_steps", std::int64_t{5});
    p.set("seed", std::int64_t{1});
    for (const auto& [id, value] : more) p.set(id, value);
    point.id = point_id(point.experiment, variant, p);
    return point;
}

// The samples of one point as a record would hold them: a start clears what came before.
class TrainingObserver : public PointObserver {
  public:
    struct Curve {
        std::vector<std::int64_t> steps;
        std::vector<double> values;
        bool operator==(const Curve&) const = default;
    };
    void point_started(const Point&) override {
        curves.clear();
        ++started;
    }
    void samples_taken(const Point&, std::string_view metric, std::int64_t first_round,
                       std::span<const double> values) override {
        Curve& curve = curves[std::string(metric)];
        for (std::size_t i = 0; i < values.size(); ++i) {
            curve.steps.push_back(first_round + static_cast<std::int64_t>(i));
            curve.values.push_back(values[i]);
        }
        if (on_samples) on_samples();
    }
    void point_finished(const Point&, PointResult given) override {
        ++finished;
        result = std::move(given);
    }
    void message(Severity, std::string text) override { messages.push_back(std::move(text)); }

    std::map<std::string, Curve> curves;
    std::vector<std::string> messages;
    PointResult result;
    int started = 0, finished = 0;
    std::function<void()> on_samples;
};

}  // namespace slay
