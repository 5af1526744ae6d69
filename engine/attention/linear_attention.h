// Linear attention over any feature map, in blocks of chunks:
//   y_i = sum_j <Psi(q_i), Psi(k_j)> v_j / (sum_j <Psi(q_i), Psi(k_j)> + delta)
// Time and memory are linear in L. Between blocks only the prefix state
// sum_j Psi(k_j) [v_j, 1]^T is carried, [B, H, F, d + 1]; inside a chunk, scores come from
// <outer, outer> <inner, inner>. The backward pass recomputes; it keeps q, k, v, y and D.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

#include "engine/attention/attention.h"
#include "engine/attention/feature_map.h"

namespace slay {

struct LinearAttentionOptions {
    FeatureMapPtr map;
    bool causal = true;
    double delta = kDenominatorDelta;
    std::optional<ChunkPlan> plan;
    bool keep_correction = false;
};

struct LinearAttentionResult {
    at::Tensor output;        // [B, H, L, d] of the inputs' type
    at::Tensor denominators;  // [B, H, L] of the compute type
    // y - output, [B, H, L, d]: what rounding to a half type took away, kept in that type for the
    // backward pass, where dy.(v - y) would magnify it. Undefined otherwise.
    at::Tensor correction;
};

// Whether a forward pass on these inputs has to leave a correction for its backward pass.
bool wants_correction(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v);

// Differentiable once.
at::Tensor linear_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                            const LinearAttentionOptions& options);

LinearAttentionResult linear_attention_forward(const at::Tensor& q, const at::Tensor& k,
                                               const at::Tensor& v,
                                               const LinearAttentionOptions& options);

struct QkvGradients {
    at::Tensor q, k, v;
};

QkvGradients linear_attention_backward(const at::Tensor& q, const at::Tensor& k,
                                       const at::Tensor& v, const LinearAttentionResult& forward,
                                       const at::Tensor& output_gradient,
                                       const LinearAttentionOptions& options);

}  // namespace slay
