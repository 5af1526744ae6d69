#include "tests/exports/task_records.h"

#include <cmath>
#include <stdexcept>

#include "engine/core/statistics.h"
#include "engine/core/task_catalog.h"
#include "tests/exports/sample_records.h"

namespace slay::testing {
namespace {

double chance_of(const Point& point) {
    const TaskInfo& task = *find_task(point.parameters.text("task"));
    return task.chance(
        {point.parameters.integer("length"), point.parameters.integer("vocabulary")});
}

PointResult result_of(const Point& point, const std::vector<double>& seeds) {
    PointResult result;
    result.metrics["chance_accuracy"] = {chance_of(point), {}, {}, 1};
    if (seeds.empty()) {
        result.state = PointState::failed;
        result.reason = "The training diverged at step 17.";
        return result;
    }
    result.state = PointState::ok;
    result.metrics["accuracy"] = mean_with_interval(seeds);
    result.metrics["training_seconds"] = {1.5, {}, {}, 1};
    const auto planned = seeds_of(point).size();
    if (seeds.size() < planned)
        result.reason = std::to_string(planned - seeds.size()) + " of " + std::to_string(planned) +
                        " seeds diverged and are left out.";
    return result;
}

RunRecord with_samples(RunRecord record,
                       const std::function<std::vector<double>(const Point&)>& accuracies) {
    std::vector<Event> events;
    std::uint64_t seq = record.last_seq();
    for (const RecordedPoint& each : record.points()) {
        const std::vector<double> values = accuracies(each.point);
        if (!values.empty())
            events.push_back({++seq, record.run(), record.seconds(),
                              SamplesTaken{each.point.id, "accuracy", 0, values}});
    }
    for (const Event& event : events) record.apply(event);
    return record;
}

// Numbers that look random and are the same everywhere, from -0.5 to 0.5.
double wobble(const std::string& text, std::size_t i) {
    std::uint32_t hash = 2166136261u;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
    hash = (hash ^ static_cast<std::uint32_t>(i)) * 2246822519u;
    hash ^= hash >> 15;
    return static_cast<double>(hash % 9973) / 9973.0 - 0.5;
}

}  // namespace

RunRecord task_record(const std::string& preset_json,
                      const std::function<std::vector<double>(const Point&)>& accuracies) {
    return with_samples(record_of(preset_json,
                                  [&](const Point& point) -> Outcome {
                                      return {result_of(point, accuracies(point)), {}};
                                  }),
                        accuracies);
}

RunRecord small_task_record() {
    RunStarted started;
    started.provenance.program_version = "1.2.3";
    started.provenance.device = "cuda:0";
    started.provenance.device_name = "NVIDIA H200";
    started.provenance.started = "2026-11-23T14:05:09Z";
    started.plan.spec.name = "small";
    started.plan.spec.experiments = {"tasks"};
    for (const char* name : {"standard", "yat-performer-anchor", "yat-performer-laplace"})
        started.variants.push_back(*find_variant(name));
    started.metrics = {*find_metric("accuracy"), *find_metric("training_seconds"),
                       *find_metric("chance_accuracy")};
    for (const char* task : {"needle", "copy", "associative-recall"}) {
        for (const VariantInfo& variant : started.variants) {
            Point point;
            point.experiment = "tasks";
            point.variant = variant.name;
            point.group = task;
            point.id = task + ('/' + variant.name);
            point.prediction = {1.5, 2.5, 4e4};
            point.parameters.set("task", std::string(task));
            point.parameters.set("vocabulary", std::int64_t{16});
            point.parameters.set("length", std::int64_t{32});
            point.parameters.set("dtype", std::string("float32"));
            point.parameters.set("seeds", std::string("0,1,2"));
            started.plan.points.push_back(std::move(point));
        }
    }
    const auto accuracies = [](const Point& point) -> std::vector<double> {
        const bool softmax = point.variant == "standard";
        const bool anchor = point.variant == "yat-performer-anchor";
        const std::string task = point.parameters.text("task");
        if (task == "copy") {  // softmax alone is perfect
            if (softmax) return {1, 1, 1};
            return anchor ? std::vector{0.9, 0.95, 0.985} : std::vector{0.5, 0.52, 0.51};
        }
        if (task == "needle") {  // all alike
            return softmax ? std::vector{0.98, 1.0, 0.99} : std::vector{0.97, 0.99, 1.0};
        }
        if (softmax) return {0.75, 0.8};  // one diverged
        return anchor ? std::vector{0.25, 0.27, 0.26} : std::vector<double>{};
    };
    return with_samples(record_of(std::move(started),
                                  [&](const Point& point) -> Outcome {
                                      return {result_of(point, accuracies(point)), {}};
                                  }),
                        accuracies);
}

RunRecord preset_task_record(const std::string& path) {
    const Result<SweepSpec> spec = read_spec(path);
    if (!spec) throw std::runtime_error(spec.error().message);
    return task_record(to_text(*spec), [](const Point& point) {
        const std::string task = point.parameters.text("task");
        const double chance = chance_of(point);
        const double level = std::clamp(0.75 + 0.9 * wobble(point.variant + task, 0), 0.0, 1.0);
        std::vector<double> seeds;
        for (std::size_t i = 0; i < seeds_of(point).size(); ++i)
            seeds.push_back(
                std::clamp(chance + (1 - chance) * level + 0.05 * wobble(point.id, i), 0.0, 1.0));
        return seeds;
    });
}

}  // namespace slay::testing
