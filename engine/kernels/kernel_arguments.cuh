// What the kernels of a fused pass are given, and sizes derived from it.
#pragma once

#include <cstdint>

#include "engine/kernels/fused_linear.h"
#include "engine/kernels/host_device.h"

namespace slay::kernels {

inline constexpr float kLog2E = 1.4426950408889634f;

struct DeviceFeatures {
    const uint4* omega;  // [heads][g_padded / 8][d / 16][32 lanes]: b fragments, high and low part
    std::int64_t omega_stride;  // between heads; 0 where they share one
    const float* offset;        // [g_padded], for exp2
    const uint4* poly[4];       // each [p_padded / 8][d / 16][32 lanes]
    const uint4* mix;           // [p_padded / 8] tiles over p_padded, or null
    int g_padded;               // a multiple of kBlock
    int p_units;                // 1, or P padded to a multiple of 8
    int p_padded;               // a multiple of 16
    int products;               // 0: poly[0] squared; 1: poly[0] poly[1]; 2: + poly[2] poly[3]
    bool identity;              // features are the elements themselves, over again if rotated
    int rotate;                 // g up to here times cos, from here on times sin; 0: neither
    Factor factor;
    bool normalise;
    float position_scale;  // pi / (2 L)
};

// States: [B * H][wave][elements], in chunks of eight elements. Before the scan they are sums over
// one segment, bf16 for one term and float32 for two; after it, in the same place, sums over all
// segments before it (or, without causality, in slot 0 over all), each chunk as eight bf16 high
// terms and, for two terms, eight low ones.
struct KernelArguments {
    TensorView q, k, v, y, residual;
    float* denominators;
    DeviceFeatures features;
    unsigned char* states;
    float* carry;  // [B * H][elements]
    std::int64_t length;
    std::int64_t segment;        // T; 0 without states
    std::int64_t first_segment;  // of this wave
    std::int64_t wave_capacity;  // segments that `states` has room for
    std::int64_t elements;       // of one state: units * 32 * d, then normalisers
    int wave;                    // segments in this wave
    int formed;                  // of them, those whose state is formed
    int heads;
    int units;           // g_padded / 32 * p_units
    int row_block;       // output rows of a block
    int block_segments;  // that a block of the state kernel forms one after the other
    int key_capacity;    // positions whose factors a block of the warpgroup form has room for
    int buffers;         // of keys' factors: 2, or 1 where they are large
    int known;           // the map that the kernels are compiled for (known_map.h)
    Element element;
    bool causal;
    bool overlaps;  // the launch may overlap with the kernel before
    bool begin;     // the scan starts: nothing is carried in
    bool finish;    // the scan's last wave
    float delta;
};

}  // namespace slay::kernels
