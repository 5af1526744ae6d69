#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <chrono>

#include "engine/attention/builtin_variants.h"
#include "engine/attention/layer.h"
#include "engine/attention/random_stream.h"
#include "tests/attention/checks.h"

namespace slay::checks {

LayerRun run_anchor_layer(std::int64_t length, bool backward, void (*prepared)()) {
    constexpr std::int64_t width = 256, heads = 8;
    AttentionConfig config;
    config.heads = heads;
    config.head_dim = width / heads;
    config.seed = 1;
    config.parameters.set("nodes", std::int64_t{2});
    config.parameters.set("prf_features", std::int64_t{16});
    config.parameters.set("poly_features", std::int64_t{32});
    Layer layer(make_attention("yat-performer-anchor", config),
                draw_layer_weights(width, 1, at::kFloat, at::kCPU, backward));
    const at::Tensor x = at::empty({1, length, width}, at::kFloat);
    RandomStream stream(1, "memory-test");
    for (std::int64_t row = 0; row < length; row += 1024) {
        const std::int64_t count = std::min<std::int64_t>(1024, length - row);
        x.narrow(1, row, count).copy_(stream.normal({1, count, width}));
    }
    const at::Tensor gradient = backward ? at::ones_like(x) : at::Tensor();
    prepared();

    const auto begin = std::chrono::steady_clock::now();
    LayerRun run;
    if (backward) {
        const at::Tensor input = x.detach().requires_grad_(true);
        const at::Tensor output = layer.forward(input);
        const auto gradients = torch::autograd::grad(
            {output}, {input, layer.weights().qkv, layer.weights().output}, {gradient});
        run.finite = true;
        for (const at::Tensor& each : gradients) run.finite &= each.isfinite().all().item<bool>();
    } else {
        const at::NoGradGuard no_grad;
        run.finite = layer.forward(x).isfinite().all().item<bool>();
    }
    run.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return run;
}

}  // namespace slay::checks
