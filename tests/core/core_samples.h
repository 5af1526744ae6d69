// Small specs, plans and runs that several tests share.
#pragma once

#include <string>

#include "engine/core/event.h"
#include "engine/core/plan.h"

namespace slay::samples {

inline SweepSpec spec(const std::string& members) {
    const auto parsed = parse_spec(
        "{\"schema\": \"slay-preset/1\", \"name\": \"sample\"" + members + "}", "sample");
    if (!parsed) throw std::runtime_error(parsed.error().message);
    return *parsed;
}

// Two variants, two lengths, latency: four points in two groups.
inline SweepSpec small_spec() {
    return spec(R"(, "experiments": ["latency"], "variants": ["standard", "linear"],
                    "sweep": {"lengths": [128, 256], "heads": [2], "widths": [32]})");
}

inline Provenance provenance(const std::string& device = "cpu") {
    Provenance made;
    made.program_version = "1.2.3";
    made.git_revision = "abc";
    made.build_type = "Release";
    made.device = device;
    made.device_name = device == "cpu" ? "A CPU" : "A GPU";
    made.started = "2026-01-01T00:00:00Z";
    return made;
}

// A finished run of small_spec(): samples, metrics, notes, a pause, a message, a failure.
inline std::vector<Event> small_run() {
    const Plan plan = *make_plan(small_spec());
    RunStarted started;
    started.provenance = provenance();
    started.plan = plan;
    started.variants = {*find_variant("standard"), *find_variant("linear")};
    started.metrics = {*find_metric("latency_ms"), *find_metric("relative_l2")};
    std::vector<EventBody> bodies{started};
    for (std::size_t i = 0; i < plan.points.size(); ++i) {
        const std::string& id = plan.points[i].id;
        bodies.push_back(PointStarted{id});
        std::vector<double> values;
        for (int round = 0; round < 8; ++round)
            values.push_back((plan.points[i].variant == "standard" ? 4.0 : 1.0) *
                             (1 + 0.01 * round));
        bodies.push_back(SamplesTaken{id, "latency_ms", 0, {values.begin(), values.begin() + 5}});
        bodies.push_back(SamplesTaken{id, "latency_ms", 5, {values.begin() + 5, values.end()}});
        PointResult result{
            PointState::ok, "", {{"sm_clock_mhz", {1980, {}, {}, 3}}}, {{"backend", "math"}}};
        if (i == 3) result = {PointState::failed, "it \u2014 fell over", {}, {}};
        bodies.push_back(PointFinished{id, result});
        if (i == 0) {
            bodies.push_back(Message{Severity::warning, "watch out"});
            bodies.push_back(RunPaused{});
            bodies.push_back(RunContinued{});
        }
    }
    bodies.push_back(RunFinished{RunOutcome::finished, "", "2026-01-01T00:01:00Z"});
    std::vector<Event> events;
    for (EventBody& body : bodies)
        events.push_back({events.size() + 1, "run-1", 0.25 * static_cast<double>(events.size()),
                          std::move(body)});
    return events;
}

}  // namespace slay::samples
