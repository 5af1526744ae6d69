// What all linearised Yat variants share: nodes, weights and random directions from the seed.
#pragma once

#include "engine/attention/feature_attention.h"
#include "engine/attention/random_stream.h"
#include "engine/attention/slay_feature_map.h"

namespace slay {

class SlayAttention : public FeatureAttention {
  public:
    // Draws omega [R, H, d, M] from the stream "omega" of the seed and sets quad_nodes and
    // quad_weights: s_r = t_r / C and w_r = alpha_r / C, times `weight_factor`.
    SlayAttention(const AttentionConfig& config, double weight_factor);

    // Gives the heads features of their own: `value` is a buffer of the polynomial factor, which
    // the heads share as it is made, once for each head, [H, shape].
    void set_by_head(const std::string& name, at::Tensor value) {
        set_buffer(name, std::move(value));
        buffers_changed();
    }

  protected:
    std::int64_t poly_features() const;  // P
    RandomStream stream(std::string_view name) const { return {config().seed, name}; }
    const at::Tensor& buffer(std::string_view name) const { return buffers().find(name)->second; }
    ExponentialFactor exponential(at::TensorOptions options) const;
    kernels::FeatureMap fused_factor(bool squared = false) const;
};

// C = 2 + epsilon
double kernel_constant(const AttentionConfig& config);

}  // namespace slay
