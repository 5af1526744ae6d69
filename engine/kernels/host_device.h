// What the host's plan and the kernels share.
#pragma once

#ifdef __CUDACC__
#define SLAY_HOST_DEVICE __host__ __device__
#else
#define SLAY_HOST_DEVICE
#endif

namespace slay::kernels {

// Features in g blocks of 32: unit u = block * p_units + p is the part of the state that belongs to
// poly_p and 32 consecutive g, stored [32 (g), d].
inline constexpr int kBlock = 32;

// bf16 terms of the elements that features are formed from.
SLAY_HOST_DEVICE constexpr int row_terms(int terms) {
    return terms == 1 ? 1 : 3;
}

// 16-byte words of the weights of eight features: fragments of two terms, then of a third one.
SLAY_HOST_DEVICE constexpr int weight_tile(int d) {
    return d / 16 * 48;
}

// Rows of the normaliser of one g block: Z[p][32].
SLAY_HOST_DEVICE constexpr int normaliser_rows(int p_units) {
    return p_units == 1 ? 8 : p_units;
}

}  // namespace slay::kernels
