// The output rows of one segment: y_i = (sum_u poly_ip g_i S_u + sum_{j <= i in the segment}
// (poly_i . poly_j) (g_i . g_j) v_j) / (the same without S's and v's columns + delta).
#pragma once

#include "engine/kernels/output_parts.cuh"
#include "engine/kernels/state_kernel.cuh"

namespace slay::kernels {

// One warp's rows: the tiles warp, warp + 4, ... of its block, so that causal work is even.
template <int D, int steps>
struct WarpRows {
    static constexpr bool kResident = steps != kStreamed;
    static constexpr int MT = row_tiles<D, steps>();
    static constexpr int kWarps = output_warps<D, steps>();
    static constexpr int kPoly = steps > 0 ? steps : 1;

    float acc[MT][D / 8][4] = {};
    float sums[MT][2] = {};
    uint32_t a[MT][2][4];                       // g of one block of 32
    uint32_t ap[kResident ? MT : 1][kPoly][4];  // poly, resident forms

    uint16_t* g;  // of the warp's first tile
    uint16_t* poly;
    int g_stride, p_stride;
    int warp, lane;

    __device__ __forceinline__ const uint16_t* g_of(int m) const {
        return g + m * kWarps * 16 * g_stride;
    }
    __device__ __forceinline__ const uint16_t* poly_of(int m) const {
        return poly + m * kWarps * 16 * p_stride;
    }
    __device__ __forceinline__ int row_of(int m) const { return (m * kWarps + warp) * 16; }

    __device__ __forceinline__ void load_block(int block) {
#pragma unroll
        for (int m = 0; m < MT; ++m) {
#pragma unroll
            for (int i = 0; i < 2; ++i) {
                load_matrices(a[m][i],
                              g_of(m) + block * kBlock + i * 16 + rows_first(lane, g_stride));
            }
        }
    }
    __device__ __forceinline__ void load_poly() {
#pragma unroll
        for (int m = 0; m < MT; ++m) {
#pragma unroll
            for (int i = 0; i < steps; ++i) {
                load_matrices(ap[m][i], poly_of(m) + i * 16 + rows_first(lane, p_stride));
            }
        }
    }

    // Units p and p + 1 of the g block in `a`; `state` is the first one's.
    __device__ __forceinline__ void add_two_units(int p, const uint16_t* state) {
        uint32_t pairs[MT][2], scale[MT][2];
#pragma unroll
        for (int m = 0; m < MT; ++m) {
#pragma unroll
            for (int i = 0; i < 2; ++i) {
                pairs[m][i] = *reinterpret_cast<const uint32_t*>(
                    poly_of(m) + ((lane >> 2) + i * 8) * p_stride + p);
                scale[m][i] = twice_low(pairs[m][i]);
            }
        }
        add_unit<D, MT, true>(acc, a, scale, state, lane);
#pragma unroll
        for (int m = 0; m < MT; ++m) {
#pragma unroll
            for (int i = 0; i < 2; ++i) scale[m][i] = twice_high(pairs[m][i]);
        }
        add_unit<D, MT, true>(acc, a, scale, state + kBlock * (D + 8), lane);
    }
    __device__ __forceinline__ void add_unscaled_unit(const uint16_t* state) {
        const uint32_t none[MT][2] = {};
        add_unit<D, MT, false>(acc, a, none, state, lane);
    }

    // A tile of keys; `ahead` is its first position minus the block's first row.
    __device__ __forceinline__ void add_keys_resident(const uint16_t* key_g, const uint16_t* key_p,
                                                      const uint16_t* values, int tile_ahead,
                                                      bool causal) {
#pragma unroll 1
        for (int step = 0; step < kKeyTile / 16; ++step) {
            const int ahead = tile_ahead + step * 16;
            if (causal && ahead > row_of(MT - 1)) return;
            uint32_t bg[2][4], bp[kPoly][4], bv[D / 16][4];
#pragma unroll
            for (int i = 0; i < 2; ++i) {
                load_matrices(
                    bg[i], key_g + step * 16 * g_stride + i * 16 + columns_first(lane, g_stride));
            }
#pragma unroll
            for (int i = 0; i < steps; ++i) {
                load_matrices(
                    bp[i], key_p + step * 16 * p_stride + i * 16 + columns_first(lane, p_stride));
            }
#pragma unroll
            for (int n = 0; n < D / 16; ++n) {
                load_matrices_transposed(
                    bv[n], values + step * 16 * (D + 8) + n * 16 + rows_first(lane, D + 8));
            }
#pragma unroll
            for (int m = 0; m < MT; ++m) {
                const int row = row_of(m);
                if (causal && ahead > row) continue;
                float w[2][4];
#pragma unroll
                for (int n = 0; n < 2; ++n) {
                    mma_first(w[n], a[m][0], bg[0][2 * n], bg[0][2 * n + 1]);
                    mma(w[n], a[m][1], bg[1][2 * n], bg[1][2 * n + 1]);
                }
                if (steps > 0) {
                    float s[2][4];
#pragma unroll
                    for (int n = 0; n < 2; ++n) {
                        mma_first(s[n], ap[kResident ? m : 0][0], bp[0][2 * n], bp[0][2 * n + 1]);
                        if (steps > 1) {
                            mma(s[n], ap[kResident ? m : 0][kPoly - 1], bp[kPoly - 1][2 * n],
                                bp[kPoly - 1][2 * n + 1]);
                        }
                    }
#pragma unroll
                    for (int i = 0; i < 8; ++i) w[i >> 2][i & 3] *= s[i >> 2][i & 3];
                }
                if (causal && ahead == row) mask_future(w, lane);
                uint32_t weights[4];
                weigh(weights, sums[m], w);
#pragma unroll
                for (int n = 0; n < D / 8; ++n) {
                    mma(acc[m][n], weights, bv[n / 2][(n & 1) * 2], bv[n / 2][(n & 1) * 2 + 1]);
                }
            }
        }
    }

    __device__ __forceinline__ void add_scores(float (&s)[4][2][4], const uint16_t* queries,
                                               const uint16_t* keys, int stride, int count) {
#pragma unroll 1
        for (int i = 0; i < count; ++i) {
            uint32_t x[4];
            load_matrices(x, queries + i * 16 + rows_first(lane, stride));
#pragma unroll
            for (int n = 0; n < 4; ++n) {
                uint32_t b[4];
                load_matrices(b, keys + n * 16 * stride + i * 16 + columns_first(lane, stride));
                mma(s[n][0], x, b[0], b[1]);
                mma(s[n][1], x, b[2], b[3]);
            }
        }
    }
    // The streamed form has one row tile a warp; g_steps and p_steps are the factors' widths / 16.
    __device__ __forceinline__ void add_keys_streamed(const uint16_t* key_g, const uint16_t* key_p,
                                                      const uint16_t* values, int ahead,
                                                      bool causal, int g_steps, int p_steps) {
        float w[4][2][4] = {};
        add_scores(w, g, key_g, g_stride, g_steps);
        if (p_steps > 0) {
            float s[4][2][4] = {};
            add_scores(s, poly, key_p, p_stride, p_steps);
#pragma unroll
            for (int i = 0; i < 32; ++i)
                w[i >> 3][(i >> 2) & 1][i & 3] *= s[i >> 3][(i >> 2) & 1][i & 3];
        }
#pragma unroll
        for (int n = 0; n < 4; ++n) {
            const int from_row = ahead + n * 16 - row_of(0);
            if (causal && from_row > 0) break;
            if (causal && from_row == 0) mask_future(w[n], lane);
            uint32_t weights[4];
            weigh(weights, sums[0], w[n]);
#pragma unroll
            for (int e = 0; e < D / 16; ++e) {
                uint32_t b[4];
                load_matrices_transposed(
                    b, values + n * 16 * (D + 8) + e * 16 + rows_first(lane, D + 8));
                mma(acc[0][2 * e], weights, b[0], b[1]);
                mma(acc[0][2 * e + 1], weights, b[2], b[3]);
            }
        }
    }
};

// grid (row blocks of the wave, B * H), block 32 * output_warps.
template <int D, int steps>
__global__ void __launch_bounds__(output_warps<D, steps>() * 32, output_blocks<D, steps>())
    output_kernel(const KernelArguments args) {
    constexpr bool kResident = steps != kStreamed;
    constexpr int MT = row_tiles<D, steps>();
    constexpr int kRows = output_rows<D, steps>();
    constexpr int kWarps = output_warps<D, steps>();
    constexpr int kUnits = units_per_stage<D>();
    SLAY_DYNAMIC_SHARED(shared);
    const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    const DeviceFeatures& f = args.features;
    const OutputLayout layout(kRows, f.g_padded, f.p_units, f.p_padded, D);
    const bool has_poly = kResident ? steps > 0 : f.p_units > 1;

    // The blocks with the most keys come first.
    const std::int64_t row0 = args.first_segment * args.segment +
                              static_cast<std::int64_t>(gridDim.x - 1 - blockIdx.x) * kRows;
    const std::int64_t segment = args.segment > 0 ? row0 / args.segment : 0;
    const bool has_state = args.segment > 0 && (!args.causal || segment > 0);
    const std::int64_t key_begin = segment * args.segment;
    const std::int64_t key_end = args.causal        ? min(row0 + kRows, args.length)
                                 : args.segment > 0 ? key_begin
                                                    : args.length;
    const int batch = blockIdx.y / args.heads, head = blockIdx.y % args.heads;
    const uint4* omega = f.omega + head * f.omega_stride;
    unsigned char* buffers = shared + layout.query_bytes;

    const std::int64_t slot =
        static_cast<std::int64_t>(blockIdx.y) * (args.causal ? args.wave_capacity : 1) +
        (args.causal ? segment - args.first_segment : 0);
    const uint16_t* prefix = has_state ? args.prefixes + slot * args.elements : nullptr;
    const auto fetch_states = [&](int stage) {
        uint16_t* buffer = reinterpret_cast<uint16_t*>(buffers + (stage & 1) * layout.stage_bytes);
        const int first = stage * kUnits;
#pragma unroll
        for (int j = 0; j < kUnits * kBlock * (D / 8) / (kWarps * 32); ++j) {
            const int i = j * kWarps * 32 + threadIdx.x;
            const int row = i / (D / 8), chunk = i % (D / 8);
            const bool valid = first + row / kBlock < args.units;
            copy_async(buffer + row * (D + 8) + chunk * 8,
                       prefix + (valid ? first * kBlock * D + i * 8 : 0), valid);
        }
        commit_copies();
    };
    if (has_state) fetch_states(0);

    WarpRows<D, steps> rows;
    rows.warp = warp;
    rows.lane = lane;
    rows.g_stride = layout.g_stride;
    rows.p_stride = layout.p_stride;
    rows.g = reinterpret_cast<uint16_t*>(shared) + warp * 16 * layout.g_stride;
    rows.poly = reinterpret_cast<uint16_t*>(shared + layout.g_bytes) + warp * 16 * layout.p_stride;
    {
        const uint16_t* q = static_cast<const uint16_t*>(args.q.data) +
                            batch * args.q.batch_stride + head * args.q.head_stride;
#pragma unroll 1
        for (int m = 0; m < MT; ++m) {
            const std::int64_t row = row0 + rows.row_of(m);
            RowTile<D> tile;
            load_rows<D>(tile, q + row * args.q.row_stride, args.q.row_stride, args.length - row,
                         lane);
            store_features<D, 1>(const_cast<uint16_t*>(rows.g_of(m)), layout.g_stride,
                                 const_cast<uint16_t*>(rows.poly_of(m)), layout.p_stride, tile, f,
                                 omega, row, args.length - row, 0, lane);
        }
    }
    __syncwarp();
    if (kResident) rows.load_block(0);

    if (has_state) {
        const uint16_t* normalisers = prefix + static_cast<std::int64_t>(args.units) * kBlock * D;
        const int z_block = normaliser_rows(f.p_units) * kBlock;
        const int stages = (args.units + kUnits - 1) / kUnits;
        if (kResident) {
            add_normaliser<MT, kWarps>(rows.sums, rows.a, normalisers, f.p_units, rows.poly,
                                       layout.p_stride, lane);
        }
        int p = 0, block = 0;  // of the next unit
        for (int stage = 0; stage < stages; ++stage) {
            wait_for_copies<0>();
            __syncthreads();
            if (stage + 1 < stages) fetch_states(stage + 1);
            const uint16_t* states =
                reinterpret_cast<const uint16_t*>(buffers + (stage & 1) * layout.stage_bytes);
            const int count = min(kUnits, args.units - stage * kUnits);
#pragma unroll 1
            for (int u = 0; u < count; u += has_poly ? 2 : 1) {
                if (!kResident && p == 0) {
                    rows.load_block(block);
                    add_normaliser<MT, kWarps>(rows.sums, rows.a, normalisers + block * z_block,
                                               f.p_units, rows.poly, layout.p_stride, lane);
                }
                const uint16_t* state = states + u * kBlock * (D + 8);
                if (!has_poly) {
                    rows.add_unscaled_unit(state);
                    block += 1;
                    continue;
                }
                rows.add_two_units(p, state);
                p += 2;
                if (!kResident && p == f.p_units) {
                    p = 0;
                    block += 1;
                }
            }
        }
    }

    if (key_begin < key_end) {
        const uint16_t* k = static_cast<const uint16_t*>(args.k.data) +
                            batch * args.k.batch_stride + head * args.k.head_stride +
                            key_begin * args.k.row_stride;
        const uint16_t* v = static_cast<const uint16_t*>(args.v.data) +
                            batch * args.v.batch_stride + head * args.v.head_stride +
                            key_begin * args.v.row_stride;
        const std::int64_t length = args.length - key_begin;
        const auto tiles = static_cast<int>((key_end - key_begin + kKeyTile - 1) / kKeyTile);
        const auto ahead = static_cast<int>(key_begin - row0);
        constexpr int kBuffers = kResident ? 2 : 1;
        RowTile<D> keys;
        const auto fetch = [&](int tile) {
            const std::int64_t row = static_cast<std::int64_t>(tile) * kKeyTile + warp % 4 * 16;
            load_rows<D>(keys, k + row * args.k.row_stride, args.k.row_stride, length - row, lane);
        };
        const auto buffer_of = [&](int tile) {
            return buffers + tile % kBuffers * layout.key_bytes;
        };
        const auto fetch_values = [&](int tile) {
            const std::int64_t row = static_cast<std::int64_t>(tile) * kKeyTile;
            copy_value_tile<D, kKeyTile, kWarps * 32>(
                reinterpret_cast<uint16_t*>(buffer_of(tile) + layout.key_g_bytes +
                                            layout.key_p_bytes),
                v + row * args.v.row_stride, args.v.row_stride, length - row);
        };
        constexpr bool kAhead = D <= 32;  // rows are loaded a tile ahead
        const auto produce = [&](int tile) {
            if (!kAhead) fetch(tile);
            unsigned char* buffer = buffer_of(tile);
            const std::int64_t row = static_cast<std::int64_t>(tile) * kKeyTile + warp % 4 * 16;
            store_features<D, kWarps / 4>(
                reinterpret_cast<uint16_t*>(buffer) + warp % 4 * 16 * layout.g_stride,
                layout.g_stride,
                reinterpret_cast<uint16_t*>(buffer + layout.key_g_bytes) +
                    warp % 4 * 16 * layout.p_stride,
                layout.p_stride, keys, f, omega, key_begin + row, length - row, warp / 4, lane);
        };
        const auto consume = [&](int tile) {
            const unsigned char* buffer = buffer_of(tile);
            const auto* key_g = reinterpret_cast<const uint16_t*>(buffer);
            const auto* key_p = reinterpret_cast<const uint16_t*>(buffer + layout.key_g_bytes);
            const auto* values =
                reinterpret_cast<const uint16_t*>(buffer + layout.key_g_bytes + layout.key_p_bytes);
            if constexpr (kResident) {
                rows.add_keys_resident(key_g, key_p, values, ahead + tile * kKeyTile, args.causal);
            } else {
                rows.add_keys_streamed(key_g, key_p, values, ahead + tile * kKeyTile, args.causal,
                                       (f.g + 15) / 16, has_poly ? f.p_padded / 16 : 0);
            }
        };

        if (kResident) rows.load_poly();
        __syncthreads();  // the states' buffers become the keys'
        // Half of the warps form the next tile's features before their products and half after.
        const bool early = warp < 4;
        if (kAhead) fetch(0);
        fetch_values(0);
        produce(0);
        if (kAhead && tiles > 1) fetch(1);
        for (int tile = 0; tile < tiles; ++tile) {
            wait_for_copies<0>();
            __syncthreads();
            const bool more = tile + 1 < tiles;
            if (kResident && more) fetch_values(tile + 1);
            if (kResident && more && early) {
                produce(tile + 1);
                if (kAhead && tile + 2 < tiles) fetch(tile + 2);
            }
            consume(tile);
            if (kResident && more && !early) {
                produce(tile + 1);
                if (kAhead && tile + 2 < tiles) fetch(tile + 2);
            }
            if (!kResident && more) {
                __syncthreads();
                fetch_values(tile + 1);
                produce(tile + 1);
                if (kAhead && tile + 2 < tiles) fetch(tile + 2);
            }
        }
    }

    uint16_t* y = static_cast<uint16_t*>(args.y.data) + batch * args.y.batch_stride +
                  head * args.y.head_stride;
    uint16_t* residual = args.residual.data ? static_cast<uint16_t*>(args.residual.data) +
                                                  batch * args.residual.batch_stride +
                                                  head * args.residual.head_stride
                                            : nullptr;
    float* denominators =
        args.denominators ? args.denominators + static_cast<std::int64_t>(blockIdx.y) * args.length
                          : nullptr;
#pragma unroll
    for (int m = 0; m < MT; ++m) {
#pragma unroll
        for (int i = 0; i < 2; ++i) {
            const std::int64_t row = row0 + rows.row_of(m) + (lane >> 2) + i * 8;
            const float denominator = row_sum(rows.sums[m][i]);
            if (row >= args.length) continue;
            if (denominators && (lane & 3) == 0) denominators[row] = denominator;
            const float inverse = 1.f / (denominator + args.delta);
            uint16_t* at = y + row * args.y.row_stride + (lane & 3) * 2;
            uint16_t* rest =
                residual ? residual + row * args.residual.row_stride + (lane & 3) * 2 : nullptr;
#pragma unroll
            for (int n = 0; n < D / 8; ++n) {
                const float low = rows.acc[m][n][2 * i] * inverse,
                            high = rows.acc[m][n][2 * i + 1] * inverse;
                const uint32_t pair = pack(low, high);
                *reinterpret_cast<uint32_t*>(at + n * 8) = pair;
                if (rest) {
                    *reinterpret_cast<uint32_t*>(rest + n * 8) =
                        pack(low - low_float(pair), high - high_float(pair));
                }
            }
        }
    }
}

}  // namespace slay::kernels
