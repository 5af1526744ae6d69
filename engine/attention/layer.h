// An attention layer: qkv projection (E -> 3E), attention core, output projection (E -> E); no
// biases.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/attention/attention.h"

namespace slay {

// Tied weights: the same for every variant of a run, from the seed alone.
struct LayerWeights {
    at::Tensor qkv;     // [3E, E]: rows of q, then k, then v; inside each, head by head
    at::Tensor output;  // [E, E]
};

// Entries N(0, 1/E), drawn in float64 on the CPU, then converted and moved. `requires_grad` as
// asked.
LayerWeights draw_layer_weights(std::int64_t width, std::uint64_t seed, at::ScalarType type,
                                at::Device device, bool requires_grad);

class Layer {
  public:
    struct Heads {
        at::Tensor q, k, v;  // [B, H, L, d] views
    };

    // width E = heads * head_dim of the core's configuration.
    Layer(std::unique_ptr<Attention> core, LayerWeights weights);

    at::Tensor forward(const at::Tensor& x);  // [B, L, E] -> [B, L, E]
    Heads project(const at::Tensor& x) const;

    Attention& core() { return *core_; }
    const LayerWeights& weights() const { return weights_; }
    std::int64_t width() const { return weights_.output.size(0); }

  private:
    std::unique_ptr<Attention> core_;
    LayerWeights weights_;
};

}  // namespace slay
