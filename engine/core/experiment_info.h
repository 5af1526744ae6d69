// What every program needs to know of an experiment without loading LibTorch.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/core/parameters.h"

namespace slay {

struct ExperimentInfo {
    std::string name;               // "latency"
    std::string title;              // "Latency scaling"
    std::string question;           // one sentence: what it answers
    std::vector<std::string> axes;  // parameter ids that span its points (shape, budget, seed, ...)
    std::vector<std::string> metrics;  // metric ids it reports, the leading one first
};

// The experiments this program can run, in the paper's order.
const std::vector<ExperimentInfo>& experiment_catalog();
const ExperimentInfo* find_experiment(std::string_view name);

// The parameters that every experiment shares (length, batch, heads, width, dtype, causal, lane,
// pass, inputs, seed): ranges, defaults, help. A variant's own are in its VariantInfo.
const std::vector<ParameterInfo>& shared_parameters();
const ParameterInfo* find_parameter(std::string_view id);   // shared or of any variant
const ParameterInfo* find_axis(std::string_view axis_key);  // "lengths" -> length

}  // namespace slay
