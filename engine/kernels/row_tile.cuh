// 16 rows as matrix operands, their norms and their projections z = W u, W split into two or three
// bf16 terms.
#pragma once

#include "engine/kernels/kernel_arguments.cuh"
#include "engine/kernels/split.cuh"

namespace slay::kernels {

// 16 rows of q or k as mma's a fragments, from shared memory [row][D + 8]; a lane's two rows are
// r = lane / 4 and r + 8. Their elements have a third term where operands have two: projections
// cancel, and their errors do not average out over the keys.
template <int D, int Terms>
struct RowTile {
    static constexpr int kRowTerms = row_terms(Terms);
    Fragment<kRowTerms> u[D / 16];
    float inverse[2];  // 1 / max(|u|, 1e-12), or 1
    const uint16_t* rows;
    int plane;

    __device__ __forceinline__ RowTile(const uint16_t* from, int row_plane, const DeviceFeatures& f,
                                       int lane)
        : rows(from), plane(row_plane) {
        inverse[0] = inverse[1] = 1.f;
        if (f.identity) return;
#pragma unroll
        for (int k = 0; k < D / 16; ++k) {
            load_matrices(u[k], rows + k * 16 + rows_first(lane, D + 8), plane);
        }
        if (f.normalise) form_norms(lane);
    }

    // Adds the diagonals of a b^T, a and b terms of u: an a fragment's registers 0, 2 and 1, 3 are
    // b fragments of its rows.
    template <bool first>
    __device__ __forceinline__ void add_diagonals(float (&low)[4], float (&high)[4], int a,
                                                  int b) const {
#pragma unroll
        for (int k = 0; k < D / 16; ++k) {
            const auto& x = u[k].term[b];
            if (first && k == 0) {
                mma_first(low, u[k].term[a], x[0], x[2]);
                mma_first(high, u[k].term[a], x[1], x[3]);
            } else {
                mma(low, u[k].term[a], x[0], x[2]);
                mma(high, u[k].term[a], x[1], x[3]);
            }
        }
    }
    __device__ __forceinline__ void form_norms(int lane) {
        float low[4], high[4];
        if constexpr (Terms > 1) {
            add_diagonals<true>(low, high, 0, 2);
            add_diagonals<false>(low, high, 0, 1);
#pragma unroll
            for (int i = 0; i < 4; ++i) {
                low[i] *= 2.f;
                high[i] *= 2.f;
            }
            add_diagonals<false>(low, high, 1, 1);
        }
        add_diagonals<Terms == 1>(low, high, 0, 0);
        const bool odd = lane & 4;  // row r lies in column r % 2 of the quad's lane r / 2
        const int source = (lane & 28) | (lane >> 3);
        const float squares[2] = {__shfl_sync(0xffffffffu, odd ? low[1] : low[0], source),
                                  __shfl_sync(0xffffffffu, odd ? high[3] : high[2], source)};
#pragma unroll
        for (int i = 0; i < 2; ++i) inverse[i] = fminf(inverse_root(squares[i]), 1e12f);
    }

    // z[row][8 features] = W u for tile n of the features; for each k fragments hold W's first two
    // terms and, further on, its third.
    __device__ __forceinline__ void project(float (&z)[4], const uint4* weights, int n,
                                            int lane) const {
        const uint4* fragments = weights + n * weight_tile(D) + lane;
        uint4 b[D / 16];
#pragma unroll
        for (int k = 0; k < D / 16; ++k) b[k] = __ldg(fragments + k * 32);
        if constexpr (Terms > 1) {
#pragma unroll
            for (int k = 0; k < D / 16; ++k) {
                const uint2 third = __ldg(
                    reinterpret_cast<const uint2*>(fragments - lane + D / 16 * 32) + k * 32 + lane);
                if (k == 0) {
                    mma_first(z, u[k].term[0], third.x, third.y);
                } else {
                    mma(z, u[k].term[0], third.x, third.y);
                }
                mma(z, u[k].term[1], b[k].z, b[k].w);
                mma(z, u[k].term[2], b[k].x, b[k].y);
            }
#pragma unroll
            for (int k = 0; k < D / 16; ++k) mma(z, u[k].term[0], b[k].z, b[k].w);
#pragma unroll
            for (int k = 0; k < D / 16; ++k) mma(z, u[k].term[1], b[k].x, b[k].y);
        } else {
            mma_first(z, u[0].term[0], b[0].z, b[0].w);
#pragma unroll
            for (int k = 1; k < D / 16; ++k) mma(z, u[k].term[0], b[k].z, b[k].w);
        }
#pragma unroll
        for (int k = 0; k < D / 16; ++k) mma(z, u[k].term[0], b[k].x, b[k].y);
    }

    // z = u for tile n of its elements.
    __device__ __forceinline__ void elements(float (&z)[4], int n, int lane) const {
        const uint16_t* at = rows + (lane >> 2) * (D + 8) + n * 8 + (lane & 3) * 2;
#pragma unroll
        for (int t = 0; t < kRowTerms; ++t) {
#pragma unroll
            for (int i = 0; i < 2; ++i) {
                const uint32_t pair =
                    *reinterpret_cast<const uint32_t*>(at + t * plane + i * 8 * (D + 8));
                z[2 * i] = t == 0 ? low_float(pair) : z[2 * i] + low_float(pair);
                z[2 * i + 1] = t == 0 ? high_float(pair) : z[2 * i + 1] + high_float(pair);
            }
        }
    }
};

}  // namespace slay::kernels
