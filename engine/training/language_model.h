// A transformer over tokens, pre-norm, with the attention variant as a parameter: a GPT-style
// decoder where it is causal, a BERT-style encoder where it is not.
#pragma once

#include <torch/nn/module.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/attention/attention.h"
#include "engine/training/training_setup.h"

namespace slay {

struct ModelShape {
    std::int64_t vocabulary = 64, length = 128, width = 64, heads = 4, layers = 2;
};

// What an attention takes: [B, H, L, d] each.
struct AttentionInputs {
    at::Tensor q, k, v;
};

// x + W_o attention(norm(x)), then x + W_2 gelu(W_1 norm(x) + b_1) + b_2. qkv and output projection
// have no biases, as everywhere in this program; the MLP is four times as wide.
class TransformerBlock final : public torch::nn::Module {
  public:
    // `index` of `shape.layers`; random features of each block are its own.
    TransformerBlock(const ModelShape& shape, const TrainingSetup& setup, std::int64_t index);

    at::Tensor forward(const at::Tensor& x);  // [B, L, E] -> [B, L, E]
    AttentionInputs attention_inputs(const at::Tensor& x) const;
    Attention& attention() { return *attention_; }

  private:
    at::Tensor product(const at::Tensor& x, const at::Tensor& weight,
                       const at::Tensor& bias = {}) const;  // in the type of products

    std::unique_ptr<Attention> attention_;
    std::int64_t heads_;
    at::ScalarType product_type_;
    at::Tensor norm1_weight_, norm1_bias_, qkv_, output_;         // [E], [E], [3E, E], [E, E]
    at::Tensor norm2_weight_, norm2_bias_, up_, up_bias_, down_;  // [E] x 2, [4E, E], [4E], [E, 4E]
    at::Tensor down_bias_;                                        // [E]
};

class LanguageModel final : public torch::nn::Module {
  public:
    // Weights in float32 (float64 where the setup says so) on the device, drawn from the seed by
    // their names: N(0, 0.02), those that write into the stream of a block smaller by
    // sqrt(2 layers); norms 1 and 0. The same for every variant, bit for bit.
    LanguageModel(const ModelShape& shape, const TrainingSetup& setup, at::Device device);

    at::Tensor hidden(const at::Tensor& tokens);  // [B, L] int64 -> [B, L, E], normed
    // What the attention of each block takes of these tokens, first block first.
    std::vector<AttentionInputs> attention_inputs(const at::Tensor& tokens);
    // Mean cross-entropy in nats, a scalar: position `rows[i]` of the flattened batch against
    // `targets[i]`; all positions in their order where `rows` is undefined.
    at::Tensor loss(const at::Tensor& tokens, const at::Tensor& rows, const at::Tensor& targets);

    std::int64_t weights() const;  // how many numbers
    std::string backend() const;   // what the attention of the last block ran

  private:
    ModelShape shape_;
    at::ScalarType product_type_;
    at::Tensor tokens_, positions_, norm_weight_, norm_bias_;  // [V, E], [L, E], [E], [E]
    std::vector<std::shared_ptr<TransformerBlock>> blocks_;
};

}  // namespace slay
