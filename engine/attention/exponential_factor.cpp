#include "engine/attention/exponential_factor.h"

#include <ATen/ATen.h>

#include <cmath>

namespace slay {

at::Tensor by_head(const at::Tensor& omega) {
    return omega.permute({1, 2, 0, 3})
        .reshape({omega.size(1), omega.size(2), omega.size(0) * omega.size(3)});
}

ExponentialFactor::ExponentialFactor(const at::Tensor& nodes, const at::Tensor& scales,
                                     const at::Tensor& omega, at::TensorOptions options) {
    const std::int64_t features = omega.size(3);
    const at::Tensor root = (2 * nodes).sqrt().view({-1, 1, 1, 1});
    projection_ = by_head(omega * root).to(options);
    // The weights of many nodes span a hundred decades: their roots enter as logarithms.
    bias_ = (scales.log() / 2 - nodes - std::log(static_cast<double>(features)) / 2)
                .repeat_interleave(features)
                .to(options);
}

at::Tensor ExponentialFactor::forward(const at::Tensor& unit) const {
    return at::matmul(unit, projection_).add_(bias_).exp_();
}

at::Tensor ExponentialFactor::backward(const at::Tensor& inner, const at::Tensor& gradient) const {
    return at::matmul(gradient * inner, projection_.transpose(-1, -2));
}

}  // namespace slay
