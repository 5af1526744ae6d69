// The pieces of state_kernel.cuh: features of a tile, a warp's share of the states.
#pragma once

#include "engine/kernels/features.cuh"
#include "engine/kernels/rows.cuh"
#include "engine/kernels/state_layout.h"

namespace slay::kernels {

// Tokens in groups of 16 are stored so that a lane's four, 2t, 2t+1, 2t+8, 2t+9, lie together.

// A lane's four tokens of one row, as a pair for each half of an a fragment's columns.
template <int Terms>
struct TokenPairs {
    SplitPair<Terms> half[2];
    __device__ __forceinline__ TokenPairs(const uint16_t* at, int plane) {
#pragma unroll
        for (int t = 0; t < Terms; ++t) {
            const uint2 words = *reinterpret_cast<const uint2*>(at + t * plane);
            half[0].term[t] = words.x;
            half[1].term[t] = words.y;
        }
    }
    __device__ __forceinline__ TokenPairs() {}
};

// Features of the warp's 16 rows into one buffer; half of the warps take the even tiles of
// eight features, half the odd ones.
template <int D, int Terms, int P, bool tensor>
__device__ __forceinline__ void store_state_features(unsigned char* buffer, const uint16_t* k,
                                                     const StateLayout& layout,
                                                     const UnitSpan& span, const DeviceFeatures& f,
                                                     const uint4* omega, std::int64_t position,
                                                     int count, int warp, int lane) {
    constexpr int kRowTiles = state_warps<D, Terms, tensor>() / 2;
    constexpr int kTokenStride = state_tile<D, Terms, tensor>() + 8;
    const int tile = warp % kRowTiles * 16, part = warp / kRowTiles;
    const RowTile<D, Terms> rows(k + tile * (D + 8), layout.v_plane, f, lane);
    uint16_t* g = reinterpret_cast<uint16_t*>(buffer) + (tile + (lane >> 2)) * layout.g_stride +
                  (lane & 3) * 2;
    constexpr int kTiles = kBlock / 8;
    const int first_g = span.block_first * kTiles;
    constexpr int kUnroll = D * Terms <= 32 || (!tensor && D * Terms <= 64) ? 2 : 1;
    form_g<kUnroll>(
        rows, f, omega, TileRange::share<P>(first_g, span.block_count * kTiles, part, 2), position,
        count, lane, [&](int n, const SplitPair<Terms>& low, const SplitPair<Terms>& high) {
            uint16_t* at = g + (n - first_g) * 8;
#pragma unroll
            for (int t = 0; t < Terms; ++t) {
                *reinterpret_cast<uint32_t*>(at + t * layout.g_plane) = low.term[t];
                *reinterpret_cast<uint32_t*>(at + t * layout.g_plane + 8 * layout.g_stride) =
                    high.term[t];
            }
        });
    if (!tensor) return;
    // Transposed, so that a lane's pair is two tokens of one p.
    uint16_t* poly = reinterpret_cast<uint16_t*>(buffer + layout.poly_at) +
                     (lane >> 2) * kTokenStride + tile + (lane & 3) * 4;
    const int first = span.p_first / 8;
    form_poly<kUnroll>(rows, f, TileRange::share<P>(first, span.p_count / 8, part, 2), lane,
                       [&](int n, const SplitPair<Terms>& low, const SplitPair<Terms>& high) {
                           uint16_t* at = poly + (n - first) * 8 * kTokenStride;
#pragma unroll
                           for (int t = 0; t < Terms; ++t) {
                               *reinterpret_cast<uint2*>(at + t * layout.poly_plane) =
                                   make_uint2(transpose(low.term[t]), transpose(high.term[t]));
                           }
                       });
}

// A warp's share of the states: its units (or columns of one), and 8 rows p of the normalisers.
template <int D, int Terms, bool tensor>
struct StateShare {
    static constexpr int kUnits = units_per_warp<D, Terms, tensor>();
    static constexpr int kTokenStride = state_tile<D, Terms, tensor>() + 8;
    static constexpr int W = state_columns<D, tensor>();
    float state[kUnits][2][W / 8][4];
    float normaliser[2][4];

    __device__ __forceinline__ void clear() {
#pragma unroll
        for (int u = 0; u < kUnits; ++u) {
#pragma unroll
            for (int i = 0; i < 2; ++i) {
#pragma unroll
                for (int n = 0; n < W / 8; ++n) {
#pragma unroll
                    for (int j = 0; j < 4; ++j) state[u][i][n][j] = 0.f;
                }
            }
        }
#pragma unroll
        for (int i = 0; i < 2; ++i) {
#pragma unroll
            for (int j = 0; j < 4; ++j) normaliser[i][j] = 0.f;
        }
    }

    static __device__ __forceinline__ void scale(Fragment<Terms>& to, const Fragment<Terms>& from,
                                                 const TokenPairs<Terms>& by) {
#pragma unroll
        for (int j = 0; j < 4; ++j) {
            SplitPair<Terms> x;
#pragma unroll
            for (int t = 0; t < Terms; ++t) x.term[t] = from.term[t][j];
            x = multiply(x, by.half[j >> 1]);
#pragma unroll
            for (int t = 0; t < Terms; ++t) to.term[t][j] = x.term[t];
        }
    }

    // Adds 16 tokens: `g` at the warp's g block, `poly` at its first p (the normalisers' too, if
    // the warp has some), `weights` of the tokens (if weighted), `v` at the first
    // token and the warp's first column.
    __device__ __forceinline__ void add(const uint16_t* g, const uint16_t* poly,
                                        bool has_normaliser, const uint16_t* v,
                                        const StateLayout& layout, int lane) {
        Fragment<Terms> a[2];
#pragma unroll
        for (int i = 0; i < 2; ++i) {
            load_matrices_transposed(a[i], g + i * 16 + columns_first(lane, layout.g_stride),
                                     layout.g_plane);
        }
        const int place = (lane & 3) * 4;
        if (has_normaliser) add_normaliser(a, poly, place, layout, lane);
        const uint16_t* values = v + rows_first(lane, D + 8);
        if constexpr (kUnits == 1) {
            if constexpr (tensor) {
                const TokenPairs<Terms> by(poly + place, layout.poly_plane);
                scale(a[0], a[0], by);
                scale(a[1], a[1], by);
            }
#pragma unroll
            for (int n = 0; n < W / 16; ++n) {
                Fragment<Terms> b;
                load_matrices_transposed(b, values + n * 16, layout.v_plane);
#pragma unroll
                for (int i = 0; i < 4; ++i)
                    mma(state[0][i >> 1][2 * n + (i & 1)], a[i >> 1], b, i & 1);
            }
        } else {
            Fragment<Terms> b[W / 16];
#pragma unroll
            for (int n = 0; n < W / 16; ++n) {
                load_matrices_transposed(b[n], values + n * 16, layout.v_plane);
            }
#pragma unroll
            for (int u = 0; u < kUnits; ++u) {
                const TokenPairs<Terms> by(poly + u * kTokenStride + place, layout.poly_plane);
#pragma unroll
                for (int i = 0; i < 2; ++i) {
                    Fragment<Terms> scaled;
                    scale(scaled, a[i], by);
#pragma unroll
                    for (int n = 0; n < W / 8; ++n) mma(state[u][i][n], scaled, b[n / 2], n & 1);
                }
            }
        }
    }

    __device__ __forceinline__ void add_normaliser(const Fragment<Terms> (&a)[2],
                                                   const uint16_t* poly, int place,
                                                   const StateLayout& layout, int lane) {
        TokenPairs<Terms> ones;
        if constexpr (tensor) {
            ones = TokenPairs<Terms>(poly + (lane >> 2) * kTokenStride + place, layout.poly_plane);
        } else {  // poly is one in row 0 of Z and zero in the others
#pragma unroll
            for (int i = 0; i < 2; ++i) {
#pragma unroll
                for (int t = 0; t < Terms; ++t) {
                    ones.half[i].term[t] = t == 0 && lane < 4 ? 0x3f803f80u : 0u;
                }
            }
        }
        Fragment<Terms> b;
#pragma unroll
        for (int t = 0; t < Terms; ++t) {
            b.term[t][0] = ones.half[0].term[t];
            b.term[t][1] = ones.half[1].term[t];
        }
        mma(normaliser[0], a[0], b, 0);
        mma(normaliser[1], a[1], b, 0);
    }

    // Adds the share that another warp stored (P = 1); `shared` has a column for each lane.
    __device__ __forceinline__ void store(float* shared, int lane) const {
#pragma unroll
        for (int i = 0; i < W; ++i) {
            shared[i * 32 + lane] = state[0][i / (W / 2)][i / 4 % (W / 8)][i % 4];
        }
#pragma unroll
        for (int i = 0; i < 8; ++i) shared[(W + i) * 32 + lane] = normaliser[i / 4][i % 4];
    }
    __device__ __forceinline__ void add_stored(const float* shared, int lane) {
#pragma unroll
        for (int i = 0; i < W; ++i) {
            state[0][i / (W / 2)][i / 4 % (W / 8)][i % 4] += shared[i * 32 + lane];
        }
#pragma unroll
        for (int i = 0; i < 8; ++i) normaliser[i / 4][i % 4] += shared[(W + i) * 32 + lane];
    }

    // Element `at` and the next one of a slot, as the scan reads them.
    static __device__ __forceinline__ void put(unsigned char* out, int at, float x, float y) {
        if constexpr (Terms == 1) {
            *reinterpret_cast<uint32_t*>(out + at * 2) = pack(x, y);
        } else {
            *reinterpret_cast<float2*>(out + at * 4) = make_float2(x, y);
        }
    }

    static __device__ __forceinline__ void put(unsigned char* out, int at, float x) {
        if constexpr (Terms == 1) {
            *reinterpret_cast<uint16_t*>(out + at * 2) = static_cast<uint16_t>(pack(x, 0.f));
        } else {
            *reinterpret_cast<float*>(out + at * 4) = x;
        }
    }

    // `out` [unit][32][D] at element `first`, the warp's first unit and column; the normalisers
    // [p][32] at element `z` (negative: none).
    __device__ __forceinline__ void write(unsigned char* out, int first, int z, int lane) const {
        const int r = lane >> 2, column = (lane & 3) * 2;
#pragma unroll
        for (int u = 0; u < kUnits; ++u) {
#pragma unroll
            for (int i = 0; i < 4 * (W / 8); ++i) {
                const float* s = state[u][i / 2 / (W / 8)][i / 2 % (W / 8)] + (i & 1) * 2;
                const int row = i / 2 / (W / 8) * 16 + (i & 1) * 8;
                put(out, first + (u * kBlock + r + row) * D + column + i / 2 % (W / 8) * 8, s[0],
                    s[1]);
            }
        }
        if (z < 0) return;
            // Rows of the accumulators are g.
#pragma unroll
        for (int i = 0; i < 8; ++i) {
            const int row = i / 4 * 16 + (i / 2 & 1) * 8 + r;
            put(out, z + (column + (i & 1)) * kBlock + row, normaliser[i / 4][i % 4]);
        }
    }
};

}  // namespace slay::kernels
