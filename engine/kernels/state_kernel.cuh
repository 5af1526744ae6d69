// States of one segment: S_u = sum_j g_j[block] (poly_jp v_j)^T and Z_p = sum_j poly_jp g_j.
#pragma once

#include "engine/kernels/features.cuh"

namespace slay::kernels {

// Sixteen warps with 64 accumulators a lane; at d = 128, where one unit takes 128, eight warps.
template <int D>
__host__ __device__ constexpr int state_warps() {
    return D == 128 ? 8 : 16;
}

// Positions whose features are in shared memory together: two warps to every 16.
template <int D>
__host__ __device__ constexpr int state_tile() {
    return state_warps<D>() * 8;
}

// Units that one warp keeps in registers, all of one g block, because p_units is a multiple of 8.
template <int D, bool tensor>
__host__ __device__ constexpr int units_per_warp() {
    return !tensor || D == 128 ? 1 : 64 / D;
}

template <int D, bool tensor>
__host__ __device__ constexpr int units_per_state_block() {
    return state_warps<D>() * units_per_warp<D, tensor>();
}

// What one block of the grid forms, and which features it needs for that.
struct UnitSpan {
    int first, last;               // units
    int block_first, block_count;  // of 32 g
    int p_first, p_count;          // multiples of 8, or 0 and 1 where P = 1
};

template <int D, bool tensor>
__host__ __device__ inline UnitSpan unit_span(int units, int p_units, int group) {
    UnitSpan s;
    const int count = units_per_state_block<D, tensor>();
    s.first = group * count;
    s.last = s.first + count < units ? s.first + count : units;
    s.block_first = s.first / p_units;
    s.block_count = (s.last - 1) / p_units - s.block_first + 1;
    s.p_first = s.block_count == 1 ? s.first - s.block_first * p_units : 0;
    s.p_count = s.block_count == 1 && tensor ? s.last - s.first : p_units;
    return s;
}

// Shared memory: two buffers of g [token][g], poly [p][token] and v [token][d].
struct StateLayout {
    int g_stride, g_bytes, poly_bytes, buffer_bytes;
    __host__ __device__ StateLayout(int tokens, int block_count, int p_count, int d) {
        g_stride = block_count * kBlock + 8;
        g_bytes = tokens * g_stride * 2;
        poly_bytes = p_count == 1 ? 0 : p_count * (tokens + 8) * 2;
        buffer_bytes = g_bytes + poly_bytes + tokens * (d + 8) * 2;
    }
    // One-factor forms add up the warps' shares through shared memory.
    __host__ __device__ int total(bool tensor, int units, int d) const {
        const int shares = tensor ? 0 : units * (d + 8) * 32 * 4;
        return 2 * buffer_bytes > shares ? 2 * buffer_bytes : shares;
    }
};

// Features of the warp's 16 rows into one buffer; half of the warps take the even tiles of
// eight features, half the odd ones.
template <int D, bool tensor>
__device__ __forceinline__ void store_state_features(unsigned char* buffer,
                                                     const StateLayout& layout,
                                                     const UnitSpan& span, const RowTile<D>& rows,
                                                     const DeviceFeatures& f, const uint4* omega,
                                                     std::int64_t position, std::int64_t count,
                                                     int warp, int lane) {
    constexpr int kRowTiles = state_warps<D>() / 2;
    constexpr int kTokenStride = state_tile<D>() + 8;
    const int row = warp % kRowTiles * 16 + (lane >> 2), column = (lane & 3) * 2;
    float inverse[2];
    inverse_norms<D>(inverse, rows, f.normalise);
    uint16_t* g = reinterpret_cast<uint16_t*>(buffer) + row * layout.g_stride + column;
#pragma unroll(D <= 32 ? 2 : 1)
    for (int n = warp / kRowTiles; n < span.block_count * (kBlock / 8); n += 2) {
        float z[4];
        g_tile<D>(z, rows, inverse, f, omega, span.block_first * (kBlock / 8) + n, count, lane);
        *reinterpret_cast<uint32_t*>(g + n * 8) = pack(z[0], z[1]);
        *reinterpret_cast<uint32_t*>(g + n * 8 + 8 * layout.g_stride) = pack(z[2], z[3]);
    }
    if (!tensor) return;
    // Transposed, so that a lane's pair is two tokens of one p.
    uint16_t* poly = reinterpret_cast<uint16_t*>(buffer + layout.g_bytes) +
                     (lane >> 2) * kTokenStride + warp % kRowTiles * 16 + column;
#pragma unroll(D <= 32 ? 2 : 1)
    for (int n = warp / kRowTiles; n < span.p_count / 8; n += 2) {
        float z[4];
        poly_tile<D>(z, rows, inverse, f, span.p_first / 8 + n, position, lane);
        uint16_t* at = poly + n * 8 * kTokenStride;
        *reinterpret_cast<uint32_t*>(at) = transpose(pack(z[0], z[1]));
        *reinterpret_cast<uint32_t*>(at + 8) = transpose(pack(z[2], z[3]));
    }
}

// `rows` rows of v by the whole block of threads; those from `count` on are zero.
template <int D, int rows, int threads>
__device__ __forceinline__ void copy_value_tile(uint16_t* shared, const uint16_t* v,
                                                std::int64_t stride, std::int64_t count) {
    constexpr int kChunks = D / 8;
#pragma unroll
    for (int j = 0; j < (rows * kChunks + threads - 1) / threads; ++j) {
        const int i = j * threads + threadIdx.x, row = i / kChunks, chunk = i % kChunks;
        if (rows * kChunks % threads != 0 && i >= rows * kChunks) break;
        const bool valid = row < count;
        copy_async(shared + row * (D + 8) + chunk * 8, v + (valid ? row * stride : 0) + chunk * 8,
                   valid);
    }
    commit_copies();
}

// A warp's share of the states: its units, and 8 rows p of the normalisers.
template <int D, bool tensor>
struct StateShare {
    float state[units_per_warp<D, tensor>()][2][D / 8][4] = {};
    float normaliser[2][4] = {};

    // Adds 16 tokens: `g` at the warp's g block, `poly` at its first p, `z_poly` at the
    // normalisers' first p, `v` at the first token.
    __device__ __forceinline__ void add(const uint16_t* g, int g_stride, const uint16_t* poly,
                                        const uint16_t* z_poly, bool has_normaliser,
                                        const uint16_t* v, int lane) {
        constexpr int kUnits = units_per_warp<D, tensor>();
        constexpr int kTokenStride = state_tile<D>() + 8;
        uint32_t b[D / 16][4], a[2][4];
#pragma unroll
        for (int i = 0; i < 2; ++i) {
            load_matrices_transposed(a[i], g + i * 16 + columns_first(lane, g_stride));
        }
#pragma unroll
        for (int n = 0; n < D / 16; ++n) {
            load_matrices_transposed(b[n], v + n * 16 + rows_first(lane, D + 8));
        }
        const int pair = (lane & 3) * 2;
#pragma unroll
        for (int u = 0; u < kUnits; ++u) {
            uint32_t scale[2];
            if (tensor) {
                const uint16_t* at = poly + u * kTokenStride + pair;
                scale[0] = *reinterpret_cast<const uint32_t*>(at);
                scale[1] = *reinterpret_cast<const uint32_t*>(at + 8);
            }
#pragma unroll
            for (int i = 0; i < 2; ++i) {
                uint32_t scaled[4];
#pragma unroll
                for (int j = 0; j < 4; ++j) {
                    scaled[j] = tensor ? multiply(a[i][j], scale[j >> 1]) : a[i][j];
                }
#pragma unroll
                for (int n = 0; n < D / 8; ++n) {
                    mma(state[u][i][n], scaled, b[n / 2][(n & 1) * 2], b[n / 2][(n & 1) * 2 + 1]);
                }
            }
        }
        if (!has_normaliser) return;
        uint32_t ones[2];  // P = 1: poly is one in row 0 of Z and zero in the others
        ones[0] = ones[1] = lane < 4 ? 0x3f803f80u : 0u;
        if (tensor) {
            const uint16_t* at = z_poly + (lane >> 2) * kTokenStride + pair;
            ones[0] = *reinterpret_cast<const uint32_t*>(at);
            ones[1] = *reinterpret_cast<const uint32_t*>(at + 8);
        }
        mma(normaliser[0], a[0], ones[0], ones[1]);
        mma(normaliser[1], a[1], ones[0], ones[1]);
    }

    // Adds the share that another warp stored (P = 1); `shared` has a column for each lane.
    __device__ __forceinline__ void store(float* shared, int lane) const {
#pragma unroll
        for (int i = 0; i < D; ++i) {
            shared[i * 32 + lane] = state[0][i / (D / 2)][i / 4 % (D / 8)][i % 4];
        }
#pragma unroll
        for (int i = 0; i < 8; ++i) shared[(D + i) * 32 + lane] = normaliser[i / 4][i % 4];
    }
    __device__ __forceinline__ void add_stored(const float* shared, int lane) {
#pragma unroll
        for (int i = 0; i < D; ++i) {
            state[0][i / (D / 2)][i / 4 % (D / 8)][i % 4] += shared[i * 32 + lane];
        }
#pragma unroll
        for (int i = 0; i < 8; ++i) normaliser[i / 4][i % 4] += shared[(D + i) * 32 + lane];
    }

    // `out` [unit][32][D] at the warp's first unit, `z` [p][32] at its normalisers' rows.
    __device__ __forceinline__ void write(float* out, float* z, int lane) const {
        const int r = lane >> 2, column = (lane & 3) * 2;
#pragma unroll
        for (int u = 0; u < units_per_warp<D, tensor>(); ++u) {
            float* at = out + (u * kBlock + r) * D + column;
#pragma unroll
            for (int i = 0; i < 4 * (D / 8); ++i) {
                const float* s = state[u][i / 2 / (D / 8)][i / 2 % (D / 8)] + (i & 1) * 2;
                const int row = i / 2 / (D / 8) * 16 + (i & 1) * 8;
                *reinterpret_cast<float2*>(at + row * D + i / 2 % (D / 8) * 8) =
                    make_float2(s[0], s[1]);
            }
        }
        if (!z) return;
#pragma unroll
        for (int i = 0; i < 8; ++i) {
            const int row = i / 4 * 16 + (i / 2 & 1) * 8 + r;
            z[(column + (i & 1)) * kBlock + row] = normaliser[i / 4][i % 4];
        }
    }
};

// grid (formed segments * unit_groups, B * H), block 32 * state_warps.
template <int D, bool tensor>
__global__ void __launch_bounds__(state_warps<D>() * 32, 1)
    state_kernel(const KernelArguments args) {
    constexpr int kUnits = units_per_warp<D, tensor>();
    constexpr int kTile = state_tile<D>(), kRowTiles = state_warps<D>() / 2;
    SLAY_DYNAMIC_SHARED(shared);
    const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    const DeviceFeatures& f = args.features;
    const int group = blockIdx.x % args.unit_groups;
    const std::int64_t slot = blockIdx.x / args.unit_groups;
    const std::int64_t start = (args.first_segment + slot) * args.segment;
    const int length = static_cast<int>(min(args.segment, args.length - start));
    const int batch = blockIdx.y / args.heads, head = blockIdx.y % args.heads;
    const uint16_t* k = static_cast<const uint16_t*>(args.k.data) + batch * args.k.batch_stride +
                        head * args.k.head_stride + start * args.k.row_stride;
    const uint16_t* v = static_cast<const uint16_t*>(args.v.data) + batch * args.v.batch_stride +
                        head * args.v.head_stride + start * args.v.row_stride;
    const uint4* omega = f.omega + head * f.omega_stride;

    const UnitSpan span = unit_span<D, tensor>(args.units, f.p_units, group);
    const StateLayout layout(kTile, span.block_count, span.p_count, D);
    // With few one-factor units several warps share one, each with its own tokens.
    const int span_units = span.last - span.first;
    int ways = 1;
    while (!tensor && ways < kTile / 16 && 2 * ways * span_units <= state_warps<D>()) ways *= 2;
    const int way = tensor ? 0 : warp % ways;
    const int unit = span.first + warp / ways * kUnits;
    const bool active = unit < span.last;
    const int block = (active ? unit : span.first) / f.p_units;
    const int p = active ? unit - block * f.p_units : 0;
    const bool has_normaliser = active && p % 8 == 0;  // its rows: p .. p + 7

    StateShare<D, tensor> share;
    const int tiles = (length + kTile - 1) / kTile;
    RowTile<D> rows;
    const auto fetch = [&](int tile) {
        const int row = tile * kTile + warp % kRowTiles * 16;
        load_rows<D>(rows, k + row * args.k.row_stride, args.k.row_stride, length - row, lane);
    };
    // Rows are loaded a tile ahead where there are registers for them.
    constexpr bool kAhead = D <= 32;
    const auto produce = [&](int tile) {
        if (!kAhead) fetch(tile);
        const int row = tile * kTile + warp % kRowTiles * 16;
        store_state_features<D, tensor>(shared + (tile & 1) * layout.buffer_bytes, layout, span,
                                        rows, f, omega, start + row, length - row, warp, lane);
    };
    const auto fetch_values = [&](int tile) {
        unsigned char* buffer = shared + (tile & 1) * layout.buffer_bytes;
        const int row = tile * kTile;
        copy_value_tile<D, kTile, state_warps<D>() * 32>(
            reinterpret_cast<uint16_t*>(buffer + layout.g_bytes + layout.poly_bytes),
            v + row * args.v.row_stride, args.v.row_stride, length - row);
    };
    const auto consume = [&](int tile) {
        if (!active) return;
        const unsigned char* buffer = shared + (tile & 1) * layout.buffer_bytes;
        const uint16_t* g =
            reinterpret_cast<const uint16_t*>(buffer) + (block - span.block_first) * kBlock;
        const uint16_t* poly = reinterpret_cast<const uint16_t*>(buffer + layout.g_bytes) +
                               (p - span.p_first) * (kTile + 8);
        const uint16_t* values =
            reinterpret_cast<const uint16_t*>(buffer + layout.g_bytes + layout.poly_bytes);
#pragma unroll 1
        for (int step = way; step < kTile / 16; step += ways) {
            share.add(g + step * 16 * layout.g_stride, layout.g_stride, poly + step * 16,
                      poly + step * 16, has_normaliser, values + step * 16 * (D + 8), lane);
        }
    };

    // Of the warps on one scheduler half form the next tile's features before their products and
    // half after, so that tensor cores and the rest of the chip are both busy.
    const bool early = warp < state_warps<D>() / 2;
    if (kAhead) fetch(0);
    fetch_values(0);
    produce(0);
    if (kAhead && tiles > 1) fetch(1);
    for (int tile = 0; tile < tiles; ++tile) {
        wait_for_copies<0>();
        __syncthreads();  // the tile's features and values are there; the other buffer is free
        const bool more = tile + 1 < tiles;
        if (more) fetch_values(tile + 1);
        if (more && early) {
            produce(tile + 1);
            if (kAhead && tile + 2 < tiles) fetch(tile + 2);
        }
        consume(tile);
        if (more && !early) {
            produce(tile + 1);
            if (kAhead && tile + 2 < tiles) fetch(tile + 2);
        }
    }

    if (!tensor) {
        float* stored = reinterpret_cast<float*>(shared) + warp / ways * (D + 8) * 32;
        for (int other = 1; other < ways; ++other) {
            __syncthreads();
            if (active && way == other) share.store(stored, lane);
            __syncthreads();
            if (active && way == 0) share.add_stored(stored, lane);
        }
    }
    if (!active || way > 0) return;
    float* out = args.states + (static_cast<std::int64_t>(blockIdx.y) * args.wave_capacity + slot) *
                                   args.elements;
    float* z = out + static_cast<std::int64_t>(args.units) * kBlock * D +
               (static_cast<std::int64_t>(block) * normaliser_rows(f.p_units) + p) * kBlock;
    share.write(out + static_cast<std::int64_t>(unit) * kBlock * D, has_normaliser ? z : nullptr,
                lane);
}

}  // namespace slay::kernels
