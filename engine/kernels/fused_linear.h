// Linear attention with tensor-product features, fused: Psi(u) = poly(u) (x) g(u) is formed on the
// chip from q and k and never written to device memory. Plain C++: names no Torch type.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/kernels/feature_map.h"

namespace slay::kernels {

// A feature map as the kernels read it: one block of bytes, to be copied to the device as it is
// (16-byte aligned), and where its parts lie.
struct PackedFeatures {
    Factor factor = Factor::exponential;
    Poly poly = Poly::none;
    bool normalise = true;
    int heads = 1;
    int head_dim = 16;
    int g = 8;
    int p = 1;
    std::size_t offset_at = 0;  // byte offsets of the parts
    std::size_t first_at = 0;
    std::size_t second_at = 0;  // equal to first_at where both are one
    std::vector<std::uint32_t> words;
};

PackedFeatures pack_features(const FeatureMap& map);

// One [B, H, L, d] tensor of bfloat16; strides in elements, the last one is 1. The address and the
// strides are multiples of 16 bytes.
struct TensorView {
    void* data = nullptr;
    std::int64_t batch_stride = 0;
    std::int64_t head_stride = 0;
    std::int64_t row_stride = 0;
};

struct FusedShape {
    std::int64_t batch = 1;
    std::int64_t heads = 1;
    std::int64_t length = 1;
    int head_dim = 16;
    bool causal = true;
};

// How a pass is cut up. Without states (segment 0) it is one launch of the quadratic product form.
struct FusedPlan {
    std::int64_t segment = 0;   // positions between two stored states; a multiple of 256
    std::int64_t segments = 1;  // of the whole length
    std::int64_t wave = 0;      // segments whose states are stored at the same time
    std::size_t scratch_bytes = 0;
};

// Why the fused form does not cover a case, or empty if it does.
std::string fused_linear_unsupported(const FusedShape& shape, const PackedFeatures& features);

// `multiprocessors` of the device; `scratch_budget` bounds the states stored at the same time, as
// far as one segment allows. `segment` 0 lets the plan choose, -1 asks for the quadratic form.
FusedPlan plan_fused_linear(const FusedShape& shape, const PackedFeatures& features,
                            int multiprocessors, std::size_t scratch_budget,
                            std::int64_t segment = 0);

struct FusedLinearPass {
    FusedShape shape;
    TensorView q, k, v, y;
    TensorView residual;            // y before rounding minus y, in y's type; data may be null
    float* denominators = nullptr;  // D_i = sum_j K_ij, [B, H, L] contiguous; or null
    float delta = 1e-6f;            // y_i = N_i / (D_i + delta)
    const PackedFeatures* features = nullptr;
    const void* device_words = nullptr;  // features->words on the device
    void* scratch = nullptr;             // plan.scratch_bytes, 256-byte aligned; contents lost
    cudaStream_t stream = nullptr;
};

// Enqueues the forward pass; asynchronous, deterministic, no allocation.
cudaError_t run_fused_linear(const FusedLinearPass& pass, const FusedPlan& plan);

}  // namespace slay::kernels
