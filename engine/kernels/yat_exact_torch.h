// Exact Yat attention on tensors, forward and backward.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "engine/kernels/yat_exact.h"

namespace slay::kernels {

// d rounded up to what the kernels take: other rows are padded with zeros.
int exact_yat_padded(std::int64_t head_dim);

// Why the kernels do not cover a shape on a device whose blocks may take so much shared memory, or
// empty if they do.
std::string exact_yat_refusal(const YatShape& shape, double epsilon, int shared_bytes);

// The same of inputs ([B, H, L, d]): bfloat16, float16 or float32 on one CUDA device, d up to 128.
std::string exact_yat_unsupported(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                  double epsilon);

struct ExactYatOptions {
    bool causal = true;
    double epsilon = 1e-6;  // C = 2 + epsilon
    double delta = 1e-6;
};

// What a forward pass leaves for a backward one.
struct ExactYatOutput {
    at::Tensor y;             // [B, H, L, d] of the inputs' type, laid out [B, L, H, d]
    at::Tensor denominators;  // D, [B, H, L], float32
    at::Tensor correction;    // what rounding took from y, in y's type; undefined if not wanted
};

struct ExactYatGradients {
    at::Tensor q, k, v;  // [B, H, L, d] of the inputs' type, views of one [B, L, 3, H, d]
};

// Throw c10::Error on a failed launch or without memory. Scratch comes from the caching allocator;
// the stream is the current one.
ExactYatOutput exact_yat_forward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                 const ExactYatOptions& options, bool keep_correction);
ExactYatGradients exact_yat_backward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                     const ExactYatOutput& forward, const at::Tensor& dy,
                                     const ExactYatOptions& options);

}  // namespace slay::kernels
