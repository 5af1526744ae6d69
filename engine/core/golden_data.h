// Reads golden files: inputs, buffers, outputs and gradients of the published code, as plain
// numbers. Files may come from strangers, so everything is checked before anything is built from
// it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/core/result.h"

namespace slay {

// Row-major; values.size() is the product of the sizes. Every value is finite.
struct GoldenTensor {
    std::vector<std::int64_t> sizes;  // up to 8, each at least 1; 2^24 values at most
    std::vector<double> values;
};

struct GoldenVariantData {
    std::string name;
    std::map<std::string, GoldenTensor> buffers;
    GoldenTensor output, grad_q, grad_k, grad_v;  // [B, H, L, d]
};

struct GoldenData {
    std::string name;  // the file's stem: "golden-a"
    bool causal = true;
    std::int64_t batch = 0, length = 0, heads = 0, head_dim = 0;
    std::int64_t nodes = 0, prf_features = 0, poly_features = 0, shared_features = 0;
    double epsilon = 0, delta = 0;
    GoldenTensor q, k, v;  // [B, H, L, d]
    std::vector<GoldenVariantData> variants;
};

// An error's message holds the path, the JSON pointer and what was expected there.
Result<GoldenData> read_golden_data(const std::string& path);

}  // namespace slay
