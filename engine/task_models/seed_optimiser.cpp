#include "engine/task_models/seed_optimiser.h"

#include <ATen/ATen.h>

namespace slay {

SeedOptimiser::SeedOptimiser(SeedWeights& weights, const AdamWOptions& options)
    : weights_(weights), options_(options) {
    const at::Tensor& flat = weights.flat();
    mean_ = at::zeros_like(flat);
    square_ = at::zeros_like(flat);
    stopped_ = at::full({flat.size(0)}, -1, flat.options().dtype(at::kLong));
    steps_ = at::zeros({}, flat.options());
}

void SeedOptimiser::step(const at::Tensor& gradient, const at::Tensor& loss,
                         const at::Tensor& learning_rate) {
    const at::NoGradGuard no_grad;
    const at::Tensor norm = at::linalg_vector_norm(gradient, 2, {1});  // [S]
    const at::Tensor fails = (norm + loss).isfinite().logical_not().logical_and(stopped_ < 0);
    stopped_.copy_(at::where(fails, steps_.to(at::kLong), stopped_));
    const at::Tensor goes = (stopped_ < 0).unsqueeze(1);  // [S, 1]
    steps_.add_(1);

    const at::Tensor scale = (options_.largest_norm / (norm + 1e-6)).clamp_max(1).unsqueeze(1);
    // A product with zero would keep a NaN.
    const at::Tensor g = at::where(goes, gradient * scale, at::zeros({}, gradient.options()));
    mean_.mul_(options_.beta1).add_(g, 1 - options_.beta1);
    square_.mul_(options_.beta2).addcmul_(g, g, 1 - options_.beta2);
    const at::Tensor first = 1 - at::pow(options_.beta1, steps_);
    const at::Tensor second = 1 - at::pow(options_.beta2, steps_);
    const at::Tensor root = (square_ / second).sqrt_().add_(options_.epsilon);
    at::Tensor change = (mean_ / first).div_(root);
    change.addcmul_(weights_.flat(), weights_.decay(), options_.weight_decay);
    weights_.flat().sub_(change.mul_(goes).mul_(learning_rate));
}

std::vector<std::optional<std::int64_t>> SeedOptimiser::stopped() const {
    const at::Tensor steps = stopped_.cpu();
    std::vector<std::optional<std::int64_t>> out;
    for (std::int64_t s = 0; s < steps.size(0); ++s) {
        const std::int64_t step = steps[s].item<std::int64_t>();
        out.push_back(step < 0 ? std::nullopt : std::optional(step));
    }
    return out;
}

}  // namespace slay
