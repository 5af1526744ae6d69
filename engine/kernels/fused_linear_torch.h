// The fused linear attention on tensors: its forward pass.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "engine/kernels/fused_linear.h"

namespace slay::kernels {

// One feature map. Not thread-safe: one thread uses it at a time.
class FusedLinear {
  public:
    explicit FusedLinear(const FeatureMap& map) : packed_(pack_features(map)) {}

    const PackedFeatures& features() const { return packed_; }

    // Why the fused form does not cover these inputs ([B, H, L, d]), or empty if it does.
    std::string unsupported(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) const;

    struct Output {
        at::Tensor y;  // [B, H, L, d], laid out [B, L, H, d] as the output projection reads it
        // What the backward pass needs besides, where it was asked for:
        at::Tensor denominators;  // [B, H, L], float32
        at::Tensor correction;    // FusedLinearPass::residual of a bfloat16 y, int8, laid out as y
    };

    // Scratch comes from the caching allocator; the stream is the current one.
    Output forward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, bool causal,
                   double delta, bool for_backward = false);

  private:
    PackedFeatures packed_;
    at::Tensor words_;  // packed_.words on the device of the latest inputs
};

}  // namespace slay::kernels
