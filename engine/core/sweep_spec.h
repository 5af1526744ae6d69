// A preset: what to measure, as data. JSON schema "slay-preset/1".
//
//   { "schema": "slay-preset/1", "name": "quick", "title": "...", "description": "...",
//     "device": "auto",
//     "experiments": ["kernel-quality", "latency", "memory"],
//     "variants": ["standard", {"name": "performer", "prf_features": 64}],
//     "sweep": {"lengths": [256, 512], "widths": [256], "heads": [8], "seeds": [0], ...},
//     "scales": [{"label": "Small", "width": 128, "length": 128, "nodes": 2, ...}],
//     "overrides": {"kernel-quality": {"lengths": [128], "seeds": [0, 1, 2], "variants": [...]}},
//     "measurement": {"l2": "cold", ...},
//     "overlays": ["paper-a100-scaling"] }
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/parameters.h"
#include "engine/core/result.h"

namespace slay {

// A variant of the sweep, with parameters of its own fixed to a value where the preset says so.
struct VariantChoice {
    std::string name;
    Parameters fixed;
    bool operator==(const VariantChoice&) const = default;
};

// Axis key ("lengths") to its values, in the preset's order.
using Axes = std::map<std::string, std::vector<ParameterValue>, std::less<>>;

// A set of parameters that move together, as one step of an axis (the ablation's scales).
struct Scale {
    std::string label;
    Parameters parameters;
    bool operator==(const Scale&) const = default;
};

struct Override {
    Axes axes;
    std::vector<Scale> scales;
    std::vector<VariantChoice> variants;  // empty: those of the preset
    bool operator==(const Override&) const = default;
};

// How to measure (measurement.md). Times in seconds, sizes in GB = 1e9 bytes.
struct Measurement {
    std::string l2 = "cold";       // cold: the cache is flushed between samples; hot
    std::string launch = "eager";  // eager; graph: recorded once as a CUDA graph, then replayed
    bool tf32 = false;             // float32 points as the data type tf32
    int warmup_iterations = 10;    // at least
    int min_samples = 10;
    int max_samples = 1000;
    double relative_interval = 0.005;  // stop when the interval is within +- this of the median
    double point_seconds = 2.0;        // time budget of one point's samples
    double memory_budget_gb = 80;      // admission limit; capped by the device
    double pass_seconds = 20;          // max-context: a pass expected to take longer is not run
    double patience_seconds = 1;       // max-context: the time of a pass that one would wait for
    double time_budget_minutes = 0;    // of the whole run, trims repetitions first; 0: none
    int threads = 0;                   // CPU threads; 0: all cores
    bool operator==(const Measurement&) const = default;
};

// The schema of Measurement, in the order of a preset, for validation, editors and --help: each
// row's id is its key under /measurement.
const std::vector<ParameterInfo>& measurement_parameters();

struct SweepSpec {
    std::string name, title, description;
    std::string device = "auto";  // auto, cpu, cuda, cuda:1
    std::vector<std::string> experiments;
    std::vector<VariantChoice> variants;
    Axes axes;  // "/sweep"
    std::vector<Scale> scales;
    std::map<std::string, Override, std::less<>> overrides;  // by experiment
    Measurement measurement;
    std::vector<std::string>
        overlays;  // published curves to show beside: file stems in resources/anchors
    bool operator==(const SweepSpec&) const = default;
};

// Every check a preset from a stranger needs. The message of an error holds source, JSON pointer
// and what was expected: "presets/x.json: /sweep/lengths/3: -5 is not a positive integer".
Result<SweepSpec> parse_spec(std::string_view json_text, const std::string& source);
Result<SweepSpec> read_spec(const std::string& path);  // refuses directories, devices, > 4 MB
Result<SweepSpec> spec_from_json(const nlohmann::json& json, const std::string& source);
nlohmann::ordered_json to_json(const SweepSpec& spec);  // round-trips
std::string to_text(const SweepSpec& spec);             // indented JSON, newline at the end

// `--set /sweep/lengths=[256,512]`: the spec with the value at that pointer replaced, validated
// again.
Result<SweepSpec> with_setting(const SweepSpec& spec, std::string_view assignment);

}  // namespace slay
