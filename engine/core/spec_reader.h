// JSON -> SweepSpec, with every check that a preset from a stranger needs.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/core/sweep_spec.h"

namespace slay {

// What is wrong, and where; stays inside this folder.
struct SpecFault {
    std::string pointer;
    std::string message;
};

// Throws SpecFault.
SweepSpec read_sweep_spec(const nlohmann::json& json);

}  // namespace slay
