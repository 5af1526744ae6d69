// The fused softmax kernels behind scaled_dot_product_attention: which can run, which one ran.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <string_view>

namespace slay {

enum class SoftmaxKernel { math, flash, efficient, cudnn };

std::string_view to_string(SoftmaxKernel kernel);

struct FusedSoftmaxInput {
    at::Tensor q, k, v;  // [B, H, L, d]
    bool causal = true;
};

// Empty when `kernel` takes such inputs (their values do not matter); else LibTorch's reason.
std::string refusal(SoftmaxKernel kernel, const FusedSoftmaxInput& input);

// The kernel that LibTorch itself would choose for these inputs.
SoftmaxKernel default_kernel(const FusedSoftmaxInput& input);

// Attention by that kernel and no other; throws c10::Error where it cannot.
at::Tensor run_kernel(SoftmaxKernel kernel, const FusedSoftmaxInput& input);

// The fastest fused kernel for inputs of this shape and type, by timing each on the GPU once
// (forward, and backward too when the inputs ask for a gradient). `math` only when no fused one
// can run. On a CPU: LibTorch's choice.
SoftmaxKernel fastest_kernel(const FusedSoftmaxInput& input);

}  // namespace slay
