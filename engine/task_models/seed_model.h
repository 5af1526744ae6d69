// S small models of one shape, one for each seed, as one batch of tensors:
//   embedding + positions -> [attention + residual] x layers -> linear head
// and, as a full block, x + attention(norm x), x + mlp(norm x) and a last norm. Seed s owns row s
// of each weight and heads s H .. (s + 1) H - 1 of each attention; nothing passes between seeds.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/attention/attention.h"
#include "engine/task_models/seed_weights.h"

namespace slay {

struct SeedModelConfig {
    std::string variant;
    Parameters own;  // the variant's own parameters
    std::vector<std::uint64_t> seeds;
    std::int64_t heads = 4, width = 64;  // E = H d
    std::int64_t layers = 2;             // 0: no attention, each position by itself
    std::int64_t length = 64;            // L
    std::int64_t answers = 1;            // A, the last positions: those with logits
    std::int64_t tokens = 37;            // different inputs
    std::int64_t classes = 32;           // different answers
    bool full_block = false;
    // The residual stream and the weights are float32 (float64 with float64); matrix products and
    // attention inside a layer run in this type.
    DataType type = DataType::float32;
};

class SeedModel {
  public:
    // Throws as make_attention.
    SeedModel(const SeedModelConfig& config, at::Device device);

    // tokens [S, B, L] int64 on the device -> [S, B, A, classes] of the weights' type.
    at::Tensor logits(const at::Tensor& tokens);

    // Mean cross-entropy of each seed, [S], in nats; answers [S, B, A] int64.
    static at::Tensor loss(const at::Tensor& logits, const at::Tensor& answers);

    SeedWeights& weights() { return weights_; }
    std::int64_t weights_per_seed() const { return weights_.count(); }
    // The kernel that the attention took last, where it chooses; else empty.
    std::string backend() const { return attention_.empty() ? "" : attention_.front()->backend(); }

  private:
    at::Tensor attend(std::size_t layer, const at::Tensor& x);
    at::Tensor perceive(std::size_t layer, const at::Tensor& x) const;
    at::Tensor norm(const at::Tensor& x, std::size_t gain) const;
    at::Tensor lower(const at::Tensor& x) const;

    SeedModelConfig config_;
    SeedWeights weights_;
    at::Tensor first_token_;  // [S, 1, 1]: where the embedding of each seed begins
    std::vector<std::unique_ptr<Attention>> attention_;  // one a layer
};

}  // namespace slay
