// The pieces that the forward and the backward walks over the blocks are made of. Internal to
// linear_attention*.cpp. N = c*B*H chunks of a block are one batch of the matrix products.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "engine/attention/block_io.h"
#include "engine/attention/linear_attention.h"

namespace slay {

// A block's features with the two factors as batches of matrices, [N, C, P] and [N, C, G].
struct BlockFeatures {
    Block block;
    Features features;
    at::Tensor outer;
    at::Tensor inner;
    at::Tensor expanded() const { return expand(features); }  // [N, C, F]
};

class LinearPass {
  public:
    LinearPass(const at::Tensor& q, const at::Tensor& v, const LinearAttentionOptions& options);

    std::int64_t blocks() const { return (length_ + plan_.block - 1) / plan_.block; }
    BlockRange range(std::int64_t block, bool reversed) const;
    bool single() const { return plan_.chunk >= length_; }  // one chunk: no states
    bool causal() const { return options_.causal; }
    std::int64_t columns() const { return columns_; }
    at::ScalarType type() const { return type_; }

    BlockFeatures features(const at::Tensor& u, const BlockRange& range) const;
    at::Tensor extended(const at::Tensor& v, const BlockRange& range) const;

    // <outer, outer> <inner, inner> of q and k, [N, C, C]; above the diagonal zero when causal.
    at::Tensor scores(const BlockFeatures& q, const BlockFeatures& k) const;
    void mask(at::Tensor& scores) const;

    // [c + 1, B, H, F, columns]; slot 0 is the carried state, zero at first.
    at::Tensor empty_states() const;
    // Slots 1..n become slot 0 plus the running sum of features^T values over the chunks before;
    // views of the first chunks are used where n < c.
    void fill_states(at::Tensor& states, const at::Tensor& expanded, const at::Tensor& values,
                     std::int64_t chunks) const;
    // The states before each of `chunks` chunks, [N, F, columns].
    at::Tensor before(const at::Tensor& states, std::int64_t chunks) const;
    // Makes slot `chunks` the carried one.
    void carry(at::Tensor& states, std::int64_t chunks) const;

    // Adds to `gradients` what d Psi = values states^T, [N, C, F], means for the two factors.
    void add_state_gradient(const BlockFeatures& at, const at::Tensor& values,
                            const at::Tensor& states, FeatureGradients& gradients) const;
    // The gradient of u, [c, B, H, C, d].
    at::Tensor input_gradient(const BlockFeatures& at, const FeatureGradients& gradients) const;

  private:
    const LinearAttentionOptions& options_;
    std::int64_t batch_, heads_, length_, columns_;
    at::ScalarType type_;
    at::Device device_;
    ChunkPlan plan_;
};

// sum_j Psi(u_j) [v_j, 1]^T over the whole sequence, [B*H, F, columns]; blocks of one chunk each.
at::Tensor total_state(const LinearPass& pass, const at::Tensor& u, const at::Tensor& v);

}  // namespace slay
