#include "engine/attention/plain_form.h"

#include <ATen/ATen.h>

#include <cmath>
#include <vector>

namespace slay::plain {

at::Tensor unit(const at::Tensor& u) {
    return u / u.pow(2).sum({-1}, /*keepdim=*/true).sqrt().clamp_min(1e-12);
}

PlainOutput normalise(const at::Tensor& kernel, const PlainInput& input) {
    const at::Tensor visible = input.causal ? kernel.tril() : kernel;
    const at::Tensor denominators = visible.sum({-1});
    const at::Tensor numerators = visible.matmul(input.v);
    return {numerators / (denominators.unsqueeze(-1) + input.delta), denominators.detach(),
            visible.detach().abs().sum({-1})};
}

at::Tensor inner_products(const at::Tensor& q_features, const at::Tensor& k_features) {
    return q_features.matmul(k_features.transpose(-1, -2));
}

const at::Tensor& buffer(const PlainInput& input, std::string_view name) {
    const auto found = input.buffers.find(name);
    TORCH_CHECK(found != input.buffers.end(), "the plain form needs the buffer ",
                std::string(name));
    return found->second;
}

at::Tensor random_features(const at::Tensor& unit, const PlainInput& input, std::int64_t r) {
    const at::Tensor omega = buffer(input, "omega").select(0, r);  // [H, d, M]
    const double s = buffer(input, "quad_nodes")[r].item<double>();
    const double features = static_cast<double>(omega.size(2));
    return (std::sqrt(2 * s) * unit.matmul(omega) - s).exp() / std::sqrt(features);
}

at::Tensor kronecker(const at::Tensor& a, const at::Tensor& b) {
    return (a.unsqueeze(-1) * b.unsqueeze(-2)).flatten(-2);
}

PlainOutput tensor_form(const PlainInput& input,
                        const std::function<at::Tensor(const at::Tensor&)>& poly) {
    const auto psi = [&](const at::Tensor& u) {
        const at::Tensor direction = unit(u);
        const at::Tensor polynomial = poly(direction);
        std::vector<at::Tensor> nodes;
        for (std::int64_t r = 0; r < buffer(input, "quad_nodes").size(0); ++r) {
            const double w = buffer(input, "quad_weights")[r].item<double>();
            nodes.push_back(std::sqrt(w) *
                            kronecker(polynomial, random_features(direction, input, r)));
        }
        return at::cat(nodes, -1);
    };
    return normalise(inner_products(psi(input.q), psi(input.k)), input);
}

}  // namespace slay::plain
