// The output rows of one segment: y_i = (sum_u poly_ip g_i S_u + sum_{j <= i in the segment}
// (poly_i . poly_j) (g_i . g_j) v_j) / (the same without S's and v's columns + delta).
#pragma once

#include "engine/kernels/features.cuh"
#include "engine/kernels/state_kernel.cuh"

namespace slay::kernels {

inline constexpr int kOutputWarps = 4;
inline constexpr int kKeyTile = 64;

// 16-row tiles of a warp: as many as keep the accumulators at 64 registers a lane. The resident
// form keeps the queries' factors in registers (G <= 32, P <= 32), the other one reads them from
// shared memory at every use.
template <int D, bool resident>
__host__ __device__ constexpr int row_tiles() {
    return resident ? (D <= 32 ? 4 : D == 64 ? 2 : 1) : 1;
}

template <int D, bool resident>
__host__ __device__ constexpr int output_rows() {
    return kOutputWarps * 16 * row_tiles<D, resident>();
}

template <int D>
__host__ __device__ constexpr int units_per_stage() {
    return 256 / D;
}

struct OutputLayout {
    int g_stride, p_stride;                   // elements
    int g_bytes, query_bytes;                 // queries' factors
    int key_g_bytes, key_p_bytes, key_bytes;  // one buffer of keys' factors and values
    int stage_bytes;                          // one buffer of states
    __host__ __device__ OutputLayout(int rows, int g_padded, int p_units, int p_padded, int d) {
        const bool has_poly = p_units > 1;
        g_stride = g_padded + 8;
        p_stride = p_padded + 8;
        g_bytes = rows * g_stride * 2;
        query_bytes = g_bytes + (has_poly ? rows * p_stride * 2 : 0);
        key_g_bytes = kKeyTile * g_stride * 2;
        key_p_bytes = has_poly ? kKeyTile * p_stride * 2 : 0;
        key_bytes = key_g_bytes + key_p_bytes + kKeyTile * (d + 8) * 2;
        stage_bytes = 256 / d * kBlock * (d + 8) * 2;
    }
    __host__ __device__ int total(bool resident, bool states, bool scores) const {
        const int keys = scores ? (resident ? 2 : 1) * key_bytes : 0;
        const int stages = states ? 2 * stage_bytes : 0;
        return query_bytes + (keys > stages ? keys : stages);
    }
};

// Both factors of the warp's 16 rows, stored row by row.
template <int D>
__device__ __forceinline__ void store_features(uint16_t* g, int g_stride, uint16_t* poly,
                                               int p_stride, const RowTile<D>& rows,
                                               const DeviceFeatures& f, const uint4* omega,
                                               std::int64_t position, std::int64_t count,
                                               int lane) {
    float inverse[2];
    inverse_norms<D>(inverse, rows, f.normalise);
    const int row = lane >> 2, column = (lane & 3) * 2;
#pragma unroll 2
    for (int n = 0; n < f.g_padded / 8; ++n) {
        float z[4];
        g_tile<D>(z, rows, inverse, f, omega, n, count, lane);
        uint16_t* at = g + row * g_stride + n * 8 + column;
        *reinterpret_cast<uint32_t*>(at) = pack(z[0], z[1]);
        *reinterpret_cast<uint32_t*>(at + 8 * g_stride) = pack(z[2], z[3]);
    }
    if (f.p_units == 1) return;
#pragma unroll 2
    for (int n = 0; n < f.p_padded / 8; ++n) {
        float z[4];
        poly_tile<D>(z, rows, inverse, f, n, position, lane);
        uint16_t* at = poly + row * p_stride + n * 8 + column;
        *reinterpret_cast<uint32_t*>(at) = pack(z[0], z[1]);
        *reinterpret_cast<uint32_t*>(at + 8 * p_stride) = pack(z[2], z[3]);
    }
}

// acc += (scale o a) S for one unit; S is [32][D + 8] in shared memory.
template <int D, int MT>
__device__ __forceinline__ void add_unit(float (&acc)[MT][D / 8][4], const uint32_t (&a)[MT][2][4],
                                         const uint32_t (&scale)[MT][2], bool scaled,
                                         const uint16_t* state, int lane) {
#pragma unroll
    for (int k = 0; k < 2; ++k) {
        uint32_t b[D / 16][4];
#pragma unroll
        for (int n = 0; n < D / 16; ++n) {
            load_matrices_transposed(b[n],
                                     state + k * 16 * (D + 8) + n * 16 + rows_first(lane, D + 8));
        }
#pragma unroll
        for (int m = 0; m < MT; ++m) {
            uint32_t s[4];
#pragma unroll
            for (int i = 0; i < 4; ++i) {
                s[i] = scaled ? multiply(a[m][k][i], scale[m][i & 1]) : a[m][k][i];
            }
#pragma unroll
            for (int n = 0; n < D / 8; ++n) {
                mma(acc[m][n], s, b[n / 2][(n & 1) * 2], b[n / 2][(n & 1) * 2 + 1]);
            }
        }
    }
}

// sums += poly_i . (Z g_i) for one g block.
template <int MT>
__device__ __forceinline__ void add_normaliser(float (&sums)[MT][2], const uint32_t (&a)[MT][2][4],
                                               const uint16_t* z, int p_units, const uint16_t* poly,
                                               int p_stride, int lane) {
    const int r = lane >> 2, column = (lane & 3) * 2;
    for (int n = 0; n < normaliser_rows(p_units) / 8; ++n) {
        uint32_t b[4];
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            b[i] = *reinterpret_cast<const uint32_t*>(z + (n * 8 + r) * kBlock + i * 8 + column);
        }
#pragma unroll
        for (int m = 0; m < MT; ++m) {
            float h[4] = {0.f, 0.f, 0.f, 0.f};
            mma(h, a[m][0], b[0], b[1]);
            mma(h, a[m][1], b[2], b[3]);
            if (p_units == 1) {
                sums[m][0] += h[0] + h[1];
                sums[m][1] += h[2] + h[3];
                continue;
            }
            const uint16_t* at = poly + (m * kOutputWarps * 16 + r) * p_stride + n * 8 + column;
            const uint32_t low = *reinterpret_cast<const uint32_t*>(at);
            const uint32_t high = *reinterpret_cast<const uint32_t*>(at + 8 * p_stride);
            sums[m][0] += h[0] * low_float(low) + h[1] * high_float(low);
            sums[m][1] += h[2] * low_float(high) + h[3] * high_float(high);
        }
    }
}

// Two accumulators of scores (16 rows, 16 keys) -> mma's a fragment; keys after the row are left
// out where `diagonal`. `ahead` is the first key's position minus the first row's.
__device__ __forceinline__ void weigh(uint32_t (&weights)[4], float (&sums)[2], float (&w)[2][4],
                                      bool diagonal, int ahead, int lane) {
    const int r = lane >> 2, column = (lane & 3) * 2;
#pragma unroll
    for (int n = 0; n < 2; ++n) {
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            if (diagonal && ahead + n * 8 + column + (i & 1) > r + (i >> 1) * 8) w[n][i] = 0.f;
            sums[i >> 1] += w[n][i];
        }
    }
    weights[0] = pack(w[0][0], w[0][1]);
    weights[1] = pack(w[0][2], w[0][3]);
    weights[2] = pack(w[1][0], w[1][1]);
    weights[3] = pack(w[1][2], w[1][3]);
}

// grid (row blocks of the wave, B * H), block 128.
template <int D, bool resident>
__global__ void __launch_bounds__(kOutputWarps * 32, resident ? 2 : 1)
    output_kernel(const KernelArguments args) {
    constexpr int MT = row_tiles<D, resident>();
    constexpr int kRows = output_rows<D, resident>();
    constexpr int kUnits = units_per_stage<D>();
    SLAY_DYNAMIC_SHARED(shared);
    const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    const DeviceFeatures& f = args.features;
    const OutputLayout layout(kRows, f.g_padded, f.p_units, f.p_padded, D);
    const bool has_poly = f.p_units > 1;

    // The blocks with the most keys come first.
    const std::int64_t block = gridDim.x - 1 - blockIdx.x;
    const std::int64_t row0 = args.first_segment * args.segment + block * kRows;
    const std::int64_t segment = args.segment > 0 ? row0 / args.segment : 0;
    const bool has_state = args.segment > 0 && (!args.causal || segment > 0);
    const std::int64_t key_begin = segment * args.segment;
    const std::int64_t key_end = args.causal        ? min(row0 + kRows, args.length)
                                 : args.segment > 0 ? key_begin
                                                    : args.length;
    const int batch = blockIdx.y / args.heads, head = blockIdx.y % args.heads;
    const uint16_t* q = static_cast<const uint16_t*>(args.q.data) + batch * args.q.batch_stride +
                        head * args.q.head_stride;
    const uint16_t* k = static_cast<const uint16_t*>(args.k.data) + batch * args.k.batch_stride +
                        head * args.k.head_stride;
    const uint16_t* v = static_cast<const uint16_t*>(args.v.data) + batch * args.v.batch_stride +
                        head * args.v.head_stride;
    const uint4* omega = f.omega + head * f.omega_stride;

    uint16_t* query_g = reinterpret_cast<uint16_t*>(shared);
    uint16_t* query_p = reinterpret_cast<uint16_t*>(shared + layout.g_bytes);
    unsigned char* buffers = shared + layout.query_bytes;

    const std::int64_t slot =
        static_cast<std::int64_t>(blockIdx.y) * (args.causal ? args.wave_capacity : 1) +
        (args.causal ? segment - args.first_segment : 0);
    const uint16_t* prefix = has_state ? args.prefixes + slot * args.elements : nullptr;
    const auto fetch_states = [&](int stage) {
        uint16_t* buffer = reinterpret_cast<uint16_t*>(buffers + (stage & 1) * layout.stage_bytes);
        const int first = stage * kUnits;
        for (int i = threadIdx.x; i < kUnits * kBlock * (D / 8); i += kOutputWarps * 32) {
            const int row = i / (D / 8), chunk = i % (D / 8);
            const bool valid = first + row / kBlock < args.units;
            const std::int64_t at = static_cast<std::int64_t>(first) * kBlock * D + i * 8;
            copy_async(buffer + row * (D + 8) + chunk * 8, prefix + (valid ? at : 0), valid);
        }
        commit_copies();
    };
    if (has_state) fetch_states(0);

    // The warp's row tiles are warp, warp + 4, ... so that causal work is even.
    uint16_t* warp_g = query_g + warp * 16 * layout.g_stride;
    uint16_t* warp_p = query_p + warp * 16 * layout.p_stride;
    const int g_step = kOutputWarps * 16 * layout.g_stride;
    const int p_step = kOutputWarps * 16 * layout.p_stride;
#pragma unroll 1
    for (int m = 0; m < MT; ++m) {
        const std::int64_t row = row0 + (m * kOutputWarps + warp) * 16;
        RowTile<D> rows;
        load_rows<D>(rows, q + row * args.q.row_stride, args.q.row_stride, args.length - row, lane);
        store_features<D>(warp_g + m * g_step, layout.g_stride, warp_p + m * p_step,
                          layout.p_stride, rows, f, omega, row, args.length - row, lane);
    }
    __syncwarp();

    float acc[MT][D / 8][4] = {};
    float sums[MT][2] = {};
    uint32_t a[MT][2][4];  // g of one block of 32
    const auto load_block = [&](int g_block) {
#pragma unroll
        for (int m = 0; m < MT; ++m) {
#pragma unroll
            for (int i = 0; i < 2; ++i) {
                load_matrices(a[m][i], warp_g + m * g_step + g_block * kBlock + i * 16 +
                                           rows_first(lane, layout.g_stride));
            }
        }
    };
    if (resident) load_block(0);

    if (has_state) {
        const uint16_t* normalisers = prefix + static_cast<std::int64_t>(args.units) * kBlock * D;
        const int stages = (args.units + kUnits - 1) / kUnits;
        int p = 0, g_block = 0;  // of the next unit
        for (int stage = 0; stage < stages; ++stage) {
            wait_for_copies<0>();
            __syncthreads();
            if (stage + 1 < stages) fetch_states(stage + 1);
            const uint16_t* states =
                reinterpret_cast<const uint16_t*>(buffers + (stage & 1) * layout.stage_bytes);
            const int count = min(kUnits, args.units - stage * kUnits);
#pragma unroll 1
            for (int u = 0; u < count;) {
                if (p == 0) {
                    if (!resident) load_block(g_block);
                    add_normaliser<MT>(sums, a,
                                       normalisers + static_cast<std::int64_t>(g_block) *
                                                         normaliser_rows(f.p_units) * kBlock,
                                       f.p_units, warp_p, layout.p_stride, lane);
                }
                const uint16_t* state = states + u * kBlock * (D + 8);
                uint32_t scale[MT][2] = {};
                if (!has_poly) {
                    add_unit<D, MT>(acc, a, scale, false, state, lane);
                    u += 1;
                    g_block += 1;
                    continue;
                }
                uint32_t pairs[MT][2];  // poly_p, poly_{p+1} of the rows r and r + 8
#pragma unroll
                for (int m = 0; m < MT; ++m) {
#pragma unroll
                    for (int i = 0; i < 2; ++i) {
                        pairs[m][i] = *reinterpret_cast<const uint32_t*>(
                            warp_p + m * p_step + ((lane >> 2) + i * 8) * layout.p_stride + p);
                        scale[m][i] = twice_low(pairs[m][i]);
                    }
                }
                add_unit<D, MT>(acc, a, scale, true, state, lane);
#pragma unroll
                for (int m = 0; m < MT; ++m) {
#pragma unroll
                    for (int i = 0; i < 2; ++i) scale[m][i] = twice_high(pairs[m][i]);
                }
                add_unit<D, MT>(acc, a, scale, true, state + kBlock * (D + 8), lane);
                u += 2;
                p += 2;
                if (p == f.p_units) {
                    p = 0;
                    g_block += 1;
                }
            }
        }
    }

    if (key_begin < key_end) {
        const int g_steps = (f.g + 15) / 16;
        const int p_steps = has_poly ? f.p_padded / 16 : 0;
        const std::int64_t tiles = (key_end - key_begin + kKeyTile - 1) / kKeyTile;
        constexpr int kBuffers = resident ? 2 : 1;
        RowTile<D> rows;
        const auto fetch = [&](std::int64_t tile) {
            const std::int64_t row = key_begin + tile * kKeyTile + warp * 16;
            load_rows<D>(rows, k + row * args.k.row_stride, args.k.row_stride, args.length - row,
                         lane);
        };
        const auto buffer_of = [&](std::int64_t tile) {
            return buffers + (tile % kBuffers) * layout.key_bytes;
        };
        const auto fetch_values = [&](std::int64_t tile) {
            const std::int64_t row = key_begin + tile * kKeyTile;
            copy_value_tile<D>(reinterpret_cast<uint16_t*>(buffer_of(tile) + layout.key_g_bytes +
                                                           layout.key_p_bytes),
                               v + row * args.v.row_stride, args.v.row_stride, args.length - row,
                               threadIdx.x, kOutputWarps * 32);
        };
        const auto produce = [&](std::int64_t tile) {
            unsigned char* buffer = buffer_of(tile);
            const std::int64_t row = key_begin + tile * kKeyTile + warp * 16;
            store_features<D>(reinterpret_cast<uint16_t*>(buffer) + warp * 16 * layout.g_stride,
                              layout.g_stride,
                              reinterpret_cast<uint16_t*>(buffer + layout.key_g_bytes) +
                                  warp * 16 * layout.p_stride,
                              layout.p_stride, rows, f, omega, row, args.length - row, lane);
        };

        uint32_t ap[resident ? MT : 1][2][4] = {};
        if (resident && has_poly) {
#pragma unroll
            for (int m = 0; m < MT; ++m) {
#pragma unroll
                for (int i = 0; i < 2; ++i) {
                    if (i < p_steps) {
                        load_matrices(
                            ap[resident ? m : 0][i],
                            warp_p + m * p_step + i * 16 + rows_first(lane, layout.p_stride));
                    }
                }
            }
        }

        const auto consume_resident = [&](std::int64_t tile) {
            const unsigned char* buffer = buffer_of(tile);
            const uint16_t* key_g = reinterpret_cast<const uint16_t*>(buffer);
            const uint16_t* key_p = reinterpret_cast<const uint16_t*>(buffer + layout.key_g_bytes);
            const uint16_t* values =
                reinterpret_cast<const uint16_t*>(buffer + layout.key_g_bytes + layout.key_p_bytes);
            const int ahead0 = static_cast<int>(key_begin + tile * kKeyTile - row0);
#pragma unroll 1
            for (int step = 0; step < kKeyTile / 16; ++step) {
                const int ahead = ahead0 + step * 16;
                uint32_t bg[2][4], bp[2][4], bv[D / 16][4];
#pragma unroll
                for (int i = 0; i < 2; ++i) {
                    if (i < g_steps) {
                        load_matrices(bg[i], key_g + step * 16 * layout.g_stride + i * 16 +
                                                 columns_first(lane, layout.g_stride));
                    }
                    if (i < p_steps) {
                        load_matrices(bp[i], key_p + step * 16 * layout.p_stride + i * 16 +
                                                 columns_first(lane, layout.p_stride));
                    }
                }
#pragma unroll
                for (int n = 0; n < D / 16; ++n) {
                    load_matrices_transposed(
                        bv[n], values + step * 16 * (D + 8) + n * 16 + rows_first(lane, D + 8));
                }
#pragma unroll
                for (int m = 0; m < MT; ++m) {
                    const int row = (m * kOutputWarps + warp) * 16;
                    if (args.causal && ahead > row + 15) continue;
                    float w[2][4] = {};
#pragma unroll
                    for (int i = 0; i < 2; ++i) {
                        if (i < g_steps) {
                            mma(w[0], a[m][i], bg[i][0], bg[i][1]);
                            mma(w[1], a[m][i], bg[i][2], bg[i][3]);
                        }
                    }
                    if (has_poly) {
                        float s[2][4] = {};
#pragma unroll
                        for (int i = 0; i < 2; ++i) {
                            if (i < p_steps) {
                                mma(s[0], ap[resident ? m : 0][i], bp[i][0], bp[i][1]);
                                mma(s[1], ap[resident ? m : 0][i], bp[i][2], bp[i][3]);
                            }
                        }
#pragma unroll
                        for (int i = 0; i < 8; ++i) w[i >> 2][i & 3] *= s[i >> 2][i & 3];
                    }
                    uint32_t weights[4];
                    weigh(weights, sums[m], w, args.causal && ahead + 15 > row, ahead - row, lane);
#pragma unroll
                    for (int n = 0; n < D / 8; ++n) {
                        mma(acc[m][n], weights, bv[n / 2][(n & 1) * 2], bv[n / 2][(n & 1) * 2 + 1]);
                    }
                }
            }
        };

        const auto consume_streamed = [&](std::int64_t tile) {
            const unsigned char* buffer = buffer_of(tile);
            const uint16_t* key_g = reinterpret_cast<const uint16_t*>(buffer);
            const uint16_t* key_p = reinterpret_cast<const uint16_t*>(buffer + layout.key_g_bytes);
            const uint16_t* values =
                reinterpret_cast<const uint16_t*>(buffer + layout.key_g_bytes + layout.key_p_bytes);
            const int ahead = static_cast<int>(key_begin + tile * kKeyTile - row0);
            const int row = warp * 16;
            const auto scores = [&](float(&s)[4][2][4], const uint16_t* queries,
                                    const uint16_t* keys, int stride, int steps) {
#pragma unroll 1
                for (int i = 0; i < steps; ++i) {
                    uint32_t x[4];
                    load_matrices(x, queries + i * 16 + rows_first(lane, stride));
#pragma unroll
                    for (int n = 0; n < 4; ++n) {
                        uint32_t b[4];
                        load_matrices(
                            b, keys + n * 16 * stride + i * 16 + columns_first(lane, stride));
                        mma(s[n][0], x, b[0], b[1]);
                        mma(s[n][1], x, b[2], b[3]);
                    }
                }
            };
            float w[4][2][4] = {};
            scores(w, warp_g, key_g, layout.g_stride, g_steps);
            if (has_poly) {
                float s[4][2][4] = {};
                scores(s, warp_p, key_p, layout.p_stride, p_steps);
#pragma unroll
                for (int i = 0; i < 32; ++i)
                    w[i >> 3][(i >> 2) & 1][i & 3] *= s[i >> 3][(i >> 2) & 1][i & 3];
            }
#pragma unroll
            for (int n = 0; n < 4; ++n) {
                uint32_t weights[4];
                const int key = ahead + n * 16;
                weigh(weights, sums[0], w[n], args.causal && key + 15 > row, key - row, lane);
#pragma unroll
                for (int e = 0; e < D / 16; ++e) {
                    uint32_t b[4];
                    load_matrices_transposed(
                        b, values + n * 16 * (D + 8) + e * 16 + rows_first(lane, D + 8));
                    mma(acc[0][2 * e], weights, b[0], b[1]);
                    mma(acc[0][2 * e + 1], weights, b[2], b[3]);
                }
            }
        };

        __syncthreads();  // the states' buffers become the keys'
        fetch(0);
        fetch_values(0);
        if (resident) {
            const bool early = (warp & 1) == 0;
            produce(0);
            if (tiles > 1) fetch(1);
            for (std::int64_t tile = 0; tile < tiles; ++tile) {
                wait_for_copies<0>();
                __syncthreads();
                const bool more = tile + 1 < tiles;
                if (more) fetch_values(tile + 1);
                if (more && early) produce(tile + 1);
                if (early && tile + 2 < tiles) fetch(tile + 2);
                consume_resident(tile);
                if (more && !early) produce(tile + 1);
                if (!early && tile + 2 < tiles) fetch(tile + 2);
            }
        } else {
            for (std::int64_t tile = 0; tile < tiles; ++tile) {
                produce(tile);
                wait_for_copies<0>();
                __syncthreads();
                if (tile + 1 < tiles) fetch(tile + 1);
                consume_streamed(tile);
                __syncthreads();
                if (tile + 1 < tiles) fetch_values(tile + 1);
            }
        }
    }

    uint16_t* y = static_cast<uint16_t*>(args.y.data) + batch * args.y.batch_stride +
                  head * args.y.head_stride;
    float* denominators =
        args.denominators ? args.denominators + static_cast<std::int64_t>(blockIdx.y) * args.length
                          : nullptr;
#pragma unroll
    for (int m = 0; m < MT; ++m) {
#pragma unroll
        for (int i = 0; i < 2; ++i) {
            const std::int64_t row = row0 + (m * kOutputWarps + warp) * 16 + (lane >> 2) + i * 8;
            const float denominator = row_sum(sums[m][i]);
            if (row >= args.length) continue;
            if (denominators && (lane & 3) == 0) denominators[row] = denominator;
            const float inverse = 1.f / (denominator + args.delta);
            uint16_t* at = y + row * args.y.row_stride + (lane & 3) * 2;
#pragma unroll
            for (int n = 0; n < D / 8; ++n) {
                *reinterpret_cast<uint32_t*>(at + n * 8) =
                    pack(acc[m][n][2 * i] * inverse, acc[m][n][2 * i + 1] * inverse);
            }
        }
    }
}

}  // namespace slay::kernels
