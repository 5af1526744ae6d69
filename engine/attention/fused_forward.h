// The fused CUDA kernels behind a linear variant: taken by themselves where they apply, forward
// and, where a gradient is wanted, backward. A pass whose gradients they do not cover takes the
// chunked form forward, too. engine/kernels/fused_refusal.h says where they apply.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>

#include "engine/attention/attention.h"
#include "engine/kernels/feature_map.h"

namespace slay {

class FusedForward {
  public:
    explicit FusedForward(const kernels::FeatureMap& map);
    ~FusedForward();
    FusedForward(const FusedForward&) = delete;
    FusedForward& operator=(const FusedForward&) = delete;

    // y, [B, H, L, d], differentiable once; nothing where the kernels do not cover these inputs (a
    // CPU, a type or sizes out of their range).
    std::optional<at::Tensor> forward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                      bool causal, double delta);

  private:
    struct Kernels;
    std::shared_ptr<Kernels> kernels_;  // shared with graphs that still need their backward pass
};

// Attention::kernel_refusal of a variant with this map.
std::string fused_refusal(const kernels::FeatureMap& map, const AttentionConfig& config,
                          const KernelQuestion& question);

// g of linearised Yat, all nodes: prf_r(u) sqrt(w_r), with its (omega . u)^2 / sqrt(M) where
// `squared` (Hadamard). nodes, weights [R]; omega [R, H, d, M]; float64 on the CPU.
kernels::FeatureMap fused_exponential(const at::Tensor& nodes, const at::Tensor& weights,
                                      const at::Tensor& omega, bool squared);

// Gives `map` the factor poly(u)_p = (a_p . u)^2 / sqrt(P); anchors [P, d].
void set_fused_squares(kernels::FeatureMap& map, const at::Tensor& anchors);

// Gives `map` the signed factor poly(u)_p = (first_p . u) (second_p . u) / sqrt(P); both [P, d].
void set_fused_products(kernels::FeatureMap& map, const at::Tensor& first,
                        const at::Tensor& second);

// The row-major values of a tensor, for the tables of a FeatureMap.
std::vector<double> values_of(const at::Tensor& tensor);

// The identity [d, d] as omega: g acts on the elements of u themselves.
std::vector<double> identity_projection(std::int64_t head_dim);

}  // namespace slay
