#include "engine/attention/unit_vectors.h"

#include <ATen/ATen.h>

namespace slay {

UnitVectors unit_vectors(const at::Tensor& u) {
    at::Tensor norm = at::linalg_vector_norm(u, 2, at::IntArrayRef{-1}, /*keepdim=*/true);
    norm.clamp_min_(kSmallestNorm);
    at::Tensor unit = u / norm;
    return {std::move(unit), std::move(norm)};
}

at::Tensor unit_vectors_backward(const UnitVectors& at, const at::Tensor& gradient) {
    const at::Tensor along = (gradient * at.unit).sum({-1}, /*keepdim=*/true);
    return gradient.addcmul(at.unit, along, -1).div_(at.norm);
}

}  // namespace slay
