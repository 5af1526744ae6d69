// What the engine's own CUDA kernels cover of a variant; outside, its ATen form is taken.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/core/data_type.h"

namespace slay {

// One pass of one variant in the types that are covered alike. Each limit was found by asking the
// predicate that chooses at run time, the other parameters at their defaults.
struct KernelCoverage {
    std::string variant;
    bool gradient = false;  // a pass whose gradients are wanted; else forward alone
    std::vector<DataType> types;
    std::string refusal;                        // why nothing is covered; then the rest is empty
    std::vector<int> head_dims;                 // d
    std::map<int, std::int64_t> most_features;  // by d: the largest R M; empty where it has none
    std::int64_t most_poly = 0;                 // the largest P; 0 where it has none
    std::int64_t least_length = 1;
    bool causal = true, bidirectional = true;
    bool operator==(const KernelCoverage&) const = default;
};

// "d 16, 32, 64, 128; R M to 512; P to 64", or why nothing is covered.
std::string describe(const KernelCoverage& coverage);

}  // namespace slay
