// u^ = u / max(||u||_2, 1e-12) over the last dimension, and its derivative.
#pragma once

#include <ATen/core/Tensor.h>

namespace slay {

inline constexpr double kSmallestNorm = 1e-12;

struct UnitVectors {
    at::Tensor unit;  // [..., d]
    at::Tensor norm;  // [..., 1], at least kSmallestNorm
};

UnitVectors unit_vectors(const at::Tensor& u);

// The gradient of u from that of u^: (g - (g . u^) u^) / ||u||.
at::Tensor unit_vectors_backward(const UnitVectors& at, const at::Tensor& gradient);

}  // namespace slay
