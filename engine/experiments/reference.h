// What the approximation is compared with, computed in blocks of rows straight from the formulas.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace slay {

// All take q, k, v as [B, H, L, d] in the type to compute in and give [B, H, L, d].

// K = x^2 / (C - 2x), C = 2 + epsilon: exact spherical Yat.
at::Tensor exact_yat(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, bool causal,
                     double epsilon);

// K = x^2 sum_r w_r exp(2 s_r x): what the linearised forms would give with exact features.
at::Tensor quadrature_yat(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                          bool causal, double epsilon, int nodes);

// Uniform weights over the visible positions: the estimator that ignores the kernel.
at::Tensor uniform_attention(const at::Tensor& v, bool causal);

// The type the reference is computed in: float64, or float32 where float64 would take minutes.
at::ScalarType reference_type(std::int64_t batch, std::int64_t heads, std::int64_t length,
                              std::int64_t head_dim, bool gpu);

struct OutputError {
    double relative_l2 = 0;  // ||y~ - y|| / ||y||
    double cosine = 0;       // over the flattened outputs
    double mse = 0;
};
OutputError compare_outputs(const at::Tensor& approximate, const at::Tensor& exact);

}  // namespace slay
