// What every program needs to know of an experiment without loading LibTorch.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/core/parameters.h"

namespace slay {

struct Point;
struct Measurement;
struct DeviceRates;
struct Prediction;

// What one point of an experiment costs.
using CostModel = Prediction (*)(const Point&, const Measurement&, const DeviceRates&);

// A row is all that the planner, the runner, the views and --help know of an experiment; what it
// measures is in engine/experiments.
struct ExperimentInfo {
    std::string name;      // "latency"
    std::string title;     // "Latency scaling"
    std::string question;  // one sentence: what it answers
    // Ids of the shared parameters that span its points (shape, type, ...). A variant's own
    // parameters (its budget) always do.
    std::vector<std::string> axes;
    std::vector<std::string> metrics;  // metric ids it reports, the leading one first
    // Takes all values of the axis `seeds` together: one point measures every seed and reports mean
    // and spread; its parameter `seeds` lists them ("0,1,2"). Otherwise `seed` is an axis.
    bool pools_seeds = false;
    // Compares with exact spherical Yat: only the variants that estimate it, and it, take part.
    bool against_yat = false;
    // The variants of one budget are a group, measured side by side; otherwise all budgets of a
    // shape are.
    bool groups_by_budget = false;
    CostModel cost = nullptr;
};

// The experiments this program can run, in the paper's order.
const std::vector<ExperimentInfo>& experiment_catalog();
const ExperimentInfo* find_experiment(std::string_view name);

// The parameters that every experiment shares (length, batch, heads, width, dtype, causal, lane,
// pass, inputs, seed): ranges, defaults, help. A variant's own are in its VariantInfo.
const std::vector<ParameterInfo>& shared_parameters();
// What a point carries besides and no preset sets: head_dim (E / H), scale (the label of the tied
// step it belongs to), seeds, device. Their `axis` is empty.
const std::vector<ParameterInfo>& derived_parameters();
const ParameterInfo* find_parameter(std::string_view id);   // shared, derived or of any variant
const ParameterInfo* find_axis(std::string_view axis_key);  // "lengths" -> length

}  // namespace slay
