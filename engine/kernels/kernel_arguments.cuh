// What the kernels of a fused pass are given, and sizes derived from it.
#pragma once

#include <cstdint>

#include "engine/kernels/fused_linear.h"

namespace slay::kernels {

// Features in g blocks of 32: unit u = block * p_units + p is the part of the state that belongs to
// poly_p and 32 consecutive g, stored [32 (g), d].
inline constexpr int kBlock = 32;

struct DeviceFeatures {
    const uint4* omega;  // [heads][g_padded / 8][d / 16][32 lanes]: b fragments, high and low part
    std::int64_t omega_stride;  // between heads; 0 where they share one
    const float* offset;        // [g_padded], for exp2
    const uint4* first;         // [p_padded / 8][d / 16][32 lanes]
    const uint4* second;
    int g, g_padded;  // padded to a multiple of kBlock
    int p, p_units;   // p_units: 1, or P padded to a multiple of 8
    int p_padded;     // a multiple of 16
    Factor factor;
    Poly poly;
    bool normalise;
    bool same;             // second == first
    float position_scale;  // pi / (2 L)
};

struct KernelArguments {
    TensorView q, k, v, y;
    TensorView residual;  // y before rounding minus y; data may be null
    float* denominators;
    DeviceFeatures features;
    float* states;            // [B * H][wave][elements], float32
    std::uint16_t* prefixes;  // [B * H][wave] (bidirectional: [B * H]) [elements], bfloat16
    float* carry;             // [B * H][elements]
    std::int64_t length;
    std::int64_t segment;        // T; 0 without states
    std::int64_t segments;       // of the whole length
    std::int64_t first_segment;  // of this wave
    std::int64_t wave_capacity;  // segments that states and prefixes have room for
    std::int64_t wave;           // segments in this wave
    std::int64_t elements;       // of one state: units * 32 * d, then normalisers
    int heads;
    int units;        // g_padded / 32 * p_units
    int unit_groups;  // blocks of a grid that share one segment's units
    bool causal;
    float delta;
};

// Rows of the normaliser of one g block: Z[p][32].
__host__ __device__ constexpr int normaliser_rows(int p_units) {
    return p_units == 1 ? 8 : p_units;
}

}  // namespace slay::kernels
