#include "engine/task_models/seed_weights.h"

#include <ATen/ATen.h>

#include <functional>
#include <numeric>

#include "engine/attention/random_stream.h"

namespace slay {
namespace {

std::int64_t numel(const WeightShape& shape) {
    return std::accumulate(shape.sizes.begin(), shape.sizes.end(), std::int64_t{1},
                           std::multiplies<>());
}

}  // namespace

SeedWeights::SeedWeights(const std::vector<WeightShape>& shapes,
                         std::span<const std::uint64_t> seeds, at::ScalarType type,
                         at::Device device) {
    const at::NoGradGuard no_grad;
    std::vector<at::Tensor> rows, decay;
    for (const std::uint64_t seed : seeds) {
        RandomStream stream(seed, "task-model");
        std::vector<at::Tensor> row;
        for (const WeightShape& shape : shapes) {
            at::Tensor values = at::full({numel(shape)}, shape.constant, at::kDouble);
            if (shape.scale != 0) values.add_(stream.normal({numel(shape)}), shape.scale);
            row.push_back(values);
        }
        rows.push_back(at::cat(row));
    }
    for (const WeightShape& shape : shapes)
        decay.push_back(at::full({numel(shape)}, shape.decays ? 1.0 : 0.0, at::kDouble));
    const auto options = at::TensorOptions().dtype(type).device(device);
    flat_ = at::stack(rows).to(options);
    decay_ = at::cat(decay).unsqueeze(0).to(options);
    std::int64_t at = 0;
    for (const WeightShape& shape : shapes) {
        std::vector<std::int64_t> sizes{static_cast<std::int64_t>(seeds.size())};
        sizes.insert(sizes.end(), shape.sizes.begin(), shape.sizes.end());
        parts_.push_back(flat_.narrow(1, at, numel(shape)).view(sizes).detach());
        parts_.back().set_requires_grad(true);
        at += numel(shape);
    }
}

at::Tensor SeedWeights::join(const std::vector<at::Tensor>& gradients) {
    std::vector<at::Tensor> rows;
    rows.reserve(gradients.size());
    for (const at::Tensor& each : gradients) rows.push_back(each.reshape({each.size(0), -1}));
    return at::cat(rows, 1);
}

}  // namespace slay
