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

    // Why the fused form does not cover these inputs ([B, H, L, d]), or empty if it does.
    std::string unsupported(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) const;

    struct Output {
        at::Tensor y;  // [B, H, L, d], laid out [B, L, H, d] as the output projection reads it
        at::Tensor denominators;  // [B, H, L], float32
        // What rounding took from a bfloat16 y, of its type and layout; undefined unless asked for.
        at::Tensor correction;
    };

    // Scratch comes from the caching allocator; the stream is the current one.
    Output forward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, bool causal,
                   double delta, bool keep_correction = false);

  private:
    PackedFeatures packed_;
    at::Tensor words_;  // packed_.words on the device of the latest inputs
};

}  // namespace slay::kernels
