// The tensors that all variants of a group share: the same for every variant, from the seed.
#pragma once

#include <ATen/core/Tensor.h>

#include "engine/attention/layer.h"
#include "engine/experiments/point_setup.h"

namespace slay {

struct SharedInputs {
    at::Tensor x;          // layer lane: [B, L, E]
    at::Tensor q, k, v;    // core lane: [B, H, L, d]
    at::Tensor gradient;   // of the output, random; undefined where no backward runs
    LayerWeights weights;  // layer lane

    // What a backward pass differentiates by.
    std::vector<at::Tensor> leaves() const;
};

// random: isotropic, N(0, 1). clustered: positions belong to 16 clusters with unit-variance centres
// and noise of 0.5 around them, and a query resembles its own cluster's keys, so that the kernel is
// far from uniform: in the core lane q and k share the centres; in the layer lane the key
// projection is W_k' = 0.9 W_q + sqrt(1 - 0.9^2) W_k.
SharedInputs draw_inputs(const PointSetup& setup, at::Device device);

// Whether two points take the same tensors.
bool same_inputs(const PointSetup& a, const PointSetup& b);

}  // namespace slay
