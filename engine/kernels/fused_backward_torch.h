// The backward pass of the fused linear attention on tensors.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "engine/kernels/fused_linear_backward.h"

namespace slay::kernels {

// One feature map. Not thread-safe: one thread uses it at a time.
class FusedBackward {
  public:
    explicit FusedBackward(const FeatureMap& map) : packed_(pack_gradients(map)) {}

    const PackedGradients& features() const { return packed_; }

    // Why the backward kernels do not cover these inputs ([B, H, L, d]), or empty if they do.
    std::string unsupported(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) const;

    struct Inputs {
        at::Tensor q, k, v;       // [B, H, L, d]
        at::Tensor y;             // the forward pass's output
        at::Tensor correction;    // FusedLinear::Output::correction; undefined in float32
        at::Tensor denominators;  // [B, H, L], float32
        at::Tensor dy;
    };
    struct Gradients {
        at::Tensor q, k, v;  // [B, H, L, d]: views of one [B, L, 3, H, d]
    };

    // Scratch comes from the caching allocator; the stream is the current one.
    Gradients backward(const Inputs& inputs, bool causal, double delta);

  private:
    PackedGradients packed_;
    at::Tensor words_;  // packed_.words on the device of the latest inputs
};

}  // namespace slay::kernels
