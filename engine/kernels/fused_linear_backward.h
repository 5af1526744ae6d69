// Backward pass of the fused linear attention. With dN_i = dy_i / (D_i + delta) and
// dD_i = -(dy_i . y_i) / (D_i + delta):
//   dPsi(q_i) = sum_{j <= i} Psi(k_j) (dN_i . v_j + dD_i),
//   dPsi(k_j) = sum_{i >= j} Psi(q_i) (dN_i . v_j + dD_i),  dv_j = sum_{i >= j} K_ij dN_i.
// Features are formed again on the chip. Plain C++: names no Torch type.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/kernels/feature_map.h"
#include "engine/kernels/fused_linear.h"

namespace slay::kernels {

// A feature map as the backward kernels read it: one block of bytes, copied to the device as it is
// (16-byte aligned), and where its parts lie. Weights are there twice: as operands of z = W u and,
// transposed, of du = W^T dz.
struct PackedGradients {
    Factor factor = Factor::exponential;
    bool normalise = true;
    bool product = false;  // a second factor (first u) * (second u)
    bool turned = false;   // g is multiplied by cos (first half) and sin of pi i / (2 L)
    bool known = true;     // no mix and no second product: see FeatureMap
    bool cancels = false;  // see FeatureMap
    int heads = 1;
    int head_dim = 16;
    int g = 8;
    int p = 1;
    std::size_t offset_at = 0;  // byte offsets of the parts
    std::size_t first_at = 0;
    std::size_t second_at = 0;  // equal to first_at where both are one
    std::size_t omega_transposed_at = 0;
    std::size_t first_transposed_at = 0;
    std::size_t second_transposed_at = 0;
    // Of relu alone: the weights in float32, [heads][G padded][d], for signs next to zero; 0: none.
    // `offset` then holds 2^-14 of their rows' norms.
    std::size_t exact_at = 0;
    std::vector<std::uint32_t> words;
};

PackedGradients pack_gradients(const FeatureMap& map);
PackedGradients describe_gradients(const FeatureMap& map);  // without the words

using BackwardShape = FusedShape;  // its element: of q, k, v, y and of all gradients

// Why the backward kernels do not cover a case, or empty if they do.
std::string fused_backward_unsupported(const BackwardShape& shape, const PackedGradients& features,
                                       const FusedDevice& device = {});

// Why gradients of a case that is covered would miss the bounds of the variants, or empty.
std::string fused_backward_inaccurate(const BackwardShape& shape, const PackedGradients& features);

// As plan_fused_linear: `segment` 0 lets the plan choose, -1 asks for the quadratic form;
// `state_budget` bounds the bytes of states stored at the same time, as far as one segment allows.
FusedPlan plan_fused_backward(const BackwardShape& shape, const PackedGradients& features,
                              int multiprocessors, std::size_t state_budget,
                              std::int64_t segment = 0);

struct FusedBackwardPass {
    BackwardShape shape;
    TensorView q, k, v, y, dy;
    TensorView correction;  // FusedLinearPass::residual of a bfloat16 pass; data may be null
    const float* denominators = nullptr;  // D_i of the forward pass, [B, H, L] contiguous
    TensorView dq, dk, dv;                // written whole; dq holds dN in between
    float delta = 1e-6f;
    const PackedGradients* features = nullptr;
    const void* device_words = nullptr;  // features->words on the device
    void* scratch = nullptr;             // plan.scratch_bytes, 256-byte aligned; contents lost
    cudaStream_t stream = nullptr;
};

// Enqueues the backward pass; asynchronous, deterministic, no allocation.
cudaError_t run_fused_backward(const FusedBackwardPass& pass, const FusedPlan& plan);

}  // namespace slay::kernels
