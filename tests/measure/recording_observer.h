// Keeps what an executor tells, and checks the order in which it tells it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/run/executor.h"

namespace slay {

class RecordingObserver : public PointObserver {
  public:
    struct Entry {
        int started = 0, finished = 0;
        PointResult result;
        std::map<std::string, std::vector<double>, std::less<>> samples;
        std::vector<std::int64_t> rounds;  // of latency_ms
    };

    void point_started(const Point& point) override { ++entries[point.id].started; }
    void samples_taken(const Point& point, std::string_view metric, std::int64_t first_round,
                       std::span<const double> values) override {
        Entry& entry = entries[point.id];
        if (entry.started != 1 || entry.finished != 0) out_of_order = true;
        auto& known = entry.samples[std::string(metric)];
        known.insert(known.end(), values.begin(), values.end());
        if (metric == "latency_ms") {
            for (std::size_t i = 0; i < values.size(); ++i) {
                entry.rounds.push_back(first_round + static_cast<std::int64_t>(i));
            }
        }
        if (on_samples) on_samples();
    }
    void point_finished(const Point& point, PointResult result) override {
        Entry& entry = entries[point.id];
        if (entry.started != 1) out_of_order = true;
        ++entry.finished;
        entry.result = std::move(result);
    }
    void message(Severity, std::string text) override { messages.push_back(std::move(text)); }

    std::map<std::string, Entry, std::less<>> entries;
    std::vector<std::string> messages;
    bool out_of_order = false;
    std::function<void()> on_samples;
};

// Points of one group as a plan would hold them.
inline Point make_point(const std::string& experiment, const std::string& variant,
                        std::int64_t length, const Parameters& more = {}) {
    Point point;
    point.experiment = experiment;
    point.variant = variant;
    point.group = experiment + " L=" + std::to_string(length);
    point.parameters.set("length", length);
    point.parameters.set("batch", std::int64_t{1});
    point.parameters.set("heads", std::int64_t{2});
    point.parameters.set("width", std::int64_t{32});
    point.parameters.set("dtype", std::string("float32"));
    for (const auto& [id, value] : more) point.parameters.set(id, value);
    point.id = point_id(experiment, variant, point.parameters);
    return point;
}

}  // namespace slay
