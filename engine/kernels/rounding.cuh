// What rounding to bfloat16 takes from a number, kept in one byte: in units of 1/256 of the
// rounded number's last place, so that both together carry 16 significant bits.
#pragma once

#include <cstdint>

#include "engine/kernels/ptx.cuh"

namespace slay::kernels {

// 2^e of a number given by its bfloat16 bits; 0 where that is below float32's normal range.
__device__ __forceinline__ uint32_t binade_bits(uint32_t bf16) {
    return (bf16 & 0x7f80u) << 16;
}

// The byte of `rest` = x - rounded, with rounded in the lower half of `bits`.
__device__ __forceinline__ uint32_t encode_rest(float rest, uint32_t bits) {
    // 2^15 / 2^e, as exponent fields: 127 + 15 + 127 - e.
    const float scale = __uint_as_float((269u << 23) - binade_bits(bits));
    const int steps = __float2int_rn(rest * scale);
    return static_cast<uint32_t>(max(min(steps, 127), -127)) & 0xffu;
}

// What encode_rest kept. `rest` is the byte, sign included.
__device__ __forceinline__ float decode_rest(int rest, uint32_t bits) {
    return static_cast<float>(rest) * (__uint_as_float(binade_bits(bits)) * 0x1p-15f);
}

}  // namespace slay::kernels
