// Reads golden files: inputs, buffers, outputs and gradients of the published code. Files may come
// from strangers, so everything is checked before anything is built from it.
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

// An error's message holds the path, the JSON pointer and what was expected there.
Result<GoldenFile> read_golden(const std::string& path);

}  // namespace slay
