#include "engine/attention/layer.h"

#include <ATen/ATen.h>

#include <cmath>

#include "engine/attention/random_stream.h"

namespace slay {

LayerWeights draw_layer_weights(std::int64_t width, std::uint64_t seed, at::ScalarType type,
                                at::Device device, bool requires_grad) {
    const at::NoGradGuard no_grad;
    RandomStream stream(seed, "layer-weights");
    const double scale = 1 / std::sqrt(static_cast<double>(width));
    const auto draw = [&](std::int64_t rows) {
        at::Tensor weights = stream.normal({rows, width}).mul_(scale).to(type).to(device);
        weights.set_requires_grad(requires_grad);
        return weights;
    };
    LayerWeights weights;
    weights.qkv = draw(3 * width);
    weights.output = draw(width);
    return weights;
}

Layer::Layer(std::unique_ptr<Attention> core, LayerWeights weights)
    : core_(std::move(core)), weights_(std::move(weights)) {
    const std::int64_t width = core_->config().heads * core_->config().head_dim;
    TORCH_CHECK(weights_.output.dim() == 2 && weights_.output.size(0) == width &&
                    weights_.output.size(1) == width && weights_.qkv.dim() == 2 &&
                    weights_.qkv.size(0) == 3 * width && weights_.qkv.size(1) == width,
                "the weights of a layer of width ", width, " must be [3E, E] and [E, E]; got ",
                weights_.qkv.sizes(), " and ", weights_.output.sizes());
}

Layer::Heads Layer::project(const at::Tensor& x) const {
    const std::int64_t heads = core_->config().heads;
    const at::Tensor qkv = at::linear(x, weights_.qkv)
                               .view({x.size(0), x.size(1), 3, heads, core_->config().head_dim})
                               .permute({2, 0, 3, 1, 4});
    const auto parts = qkv.unbind(0);
    return {parts[0], parts[1], parts[2]};
}

at::Tensor Layer::forward(const at::Tensor& x) {
    const Heads heads = project(x);
    const at::Tensor output = core_->forward(heads.q, heads.k, heads.v);
    return at::linear(output.transpose(1, 2).reshape({x.size(0), x.size(1), width()}),
                      weights_.output);
}

}  // namespace slay
