// Run records for tests, built as a runner builds them: a plan, then events.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "engine/core/run_record.h"

namespace slay::testing {

// What a point of the plan came to; `samples` are of latency_ms.
struct Outcome {
    PointResult result;
    std::vector<double> samples;
    // Of other metrics, each value with its round.
    std::map<std::string, std::map<std::int64_t, double>> raw = {};
};

// Plans the preset and finishes every point as `outcome` says; points it gives no state stay
// pending.
RunRecord record_of(const std::string& preset_json,
                    const std::function<Outcome(const Point&)>& outcome,
                    const std::function<void(RunStarted&)>& change = {});

// The same from a plan that is there already.
RunRecord record_of(RunStarted started, const std::function<Outcome(const Point&)>& outcome);

// The published H200 measurements as a run: latency and memory, both passes, all 12 variants.
RunRecord h200_record();

// The paper's ablation: three scales, five seeds.
RunRecord ablation_record();

// The search for the longest context in 80 GB: raw samples by length, limits of memory and of time,
// one that failed half way.
RunRecord context_record();

// presets/kernel-speed.json as if fused softmax took 24 ns for a position and everything else 3.
RunRecord kernel_speed_record(const std::string& preset_json);

// Every state, and names that try to break LaTeX, HTML and spreadsheets.
RunRecord hostile_record();

// A full grid over budget, length and head dimension, as presets/kernel-quality.json asks for.
RunRecord grid_record(const std::string& preset_json);

// Three variants at three lengths with known numbers: softmax 0.125 (L/256)^2 ms, linear 0.5 L/256
// ms, cosFormer twice that.
RunRecord small_record();

// A feature-budget run with known numbers, one point out of memory: latencies and errors
//   Laplace  R = 1: 0.5 ms, 0.60;  R = 2: 0.75 ms, 0.60;  R = 4: 1.5 ms, 0.55
//   anchor   R, P = 1, 8: 1 ms, 0.50;  1, 16: 2 ms, 0.40;  2, 8: 2.5 ms, 0.45;  2, 16: none
// and exact Yat at 4 ms.
RunRecord budget_record();

}  // namespace slay::testing
