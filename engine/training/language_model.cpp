#include "engine/training/language_model.h"

#include <ATen/ATen.h>

#include <cmath>

#include "engine/attention/builtin_variants.h"
#include "engine/attention/random_stream.h"
#include "engine/core/counter_random.h"

namespace slay {
namespace {

constexpr double kDeviation = 0.02;  // of initial weights
constexpr double kNormEpsilon = 1e-5;

at::ScalarType weight_type(DataType type) {
    return type == DataType::float64 ? at::kDouble : at::kFloat;
}

// Normal weights from the seed and the name alone.
at::Tensor draw(const TrainingSetup& setup, const std::string& name, at::IntArrayRef sizes,
                double deviation) {
    RandomStream stream(setup.seed, "model/" + name);
    return stream.normal(sizes).mul_(deviation).to(weight_type(setup.type));
}

AttentionConfig attention_config(const ModelShape& shape, const TrainingSetup& setup,
                                 std::int64_t index) {
    AttentionConfig config;
    config.heads = shape.heads;
    config.head_dim = shape.width / shape.heads;
    config.causal = setup.objective == Objective::causal_lm;
    config.seed =
        CounterRandom(setup.seed, "model/features").word(static_cast<std::uint64_t>(index));
    config.parameters = setup.own;
    return config;
}

at::Tensor norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
    return at::layer_norm(x, {x.size(-1)}, weight, bias, kNormEpsilon);
}

}  // namespace

TransformerBlock::TransformerBlock(const ModelShape& shape, const TrainingSetup& setup,
                                   std::int64_t index)
    : attention_(make_attention(setup.variant, attention_config(shape, setup, index))),
      heads_(shape.heads),
      product_type_(scalar_type(setup.type)) {
    const std::int64_t e = shape.width;
    const std::string prefix = "block" + std::to_string(index) + '.';
    const auto type = at::TensorOptions().dtype(weight_type(setup.type));
    const double into_stream = kDeviation / std::sqrt(2.0 * static_cast<double>(shape.layers));
    const auto normal = [&](const char* name, at::IntArrayRef sizes, double deviation) {
        return register_parameter(name, draw(setup, prefix + name, sizes, deviation));
    };
    norm1_weight_ = register_parameter("norm1_weight", at::ones({e}, type));
    norm1_bias_ = register_parameter("norm1_bias", at::zeros({e}, type));
    qkv_ = normal("qkv", {3 * e, e}, kDeviation);
    output_ = normal("output", {e, e}, into_stream);
    norm2_weight_ = register_parameter("norm2_weight", at::ones({e}, type));
    norm2_bias_ = register_parameter("norm2_bias", at::zeros({e}, type));
    up_ = normal("up", {4 * e, e}, kDeviation);
    up_bias_ = register_parameter("up_bias", at::zeros({4 * e}, type));
    down_ = normal("down", {e, 4 * e}, into_stream);
    down_bias_ = register_parameter("down_bias", at::zeros({e}, type));
}

at::Tensor TransformerBlock::product(const at::Tensor& x, const at::Tensor& weight,
                                     const at::Tensor& bias) const {
    return at::linear(x.to(product_type_), weight.to(product_type_),
                      bias.defined() ? std::optional(bias.to(product_type_)) : std::nullopt);
}

AttentionInputs TransformerBlock::attention_inputs(const at::Tensor& x) const {
    const std::int64_t batch = x.size(0), length = x.size(1), width = x.size(2);
    const auto qkv = product(norm(x, norm1_weight_, norm1_bias_), qkv_)
                         .view({batch, length, 3, heads_, width / heads_})
                         .permute({2, 0, 3, 1, 4})
                         .unbind(0);
    return {qkv[0], qkv[1], qkv[2]};
}

at::Tensor TransformerBlock::forward(const at::Tensor& x) {
    const std::int64_t batch = x.size(0), length = x.size(1), width = x.size(2);
    const AttentionInputs of = attention_inputs(x);
    const at::Tensor attended = attention_->forward(of.q, of.k, of.v);
    const at::Tensor merged = attended.transpose(1, 2).reshape({batch, length, width});
    const at::Tensor middle = x + product(merged, output_);
    const at::Tensor wide =
        at::gelu(product(norm(middle, norm2_weight_, norm2_bias_), up_, up_bias_));
    return middle + product(wide, down_, down_bias_);
}

LanguageModel::LanguageModel(const ModelShape& shape, const TrainingSetup& setup, at::Device device)
    : shape_(shape), product_type_(scalar_type(setup.type)) {
    const at::NoGradGuard no_grad;
    const auto type = at::TensorOptions().dtype(weight_type(setup.type));
    const std::int64_t e = shape.width;
    tokens_ =
        register_parameter("tokens", draw(setup, "tokens", {shape.vocabulary, e}, kDeviation));
    positions_ =
        register_parameter("positions", draw(setup, "positions", {shape.length, e}, kDeviation));
    for (std::int64_t i = 0; i < shape.layers; ++i)
        blocks_.push_back(register_module("block" + std::to_string(i),
                                          std::make_shared<TransformerBlock>(shape, setup, i)));
    norm_weight_ = register_parameter("norm_weight", at::ones({e}, type));
    norm_bias_ = register_parameter("norm_bias", at::zeros({e}, type));
    to(device);
}

at::Tensor LanguageModel::hidden(const at::Tensor& tokens) {
    at::Tensor x = at::embedding(tokens_, tokens) + positions_.narrow(0, 0, tokens.size(1));
    for (const auto& block : blocks_) x = block->forward(x);
    return norm(x, norm_weight_, norm_bias_);
}

std::vector<AttentionInputs> LanguageModel::attention_inputs(const at::Tensor& tokens) {
    std::vector<AttentionInputs> out;
    at::Tensor x = at::embedding(tokens_, tokens) + positions_.narrow(0, 0, tokens.size(1));
    for (const auto& block : blocks_) {
        out.push_back(block->attention_inputs(x));
        x = block->forward(x);
    }
    return out;
}

at::Tensor LanguageModel::loss(const at::Tensor& tokens, const at::Tensor& rows,
                               const at::Tensor& targets) {
    at::Tensor x = hidden(tokens).view({-1, shape_.width});
    if (rows.defined()) x = x.index_select(0, rows);
    // The head is the embedding. Its logits are exact enough for a softmax in float32 only.
    const at::Tensor logits = at::linear(x.to(product_type_), tokens_.to(product_type_));
    const at::ScalarType type = tokens_.scalar_type();
    return at::cross_entropy_loss(logits.to(type), targets);
}

std::int64_t LanguageModel::weights() const {
    std::int64_t count = 0;
    for (const at::Tensor& each : parameters()) count += each.numel();
    return count;
}

std::string LanguageModel::backend() const {
    return blocks_.empty() ? std::string() : blocks_.back()->attention().backend();
}

}  // namespace slay
