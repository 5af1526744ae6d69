// The lists that `slay-bench list` prints, each as text and as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/core/kernel_coverage.h"
#include "engine/core/result.h"

namespace slay::bench {

struct Listing {
    std::string text;
    nlohmann::ordered_json json = nlohmann::ordered_json::array();
};

// With what the engine's kernels cover of each, where that is known.
Listing list_variants(const std::vector<KernelCoverage>& coverage);
Listing list_experiments();
Result<Listing> list_presets();  // an unreadable preset is listed with what is wrong with it
Result<Listing> list_devices();  // loads the engine

}  // namespace slay::bench
