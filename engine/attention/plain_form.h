// What the plain float64 forms share. Written for reading: quadratic in L, one tensor a symbol, no
// code of the production forms.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>

#include "engine/attention/builtin_variants.h"

namespace slay::plain {

// u^ = u / max(||u||, 1e-12)
at::Tensor unit(const at::Tensor& u);

// kernel [B, H, L, L]: y_i = sum_j K_ij v_j / (sum_j K_ij + delta), j <= i when causal.
PlainOutput normalise(const at::Tensor& kernel, const PlainInput& input);

// <Psi(q_i), Psi(k_j)>, [B, H, L, L], of features [B, H, L, F].
at::Tensor inner_products(const at::Tensor& q_features, const at::Tensor& k_features);

const at::Tensor& buffer(const PlainInput& input, std::string_view name);

// prf_r(u^)_m = exp(sqrt(2 s_r) omega_{r,m} . u^ - s_r) / sqrt(M), [B, H, L, M].
at::Tensor random_features(const at::Tensor& unit, const PlainInput& input, std::int64_t r);

// The Kronecker product of the last dimensions, [B, H, L, P*M].
at::Tensor kronecker(const at::Tensor& a, const at::Tensor& b);

// Psi with Psi_r(u) = sqrt(w_r) poly(u^) (x) prf_r(u), concatenated over r; then the kernel.
PlainOutput tensor_form(const PlainInput& input,
                        const std::function<at::Tensor(const at::Tensor& unit)>& poly);

}  // namespace slay::plain
