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
// (16-byte aligned), and where its parts lie. cos_sin has become a part of g: P = 1, G = 2 d.
struct PackedFeatures {
    Factor factor = Factor::exponential;
    bool has_poly = false;
    bool normalise = true;
    bool cancels = false;
    int heads = 1;
    int head_dim = 16;
    int g = 8;
    int p = 1;
    int products = 0;           // of poly: 0 a square, 1 one product, 2 the sum of two
    bool identity = false;      // the projections of g are the elements of u
    int rotate = 0;             // g below this times cos, the others times sin; 0: neither
    std::size_t offset_at = 0;  // byte offsets of the parts
    std::size_t poly_at[4] = {};
    std::size_t mix_at = 0;  // 0: none
    std::vector<std::uint32_t> words;
};

PackedFeatures pack_features(const FeatureMap& map);

// The same without the words: what the questions below ask.
PackedFeatures describe_features(const FeatureMap& map);

// The type of q, k, v and y.
enum class Element { bfloat16, float16, float32 };

// One [B, H, L, d] tensor; strides in elements, the last one is 1. The address and the strides are
// multiples of 16 bytes, and 2^31 bytes hold 128 rows.
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
    Element element = Element::bfloat16;
};

// What a device offers.
struct FusedDevice {
    int multiprocessors = 132;
    int shared_bytes = 232448;  // of shared memory, the most that one block may take
    bool warpgroups = false;    // warpgroups_usable()
};

// Whether the current device runs the kernels with warpgroup products (sm_90a).
bool warpgroups_usable();

// How a pass is cut up. Without states (segment 0) it is one launch of the quadratic product form.
struct FusedPlan {
    std::int64_t segment = 0;   // positions between two stored states; a multiple of 64
    std::int64_t segments = 1;  // of the whole length
    std::int64_t wave = 0;      // segments whose states are stored at the same time
    int block_segments = 1;     // that one block of the state kernel forms
    std::size_t scratch_bytes = 0;
    bool groups = false;   // the forms with warpgroup products
    bool streams = false;  // of these, the output kernel that carries a state along
    int key_capacity = 0;  // positions whose factors a block of these has room for
    bool wide = false;     // the output kernel's form for known maps, with many rows a block
    int row_block = 128;   // output rows of a block of the other forms
    int buffers = 2;       // of keys' factors in the form without warpgroup products
};

// bf16 terms of an operand: one for bfloat16 inputs, two for the others and for maps that cancel.
int fused_terms(const FusedShape& shape, const PackedFeatures& features);

// Why the fused form does not cover a case, or empty if it does.
std::string fused_linear_unsupported(const FusedShape& shape, const PackedFeatures& features,
                                     const FusedDevice& device = {});

// `scratch_budget` bounds the states stored at the same time, as far as one segment allows.
// `segment` 0 lets the plan choose, -1 asks for the quadratic form.
FusedPlan plan_fused_linear(const FusedShape& shape, const PackedFeatures& features,
                            const FusedDevice& device, std::size_t scratch_budget,
                            std::int64_t segment = 0);

struct FusedLinearPass {
    FusedShape shape;
    TensorView q, k, v, y;
    // bfloat16 y only: what its rounding left, a signed byte in 1/256 of y's last place; or null.
    TensorView residual;
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
