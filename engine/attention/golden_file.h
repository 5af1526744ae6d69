// Golden files as tensors: inputs, buffers, outputs and gradients of the published code.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "engine/attention/attention.h"
#include "engine/core/result.h"

namespace slay {

struct GoldenVariant {
    std::string name;
    BufferMap buffers;                          // float64
    at::Tensor output, grad_q, grad_k, grad_v;  // [B, H, L, d], float64
};

struct GoldenFile {
    std::string name;  // "golden-a"
    bool causal = true;
    std::int64_t batch = 0, length = 0, heads = 0, head_dim = 0;
    std::int64_t nodes = 0, prf_features = 0, poly_features = 0, shared_features = 0;
    double epsilon = 0, delta = 0;
    at::Tensor q, k, v;  // [B, H, L, d], float64
    std::vector<GoldenVariant> variants;
};

// Errors as read_golden_data gives them (engine/core/golden_data.h).
Result<GoldenFile> read_golden(const std::string& path);

}  // namespace slay
