#include "engine/attention/layer.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>

#include "engine/attention/random_stream.h"

namespace slay {
namespace {

// q, k and v [B, H, L, d] as views of the projection [B, L, 3, H, d].
torch::autograd::variable_list head_views(const at::Tensor& qkv) {
    const std::int64_t length = qkv.size(1), heads = qkv.size(3), d = qkv.size(4);
    const std::int64_t width = heads * d;
    torch::autograd::variable_list parts;
    for (std::int64_t i = 0; i < 3; ++i)
        parts.push_back(qkv.as_strided({qkv.size(0), heads, length, d},
                                       {length * 3 * width, d, 3 * width, 1},
                                       qkv.storage_offset() + i * width));
    return parts;
}

// The same, differentiable. Backward: gradients that are
// already views of one such tensor, as the fused kernels leave them, are taken as it, uncopied.
class SplitHeads : public torch::autograd::Function<SplitHeads> {
  public:
    static torch::autograd::variable_list forward(torch::autograd::AutogradContext* context,
                                                  const at::Tensor& qkv) {
        context->saved_data["sizes"] = qkv.sizes().vec();
        return head_views(qkv);
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   torch::autograd::variable_list gradients) {
        const std::vector<std::int64_t> sizes = context->saved_data["sizes"].toIntVector();
        if (of_one_tensor(gradients, sizes)) return {whole(gradients[0], sizes)};
        const auto given = std::find_if(gradients.begin(), gradients.end(),
                                        [](const at::Tensor& t) { return t.defined(); });
        if (given == gradients.end()) return {at::Tensor()};
        const at::Tensor all = at::empty(sizes, given->options());
        for (std::int64_t i = 0; i < 3; ++i) {
            const at::Tensor part = all.select(2, i).transpose(1, 2);
            const at::Tensor& gradient = gradients[static_cast<std::size_t>(i)];
            if (gradient.defined())
                part.copy_(gradient);
            else
                part.zero_();
        }
        return {all};
    }

  private:
    // [B, L, 3, H, d] over the memory that begins with dq.
    static at::Tensor whole(const at::Tensor& dq, const std::vector<std::int64_t>& sizes) {
        const std::int64_t width = sizes[3] * sizes[4];
        return dq.as_strided(sizes, {sizes[1] * 3 * width, 3 * width, width, sizes[4], 1});
    }

    static bool of_one_tensor(const torch::autograd::variable_list& gradients,
                              const std::vector<std::int64_t>& sizes) {
        for (const at::Tensor& gradient : gradients)
            if (!gradient.defined()) return false;
        const at::Tensor& dq = gradients[0];
        const std::int64_t width = sizes[3] * sizes[4];
        const std::vector<std::int64_t> strides{sizes[1] * 3 * width, sizes[4], 3 * width, 1};
        for (std::int64_t i = 0; i < 3; ++i) {
            const at::Tensor& gradient = gradients[static_cast<std::size_t>(i)];
            if (!gradient.is_alias_of(dq) || gradient.scalar_type() != dq.scalar_type() ||
                gradient.strides() != at::IntArrayRef(strides) ||
                gradient.storage_offset() != dq.storage_offset() + i * width)
                return false;
        }
        return true;
    }
};

}  // namespace

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
                               .view({x.size(0), x.size(1), 3, heads, core_->config().head_dim});
    // Without a gradient the views alone: a node of the graph takes longer than a short pass has.
    const auto parts = at::GradMode::is_enabled() && qkv.requires_grad() ? SplitHeads::apply(qkv)
                                                                         : head_views(qkv);
    return {parts[0], parts[1], parts[2]};
}

at::Tensor Layer::forward(const at::Tensor& x) {
    const Heads heads = project(x);
    const at::Tensor output = core_->forward(heads.q, heads.k, heads.v);
    return at::linear(output.transpose(1, 2).reshape({x.size(0), x.size(1), width()}),
                      weights_.output);
}

}  // namespace slay
