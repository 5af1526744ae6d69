// A run whose points are measured by workers of the test's own.
#pragma once

#include <QTemporaryDir>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/run/runner.h"
#include "engine/run/worker_executor.h"
#include "tests/core/core_samples.h"
#include "tests/slow_build.h"

namespace slay {

// Two variants, four lengths: eight points in four groups.
inline SweepSpec worker_sweep(const std::string& lengths = "64, 128, 256, 512") {
    return samples::spec(R"(, "experiments": ["latency"], "variants": ["standard", "linear"],
                              "sweep": {"lengths": [)" +
                         lengths + R"(], "heads": [2], "widths": [32]})");
}

inline WorkerLimits quick_limits() {
    WorkerLimits limits;
    limits.start_seconds = 20 * slow_build();
    limits.silence_seconds = 2 * slow_build();
    limits.point_seconds = slow_build();
    limits.stop_seconds = slow_build();
    limits.memory_bytes = 300e6 * slow_build();
    limits.line_bytes = 1 << 20;
    return limits;
}

struct WorkerRun {
    QTemporaryDir folder;
    RunControl control;
    std::vector<Event> events;
    WorkerLimits limits = quick_limits();
    std::vector<std::string> environment;
    std::function<void(const Event&)> on_event;

    // FAULT VARIANT LENGTH [start|rounds] [GPUS]
    ChildCommand child(std::vector<std::string> arguments) const {
        return {SLAY_WORKER_CHILD, std::move(arguments), environment};
    }
    std::string path() const { return folder.filePath("run").toStdString(); }

    Result<RunRecord> go(std::vector<std::string> arguments, SweepSpec spec = worker_sweep(),
                         bool resume = false) {
        auto executor = WorkerExecutor::start(child(std::move(arguments)), limits);
        if (!executor) return executor.error();
        return run_spec(spec, **executor, control, {path(), resume, false},
                        [&](const Event& event) {
                            events.push_back(event);
                            if (on_event) on_event(event);
                        });
    }
    RunRecord record(std::vector<std::string> arguments, const SweepSpec& spec = worker_sweep()) {
        auto result = go(std::move(arguments), spec);
        if (!result) throw std::runtime_error(result.error().message);
        return std::move(*result);
    }
};

inline const RecordedPoint& point_at(const RunRecord& record, std::string_view variant,
                                     std::int64_t length) {
    for (const RecordedPoint& each : record.points())
        if (each.point.variant == variant && each.point.parameters.integer("length") == length)
            return each;
    throw std::runtime_error("no such point");
}

}  // namespace slay
