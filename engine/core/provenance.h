// Where a number comes from: recorded with every run (measurement.md, "Every record carries").
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "engine/core/result.h"

namespace slay {

struct Provenance {
    std::string program_version, git_revision;
    bool git_dirty = false;
    std::string build_type, compiler;  // a debug or sanitizer build's timings mean nothing
    bool timings_meaningful = true;
    std::string libtorch_version, cuda_version, driver_version;  // empty without CUDA
    std::string device;                                          // "cpu" or "cuda:0"
    std::string device_name;                                     // "NVIDIA H200" or the CPU model
    int sm_count = 0;
    std::string clocks;  // "SM 1980 MHz (max 1980)" or "clocks unknown"
    std::string cpu_model;
    int cpu_threads = 0;
    std::string operating_system;
    std::string host_memory;  // "23.5 GB"
    std::string started;      // ISO 8601, UTC
    bool operator==(const Provenance&) const = default;

    // The same device and the same build: results may stand in one record without a label.
    bool same_origin(const Provenance& other) const;
};

// What keeps two from being of the same origin, one line each: "device: NVIDIA H200, now cpu".
std::vector<std::string> origin_differences(const Provenance& then, const Provenance& now);

nlohmann::ordered_json to_json(const Provenance& provenance);
Provenance provenance_from_json(
    const nlohmann::json& json);  // missing fields stay at their default

// Program, build, CPU and operating system; what the engine alone knows stays empty.
Provenance local_provenance();

}  // namespace slay
