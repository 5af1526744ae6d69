// States of one segment: S_u = sum_j g_j[block] (poly_jp v_j)^T and Z_p = sum_j poly_jp g_j.
#pragma once

#include "engine/kernels/features.cuh"

namespace slay::kernels {

inline constexpr int kStateWarps = 8;
inline constexpr int kStateTile = 64;  // positions whose features are in shared memory together
inline constexpr int kTokenStride = kStateTile + 8;

// Units that one warp keeps in registers: 128 accumulators a lane at every d.
template <int D>
__host__ __device__ constexpr int units_per_warp() {
    return 128 / D;
}

template <int D>
__host__ __device__ constexpr int units_per_state_block(int p_units) {
    return p_units == 1 ? kStateWarps : kStateWarps * units_per_warp<D>();
}

// Which features a block needs for its units.
struct UnitSpan {
    int first, last;               // units
    int block_first, block_count;  // of 32 g
    int p_first, p_count;          // multiples of 8, or 0 and 1 where P = 1
};

template <int D>
__host__ __device__ inline UnitSpan unit_span(int units, int p_units, int group) {
    UnitSpan s;
    const int count = units_per_state_block<D>(p_units);
    s.first = group * count;
    s.last = s.first + count < units ? s.first + count : units;
    s.block_first = s.first / p_units;
    s.block_count = (s.last - 1) / p_units - s.block_first + 1;
    s.p_first = s.block_count == 1 ? s.first - s.block_first * p_units : 0;
    s.p_count = s.block_count == 1 ? s.last - s.first : p_units;
    return s;
}

struct StateLayout {
    int g_stride, g_bytes, poly_bytes, v_bytes;
    __host__ __device__ StateLayout(int block_count, int p_count, int d) {
        g_stride = block_count * kBlock + 8;
        g_bytes = kStateTile * g_stride * 2;
        poly_bytes = (p_count == 1 ? 8 : p_count) * kTokenStride * 2;
        v_bytes = kStateTile * (d + 8) * 2;
    }
    __host__ __device__ int buffer_bytes() const { return g_bytes + poly_bytes + v_bytes; }
};

// Features of the warp's 16 rows into one buffer: g [token][g], poly transposed [p][token].
template <int D>
__device__ __forceinline__ void store_state_features(unsigned char* buffer,
                                                     const StateLayout& layout,
                                                     const UnitSpan& span, const RowTile<D>& rows,
                                                     const DeviceFeatures& f, const uint4* omega,
                                                     std::int64_t position, std::int64_t count,
                                                     int warp, int lane) {
    uint16_t* g = reinterpret_cast<uint16_t*>(buffer);
    uint16_t* poly = reinterpret_cast<uint16_t*>(buffer + layout.g_bytes);
    const int row = (warp & 3) * 16 + (lane >> 2), column = (lane & 3) * 2;
    float inverse[2];
    inverse_norms<D>(inverse, rows, f.normalise);
    const int g_tiles = span.block_count * (kBlock / 8);
    const int tiles = g_tiles + (f.poly == Poly::none ? 1 : span.p_count / 8);
    for (int tile = warp >> 2; tile < tiles; tile += 2) {
        float z[4];
        if (tile < g_tiles) {
            g_tile<D>(z, rows, inverse, f, omega, span.block_first * (kBlock / 8) + tile, count,
                      lane);
            uint16_t* at = g + row * layout.g_stride + tile * 8 + column;
            *reinterpret_cast<uint32_t*>(at) = pack(z[0], z[1]);
            *reinterpret_cast<uint32_t*>(at + 8 * layout.g_stride) = pack(z[2], z[3]);
        } else {
            const int n = tile - g_tiles;
            poly_tile<D>(z, rows, inverse, f, span.p_first / 8 + n, position, lane);
            uint16_t* at = poly + (n * 8 + column) * kTokenStride + row;
            const uint32_t low = pack(z[0], z[1]), high = pack(z[2], z[3]);
            at[0] = static_cast<uint16_t>(low);
            at[kTokenStride] = static_cast<uint16_t>(low >> 16);
            at[8] = static_cast<uint16_t>(high);
            at[kTokenStride + 8] = static_cast<uint16_t>(high >> 16);
        }
    }
}

// One tile of V by the whole block; rows from `count` on are zero.
template <int D>
__device__ __forceinline__ void copy_value_tile(uint16_t* shared, const uint16_t* v,
                                                std::int64_t stride, std::int64_t count, int thread,
                                                int threads) {
    constexpr int kChunks = D / 8;
    for (int i = thread; i < kStateTile * kChunks; i += threads) {
        const int row = i / kChunks, chunk = i % kChunks;
        const bool valid = row < count;
        copy_async(shared + row * (D + 8) + chunk * 8, v + (valid ? row * stride : 0) + chunk * 8,
                   valid);
    }
    commit_copies();
}

// The two a fragments (32 g, 16 tokens) of one g block.
__device__ __forceinline__ void load_g(uint32_t (&a)[2][4], const uint16_t* g, int g_stride,
                                       int block, int lane) {
#pragma unroll
    for (int i = 0; i < 2; ++i) {
        load_matrices_transposed(a[i], g + block * kBlock + i * 16 + columns_first(lane, g_stride));
    }
}

// grid (wave * unit_groups, B * H), block 256.
template <int D>
__global__ void __launch_bounds__(kStateWarps * 32, 1) state_kernel(const KernelArguments args) {
    constexpr int kUnits = units_per_warp<D>();
    SLAY_DYNAMIC_SHARED(shared);
    const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    const DeviceFeatures& f = args.features;
    const int group = blockIdx.x % args.unit_groups;
    const std::int64_t slot = blockIdx.x / args.unit_groups;
    const std::int64_t start = (args.first_segment + slot) * args.segment;
    const std::int64_t end = min(start + args.segment, args.length);
    const int batch = blockIdx.y / args.heads, head = blockIdx.y % args.heads;

    const UnitSpan span = unit_span<D>(args.units, f.p_units, group);
    const StateLayout layout(span.block_count, span.p_count, D);
    const uint16_t* k = static_cast<const uint16_t*>(args.k.data) + batch * args.k.batch_stride +
                        head * args.k.head_stride;
    const uint16_t* v = static_cast<const uint16_t*>(args.v.data) + batch * args.v.batch_stride +
                        head * args.v.head_stride;
    const uint4* omega = f.omega + head * f.omega_stride;

    // This warp's units, and its tile of the normalisers: 8 rows p of one g block.
    const int per_warp = f.p_units == 1 ? 1 : kUnits;
    const int unit_first = span.first + warp * per_warp;
    const int normaliser_unit = f.p_units == 1 ? span.first + warp : span.first + warp * 8;
    const bool has_normaliser = normaliser_unit < span.last && (f.p_units == 1 || warp < kUnits);
    const int normaliser_block = normaliser_unit / f.p_units;
    const int normaliser_p = normaliser_unit % f.p_units;

    float state[kUnits][2][D / 8][4] = {};
    float normaliser[2][4] = {};

    const std::int64_t tiles = (end - start + kStateTile - 1) / kStateTile;
    const int row_offset = (warp & 3) * 16;
    RowTile<D> rows;
    const auto fetch = [&](std::int64_t tile) {
        const std::int64_t row = start + tile * kStateTile + row_offset;
        load_rows<D>(rows, k + row * args.k.row_stride, args.k.row_stride, end - row, lane);
    };
    const auto produce = [&](std::int64_t tile) {
        unsigned char* buffer = shared + (tile & 1) * layout.buffer_bytes();
        const std::int64_t row = start + tile * kStateTile + row_offset;
        store_state_features<D>(buffer, layout, span, rows, f, omega, row, end - row, warp, lane);
    };
    const auto fetch_values = [&](std::int64_t tile) {
        unsigned char* buffer = shared + (tile & 1) * layout.buffer_bytes();
        const std::int64_t row = start + tile * kStateTile;
        copy_value_tile<D>(reinterpret_cast<uint16_t*>(buffer + layout.g_bytes + layout.poly_bytes),
                           v + row * args.v.row_stride, args.v.row_stride, end - row, threadIdx.x,
                           blockDim.x);
    };
    const auto consume = [&](std::int64_t tile) {
        const unsigned char* buffer = shared + (tile & 1) * layout.buffer_bytes();
        const uint16_t* g = reinterpret_cast<const uint16_t*>(buffer);
        const uint16_t* poly = reinterpret_cast<const uint16_t*>(buffer + layout.g_bytes);
        const uint16_t* values =
            reinterpret_cast<const uint16_t*>(buffer + layout.g_bytes + layout.poly_bytes);
#pragma unroll 1
        for (int step = 0; step < kStateTile / 16; ++step) {
            uint32_t b[D / 16][4], a[2][4];
#pragma unroll
            for (int n = 0; n < D / 16; ++n) {
                load_matrices_transposed(
                    b[n], values + step * 16 * (D + 8) + n * 16 + rows_first(lane, D + 8));
            }
            const uint16_t* g_step = g + step * 16 * layout.g_stride;
            const uint16_t* poly_step = poly + step * 16 + (lane & 3) * 2;
            int loaded = -1;
#pragma unroll
            for (int u = 0; u < kUnits; ++u) {
                const int unit = unit_first + u;
                if (u >= per_warp || unit >= span.last) break;
                const int block = unit / f.p_units;
                if (block != loaded) {
                    load_g(a, g_step, layout.g_stride, block - span.block_first, lane);
                    loaded = block;
                }
                uint32_t scale[2] = {0, 0};
                if (f.p_units > 1) {
                    const int p = unit - block * f.p_units - span.p_first;
                    const uint16_t* at = poly_step + p * kTokenStride;
                    scale[0] = *reinterpret_cast<const uint32_t*>(at);
                    scale[1] = *reinterpret_cast<const uint32_t*>(at + 8);
                }
#pragma unroll
                for (int i = 0; i < 2; ++i) {
                    uint32_t scaled[4];
#pragma unroll
                    for (int j = 0; j < 4; ++j) {
                        scaled[j] = f.p_units > 1 ? multiply(a[i][j], scale[j >> 1]) : a[i][j];
                    }
#pragma unroll
                    for (int n = 0; n < D / 8; ++n) {
                        mma(state[u][i][n], scaled, b[n / 2][(n & 1) * 2],
                            b[n / 2][(n & 1) * 2 + 1]);
                    }
                }
            }
            if (has_normaliser) {
                if (normaliser_block != loaded) {
                    load_g(a, g_step, layout.g_stride, normaliser_block - span.block_first, lane);
                }
                const int p = f.p_units == 1 ? 0 : normaliser_p - span.p_first;
                const uint16_t* at = poly_step + (p + (lane >> 2)) * kTokenStride;
                const uint32_t b0 = *reinterpret_cast<const uint32_t*>(at);
                const uint32_t b1 = *reinterpret_cast<const uint32_t*>(at + 8);
                mma(normaliser[0], a[0], b0, b1);
                mma(normaliser[1], a[1], b0, b1);
            }
        }
    };

    // Half of the warps form the next tile's features before, half after their products, so that
    // tensor cores and the rest of the chip are both busy.
    const bool early = (warp & 1) == 0;
    fetch(0);
    fetch_values(0);
    produce(0);
    if (tiles > 1) fetch(1);
    for (std::int64_t tile = 0; tile < tiles; ++tile) {
        wait_for_copies<0>();
        __syncthreads();  // tile's features and values are there; the other buffer is free
        const bool more = tile + 1 < tiles;
        if (more) fetch_values(tile + 1);
        if (more && early) produce(tile + 1);
        if (early && tile + 2 < tiles) fetch(tile + 2);
        consume(tile);
        if (more && !early) produce(tile + 1);
        if (!early && tile + 2 < tiles) fetch(tile + 2);
    }

    float* out = args.states + (static_cast<std::int64_t>(blockIdx.y) * args.wave_capacity + slot) *
                                   args.elements;
    const int r = lane >> 2, column = (lane & 3) * 2;
#pragma unroll
    for (int u = 0; u < kUnits; ++u) {
        const int unit = unit_first + u;
        if (u >= per_warp || unit >= span.last) break;
        float* at = out + (static_cast<std::int64_t>(unit) * kBlock + r) * D + column;
#pragma unroll
        for (int i = 0; i < 2; ++i) {
#pragma unroll
            for (int n = 0; n < D / 8; ++n) {
                const float(&s)[4] = state[u][i][n];
                *reinterpret_cast<float2*>(at + i * 16 * D + n * 8) = make_float2(s[0], s[1]);
                *reinterpret_cast<float2*>(at + (i * 16 + 8) * D + n * 8) = make_float2(s[2], s[3]);
            }
        }
    }
    if (!has_normaliser) return;
    float* z = out + static_cast<std::int64_t>(args.units) * kBlock * D +
               (static_cast<std::int64_t>(normaliser_block) * normaliser_rows(f.p_units) +
                normaliser_p + column) *
                   kBlock +
               r;
#pragma unroll
    for (int i = 0; i < 2; ++i) {
        z[i * 16] = normaliser[i][0];
        z[i * 16 + kBlock] = normaliser[i][1];
        z[i * 16 + 8] = normaliser[i][2];
        z[i * 16 + 8 + kBlock] = normaliser[i][3];
    }
}

// Sums over segments in their order, four elements a lane. Causal: prefixes[s] is the
// sum before segment s; bidirectional: prefixes[0] the sum of all once the last wave is done.
// grid (ceil(elements / 4 / 256), B * H), block 256.
__global__ void __launch_bounds__(256) scan_kernel(const KernelArguments args) {
    const std::int64_t quad = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    if (quad * 4 >= args.elements) return;
    const std::int64_t row = blockIdx.y;
    const float4* state =
        reinterpret_cast<const float4*>(args.states + row * args.wave_capacity * args.elements) +
        quad;
    float4* carry = reinterpret_cast<float4*>(args.carry + row * args.elements) + quad;
    const std::int64_t slots = args.causal ? args.wave_capacity : 1;
    uint2* prefix = reinterpret_cast<uint2*>(args.prefixes + row * slots * args.elements) + quad;
    const std::int64_t step = args.elements / 4;

    float4 sum = args.first_segment > 0 ? *carry : make_float4(0.f, 0.f, 0.f, 0.f);
    // The last segment's state is not formed in a causal pass: nothing comes after it.
    const std::int64_t formed =
        args.causal ? min(args.wave, args.segments - 1 - args.first_segment) : args.wave;
    constexpr int kAhead = 4;
    for (std::int64_t s = 0; s < args.wave; s += kAhead) {
        float4 next[kAhead];
#pragma unroll
        for (int i = 0; i < kAhead; ++i) {
            next[i] = s + i < formed ? state[(s + i) * step] : make_float4(0.f, 0.f, 0.f, 0.f);
        }
#pragma unroll
        for (int i = 0; i < kAhead; ++i) {
            if (args.causal && s + i < args.wave) {
                prefix[(s + i) * step] = make_uint2(pack(sum.x, sum.y), pack(sum.z, sum.w));
            }
            sum.x += next[i].x;
            sum.y += next[i].y;
            sum.z += next[i].z;
            sum.w += next[i].w;
        }
    }
    *carry = sum;
    if (!args.causal && args.first_segment + args.wave == args.segments) {
        *prefix = make_uint2(pack(sum.x, sum.y), pack(sum.z, sum.w));
    }
}

}  // namespace slay::kernels
