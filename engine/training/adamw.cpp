#include "engine/training/adamw.h"

#include <ATen/ATen.h>

#include <cmath>

namespace slay {

Adamw::Adamw(std::vector<at::Tensor> parameters, AdamwOptions options)
    : options_(options), parameters_(std::move(parameters)), groups_(2) {
    const at::NoGradGuard no_grad;
    groups_[0].decay = options_.weight_decay;
    for (const at::Tensor& parameter : parameters_) {
        first_.push_back(at::zeros_like(parameter));
        second_.push_back(at::zeros_like(parameter));
        Group& group = groups_[parameter.dim() >= 2 ? 0 : 1];
        group.parameters.push_back(parameter);
        group.first.push_back(first_.back());
        group.second.push_back(second_.back());
        group.counts.push_back(at::zeros({}, parameter.options().dtype(at::kFloat)));
    }
}

std::vector<at::Tensor> Adamw::gradients(const Group& group) const {
    std::vector<at::Tensor> out;
    for (const at::Tensor& parameter : group.parameters) {
        TORCH_CHECK(parameter.grad().defined(), "a parameter has no gradient");
        out.push_back(parameter.grad());
    }
    return out;
}

at::Tensor Adamw::gradient_norm() const {
    const at::NoGradGuard no_grad;
    std::vector<at::Tensor> norms;
    for (const Group& group : groups_)
        for (const at::Tensor& each : at::_foreach_norm(gradients(group))) norms.push_back(each);
    return at::stack(norms).to(at::kDouble).norm();
}

void Adamw::step(double learning_rate, const at::Tensor& norm) {
    const at::NoGradGuard no_grad;
    const at::Tensor scale = (options_.clip / (norm + 1e-12)).clamp_max(1.0);
    ++steps_made_;
    for (const Group& group : groups_) {
        if (group.parameters.empty()) continue;
        const std::vector<at::Tensor> scaled = gradients(group);
        at::_foreach_mul_(scaled, scale.to(scaled.front().scalar_type()));
        at::_foreach_add_(group.counts, 1);
        at::_fused_adamw_(group.parameters, scaled, group.first, group.second, {}, group.counts,
                          learning_rate, options_.beta1, options_.beta2, group.decay,
                          options_.epsilon, /*amsgrad=*/false, /*maximize=*/false);
    }
}

void Adamw::zero_gradients() {
    for (at::Tensor& parameter : parameters_) parameter.mutable_grad().reset();
}

std::vector<at::Tensor> Adamw::moments() const {
    std::vector<at::Tensor> out = first_;
    out.insert(out.end(), second_.begin(), second_.end());
    return out;
}

void Adamw::set_steps_made(std::int64_t count) {
    const at::NoGradGuard no_grad;
    steps_made_ = count;
    for (Group& group : groups_)
        for (at::Tensor& each : group.counts) each.fill_(static_cast<double>(count));
}

}  // namespace slay
