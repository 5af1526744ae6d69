#include "engine/task_models/seed_model.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "engine/attention/seed_attention.h"

namespace slay {
namespace {

// Places of the weights: three of the model, then those of each layer.
enum Place : std::size_t { embedding, positions, head, first_layer };
enum LayerPlace : std::size_t { qkv, output, attention_gain, mlp_gain, mlp_in, mlp_out };

std::size_t per_layer(const SeedModelConfig& config) {
    return config.full_block ? 6 : 2;
}
std::size_t place(const SeedModelConfig& config, std::size_t layer, LayerPlace which) {
    return first_layer + layer * per_layer(config) + which;
}
std::size_t last_gain(const SeedModelConfig& config) {
    return first_layer + static_cast<std::size_t>(config.layers) * per_layer(config);
}

std::vector<WeightShape> shapes_of(const SeedModelConfig& config) {
    const std::int64_t e = config.width;
    const double fan = 1 / std::sqrt(static_cast<double>(e));
    // The sum of embedding and position has unit variance; what layers add to it stays below.
    const double half = std::sqrt(0.5);
    const double into = fan / std::sqrt(2.0 * static_cast<double>(config.layers));
    std::vector<WeightShape> shapes{
        {{config.tokens, e}, half}, {{config.length, e}, half}, {{e, config.classes}, fan}};
    const WeightShape gain{{1, e}, 0, 1, false};
    for (std::int64_t layer = 0; layer < config.layers; ++layer) {
        shapes.push_back({{e, 3 * e}, fan});
        shapes.push_back({{e, e}, into});
        if (!config.full_block) continue;
        shapes.push_back(gain);
        shapes.push_back(gain);
        shapes.push_back({{e, 4 * e}, fan});
        shapes.push_back({{4 * e, e}, into / 2});
    }
    if (config.full_block) shapes.push_back(gain);
    return shapes;
}

at::ScalarType master_type(const SeedModelConfig& config) {
    return compute_type(scalar_type(config.type));
}

// A layer's random features are its own.
std::vector<std::uint64_t> layer_seeds(const SeedModelConfig& config, std::size_t layer) {
    std::vector<std::uint64_t> seeds;
    for (const std::uint64_t seed : config.seeds)
        seeds.push_back(seed ^ (0x9E3779B97F4A7C15u * layer));
    return seeds;
}

}  // namespace

SeedModel::SeedModel(const SeedModelConfig& config, at::Device device)
    : config_(config), weights_(shapes_of(config), config.seeds, master_type(config), device) {
    first_token_ =
        (at::arange(static_cast<std::int64_t>(config.seeds.size()), at::kLong) * config.tokens)
            .view({-1, 1, 1})
            .to(device);
    AttentionConfig attention;
    attention.heads = config.heads;
    attention.head_dim = config.width / config.heads;
    attention.causal = true;
    attention.parameters = config.own;
    // Every linear variant takes the chunked form, whichever of them a fused kernel knows, so that
    // their training times compare. Up to this length it is one chunk.
    const std::int64_t chunk = std::min<std::int64_t>(config.length, 128);
    attention.plan = ChunkPlan{chunk, chunk};
    for (std::size_t layer = 0; layer < static_cast<std::size_t>(config.layers); ++layer)
        attention_.push_back(
            make_seed_attention(config.variant, attention, layer_seeds(config, layer)));
}

at::Tensor SeedModel::lower(const at::Tensor& x) const {
    return x.to(scalar_type(config_.type));
}

at::Tensor SeedModel::norm(const at::Tensor& x, std::size_t gain) const {
    return at::layer_norm(x, {config_.width}) * weights_.at(gain);
}

at::Tensor SeedModel::attend(std::size_t layer, const at::Tensor& x) {
    const auto s = static_cast<std::int64_t>(config_.seeds.size());
    const std::int64_t l = config_.length, b = x.size(1) / l, h = config_.heads;
    const std::int64_t d = config_.width / h;
    const at::Tensor in = config_.full_block ? norm(x, place(config_, layer, attention_gain)) : x;
    const auto heads = at::bmm(lower(in), lower(weights_.at(place(config_, layer, qkv))))
                           .view({s, b, l, 3, h, d})
                           .permute({3, 1, 0, 4, 2, 5})
                           .reshape({3, b, s * h, l, d})
                           .unbind(0);
    const at::Tensor mixed = attention_[layer]
                                 ->forward(heads[0], heads[1], heads[2])
                                 .reshape({b, s, h, l, d})
                                 .permute({1, 0, 3, 2, 4})
                                 .reshape({s, b * l, config_.width});
    const at::Tensor& out = weights_.at(place(config_, layer, output));
    if (mixed.scalar_type() == x.scalar_type()) return at::baddbmm(x, mixed, out);
    return x + at::bmm(mixed, lower(out));
}

at::Tensor SeedModel::perceive(std::size_t layer, const at::Tensor& x) const {
    const at::Tensor in = lower(norm(x, place(config_, layer, mlp_gain)));
    const at::Tensor inner =
        at::gelu(at::bmm(in, lower(weights_.at(place(config_, layer, mlp_in)))));
    return x + at::bmm(inner, lower(weights_.at(place(config_, layer, mlp_out))));
}

at::Tensor SeedModel::logits(const at::Tensor& tokens) {
    const std::int64_t s = tokens.size(0), b = tokens.size(1), l = config_.length;
    const std::int64_t e = config_.width, a = config_.answers;
    const at::Tensor& table = weights_.at(embedding);
    at::Tensor x = at::embedding(table.reshape({s * config_.tokens, e}), tokens + first_token_) +
                   weights_.at(positions).unsqueeze(1);
    x = x.view({s, b * l, e});
    for (std::size_t layer = 0; layer < attention_.size(); ++layer) {
        x = attend(layer, x);
        if (config_.full_block) x = perceive(layer, x);
    }
    x = x.view({s, b, l, e}).narrow(2, l - a, a).reshape({s, b * a, e});
    if (config_.full_block) x = norm(x, last_gain(config_));
    return at::bmm(x, weights_.at(head)).view({s, b, a, config_.classes});
}

at::Tensor SeedModel::loss(const at::Tensor& logits, const at::Tensor& answers) {
    return -at::log_softmax(logits, -1).gather(-1, answers.unsqueeze(-1)).mean({1, 2, 3});
}

}  // namespace slay
