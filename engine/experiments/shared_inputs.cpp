#include "engine/experiments/shared_inputs.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "engine/attention/random_stream.h"
#include "engine/core/input_clusters.h"

namespace slay {
namespace {

constexpr std::int64_t kSliceElements = 1 << 22;  // drawn at once, in float64 on the CPU

// N(0, 1) of the shape [rows, columns], drawn in slices so that the float64 draw stays small.
at::Tensor draw_normal(RandomStream& stream, std::int64_t rows, std::int64_t columns,
                       at::ScalarType type, at::Device device) {
    at::Tensor result = at::empty({rows, columns}, at::TensorOptions().dtype(type).device(device));
    const std::int64_t slice = std::max<std::int64_t>(1, kSliceElements / columns);
    for (std::int64_t begin = 0; begin < rows; begin += slice) {
        const std::int64_t count = std::min(slice, rows - begin);
        result.narrow(0, begin, count).copy_(stream.normal({count, columns}));
    }
    return result;
}

// Which cluster each position belongs to: [rows], int64.
at::Tensor draw_clusters(std::uint64_t seed, std::int64_t rows) {
    RandomStream stream(seed, "inputs/cluster");
    return stream.integers({rows}, input_clusters);
}

// Positions around their cluster's centre: [rows, columns].
at::Tensor draw_around(const at::Tensor& centres, const at::Tensor& clusters, RandomStream& noise,
                       at::ScalarType type, at::Device device) {
    const at::Tensor offsets =
        noise.normal({clusters.size(0), centres.size(1)}).mul_(cluster_noise);
    return offsets.add_(centres.index_select(0, clusters)).to(device, type);
}

// [B * L, H * d] -> [B, H, L, d]
at::Tensor split_heads(const at::Tensor& rows, const PointSetup& setup) {
    return rows.view({setup.batch, setup.length, setup.heads, setup.head_dim})
        .transpose(1, 2)
        .contiguous();
}

void mix_key_projection(LayerWeights& weights, std::int64_t width) {
    const at::NoGradGuard no_grad;
    const at::Tensor of_queries = weights.qkv.narrow(0, 0, width);
    at::Tensor of_keys = weights.qkv.narrow(0, width, width);
    const double rest = std::sqrt(1 - key_query_correlation * key_query_correlation);
    const at::Tensor mixed =
        of_keys.to(at::kDouble).mul_(rest).add_(of_queries.to(at::kDouble), key_query_correlation);
    of_keys.copy_(mixed);
}

void draw_layer(SharedInputs& inputs, const PointSetup& setup, at::ScalarType type,
                at::Device device) {
    const std::int64_t rows = setup.batch * setup.length;
    RandomStream stream(setup.seed, "inputs/x");
    at::Tensor x;
    if (setup.clustered) {
        RandomStream centre_stream(setup.seed, "inputs/centres");
        const at::Tensor centres = centre_stream.normal({input_clusters, setup.width});
        x = draw_around(centres, draw_clusters(setup.seed, rows), stream, type, device);
    } else {
        x = draw_normal(stream, rows, setup.width, type, device);
    }
    inputs.x = x.view({setup.batch, setup.length, setup.width});
    inputs.weights =
        draw_layer_weights(setup.width, setup.seed, type, device, setup.needs_gradients());
    if (setup.clustered) mix_key_projection(inputs.weights, setup.width);
}

void draw_core(SharedInputs& inputs, const PointSetup& setup, at::ScalarType type,
               at::Device device) {
    const std::int64_t rows = setup.batch * setup.length;
    const auto draw = [&](const char* name, bool clustered) {
        RandomStream stream(setup.seed, name);
        if (!clustered) {
            return split_heads(draw_normal(stream, rows, setup.width, type, device), setup);
        }
        RandomStream centre_stream(setup.seed, "inputs/centres");
        const at::Tensor centres = centre_stream.normal({input_clusters, setup.width});
        const at::Tensor clusters = draw_clusters(setup.seed, rows);
        return split_heads(draw_around(centres, clusters, stream, type, device), setup);
    };
    inputs.q = draw("inputs/q", setup.clustered);
    inputs.k = draw("inputs/k", setup.clustered);
    inputs.v = draw("inputs/v", false);
}

}  // namespace

std::vector<at::Tensor> SharedInputs::leaves() const {
    if (x.defined()) return {x, weights.qkv, weights.output};
    return {q, k, v};
}

SharedInputs draw_inputs(const PointSetup& setup, at::Device device) {
    const at::ScalarType type = scalar_type(setup.type);
    SharedInputs inputs;
    if (setup.layer) {
        draw_layer(inputs, setup, type, device);
    } else {
        draw_core(inputs, setup, type, device);
    }
    if (!setup.needs_gradients()) return inputs;
    for (at::Tensor* leaf : {&inputs.x, &inputs.q, &inputs.k, &inputs.v}) {
        if (leaf->defined()) leaf->requires_grad_(true);
    }
    RandomStream stream(setup.seed, "inputs/gradient");
    const std::int64_t rows = setup.batch * setup.length;
    const at::Tensor gradient = draw_normal(stream, rows, setup.width, type, device);
    inputs.gradient = setup.layer ? gradient.view({setup.batch, setup.length, setup.width})
                                  : split_heads(gradient, setup);
    return inputs;
}

bool same_inputs(const PointSetup& a, const PointSetup& b) {
    const auto key = [](const PointSetup& s) {
        return std::tuple(s.batch, s.heads, s.length, s.width, s.type, s.layer, s.clustered, s.seed,
                          s.needs_gradients());
    };
    return key(a) == key(b);
}

}  // namespace slay
