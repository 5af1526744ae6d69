// What the engine's CUDA kernels cover, as `slay-bench list variants` says it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/kernel_coverage.h"

namespace slay::bench {

// Lines for people, all variants.
std::string coverage_text(const std::vector<KernelCoverage>& coverage);

// The rows of one variant.
nlohmann::ordered_json coverage_json(const std::vector<KernelCoverage>& coverage,
                                     std::string_view variant);

}  // namespace slay::bench
