// Exact spherical Yat attention: time is quadratic in L, memory linear. The backward pass
// recomputes the scores. On a GPU it is one tiled kernel where that applies, elsewhere blocks of
// rows in ATen.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "engine/attention/linear_attention.h"

namespace slay {

struct SphericalYatOptions {
    bool causal = true;
    double epsilon = 1e-6;  // C = 2 + epsilon
    double delta = kDenominatorDelta;
    std::int64_t block_rows = 0;  // rows a block, in ATen; 0: the kernel, or as the shape asks for
    bool keep_correction = false;
};

// Whether the CUDA kernels cover these inputs, [B, H, L, d], so that both passes take them.
bool spherical_yat_fused(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                         const SphericalYatOptions& options);

// Attention::kernel_refusal of exact Yat.
std::string spherical_yat_refusal(const SphericalYatOptions& options, const AttentionConfig& config,
                                  const KernelQuestion& question);

LinearAttentionResult spherical_yat_forward(const at::Tensor& q, const at::Tensor& k,
                                            const at::Tensor& v,
                                            const SphericalYatOptions& options);

QkvGradients spherical_yat_backward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                    const LinearAttentionResult& forward, const at::Tensor& dy,
                                    const SphericalYatOptions& options);

// Differentiable once.
at::Tensor spherical_yat(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                         const SphericalYatOptions& options);

}  // namespace slay
