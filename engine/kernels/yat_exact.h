// Exact spherical Yat attention, tiled: K_ij = x^2 / (eps + max(2 - 2x, 0)), x = q^_i . k^_j, and
// y_i = sum_j K_ij v_j / (D_i + delta), D_i = sum_j K_ij. Scores never leave the chip. Plain C++:
// names no Torch type.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "engine/kernels/fused_linear.h"  // TensorView

namespace slay::kernels {

// Of q, k, v, y and their gradients.
enum class YatType { bfloat16, float16, float32 };

struct YatShape {
    std::int64_t batch = 1;
    std::int64_t heads = 1;
    std::int64_t length = 1;
    int head_dim = 32;
    bool causal = true;
    YatType type = YatType::bfloat16;
};

// How many ranges the sum of each kernel is cut into, so that short sequences fill the chip; the
// partial sums, in float32, are added in the order of their ranges.
struct YatPlan {
    std::int64_t splits = 1;      // forward: ranges of keys; backward: of the keys of one query
    std::int64_t key_splits = 1;  // backward: ranges of the queries of one key
    std::size_t scratch_bytes = 0;
};

// Why the kernels do not cover a case, or empty if they do: d a multiple of 8 up to 128, epsilon
// from 1e-10 to 1e3, B * H up to 65535.
std::string exact_yat_unsupported(const YatShape& shape, double epsilon);

// Shared memory that the largest block of threads takes for this shape, in bytes.
std::size_t exact_yat_shared_bytes(const YatShape& shape);

// `splits` 0 lets the plan choose for a device of so many multiprocessors.
YatPlan plan_yat_forward(const YatShape& shape, int multiprocessors, std::int64_t splits = 0);
YatPlan plan_yat_backward(const YatShape& shape, int multiprocessors, std::int64_t splits = 0);

// All tensors [B, H, L, d] of the shape's type, the last stride 1; addresses and the other strides
// are multiples of 16 bytes.
struct YatForward {
    YatShape shape;
    TensorView q, k, v;
    TensorView y;
    TensorView correction;          // y - round(y) in the half type of y; data null: not wanted
    float* denominators = nullptr;  // D, [B, H, L] contiguous
    float epsilon = 1e-6f;
    float delta = 1e-6f;
    void* scratch = nullptr;  // plan.scratch_bytes, 256-byte aligned; contents lost
    cudaStream_t stream = nullptr;
};

struct YatBackward {
    YatShape shape;
    TensorView q, k, v, y, dy;
    TensorView correction;                // as the forward pass left it; data null: none
    const float* denominators = nullptr;  // D, [B, H, L] contiguous
    TensorView dq, dk, dv;
    float epsilon = 1e-6f;
    float delta = 1e-6f;
    void* scratch = nullptr;
    cudaStream_t stream = nullptr;
};

// Enqueue a pass: asynchronous, no allocation, no atomics (the same bits on the same inputs).
cudaError_t run_yat_forward(const YatForward& pass, const YatPlan& plan);
cudaError_t run_yat_backward(const YatBackward& pass, const YatPlan& plan);

}  // namespace slay::kernels
