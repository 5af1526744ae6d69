// States of segments with warpgroup products, as state_kernel.cuh: S_u = sum_j g_j (poly_jp v_j)^T
// and Z_p = sum_j poly_jp g_j.
#pragma once

#include "engine/kernels/launch.cuh"
#include "engine/kernels/warpgroup_rows.cuh"

namespace slay::kernels {

// Of 16 positions the one at 4 t + 2 h + i takes place 8 h + 2 t + i in the products, so that a
// lane's four lie together in a row of poly.
__device__ __forceinline__ int place_of(int position) {
    const int p = position & 15;
    return (position & ~15) | (p & 2) << 2 | (p >> 2) * 2 | (p & 1);
}
__device__ __forceinline__ int position_at(int place) {
    return (place & ~15) | (place & 6) << 1 | (place & 8) >> 2 | (place & 1);
}

// Piece `piece` of row `row` of g, 64 bytes a row, so that eight rows of load_matrices meet all
// banks.
__device__ __forceinline__ int g_piece(int row, int piece) {
    return row * 64 + ((piece ^ (row >> 2)) & 3) * 16;
}

// Element `at` of a state in bf16.
__device__ __forceinline__ void put_state(unsigned char* state, int at, float x) {
    *reinterpret_cast<uint16_t*>(state + at * 2) = static_cast<uint16_t>(pack(x, 0.f));
}

// A warp's 16 g of kTiles units p: each warpgroup has P / 4 units, warp w of it half w % 2 of g, of
// every second unit from w / 2 on. Besides, that half of eight rows p of the normalisers, whose
// positions kNormaliserSharers warps share.
template <int D, int P>
struct GroupState {
    static constexpr int kTiles = P / 8, kAtOnce = kTiles / 2;
    static constexpr int kNormaliserSharers = 64 / P;
    float acc[kTiles][D / 2];
    float normaliser[4];

    __device__ __forceinline__ void clear() {
#pragma unroll
        for (int i = 0; i < kTiles; ++i) {
#pragma unroll
            for (int j = 0; j < D / 2; ++j) acc[i][j] = 0.f;
        }
#pragma unroll
        for (int j = 0; j < 4; ++j) normaliser[j] = 0.f;
    }

    // What 16 positions bring: g and the warp's poly.
    struct Operands {
        uint32_t g[4];
        uint2 by[kTiles];
        // `poly` at the warp's first unit and the lane's four positions.
        __device__ __forceinline__ void load(const unsigned char* from, const unsigned char* poly,
                                             int poly_stride) {
            load_matrices_transposed(g, from);
#pragma unroll
            for (int i = 0; i < kTiles; ++i)
                by[i] = *reinterpret_cast<const uint2*>(poly + 2 * i * poly_stride);
        }
    };

    // Starts the products of 16 positions in two groups, then calls `load_next` for the operands;
    // the two groups before the latest one are then done.
    template <typename Load>
    __device__ __forceinline__ void add(uint32_t (&a)[2][kAtOnce][4], const Operands& o,
                                        uint64_t values, Load load_next) {
#pragma unroll
        for (int part = 0; part < 2; ++part) {
            wait_for_products<1>();
#pragma unroll
            for (int i = 0; i < kAtOnce; ++i) {
                hold(a[part][i]);
                const uint2 by = o.by[part * kAtOnce + i];
                a[part][i][0] = multiply(o.g[0], by.x);
                a[part][i][1] = multiply(o.g[1], by.x);
                a[part][i][2] = multiply(o.g[2], by.y);
                a[part][i][3] = multiply(o.g[3], by.y);
            }
            products_fence();
#pragma unroll
            for (int i = 0; i < kAtOnce; ++i)
                warpgroup_mma<true>(acc[part * kAtOnce + i], a[part][i], values, 1);
            commit_products();
        }
        load_next();
    }

    // The normalisers of every kNormaliserSharers-th 16 positions: `g` at the warp's first ones,
    // `poly` at row r of its eight and the lane's four of these positions.
    __device__ __forceinline__ void add_normalisers(const unsigned char* g,
                                                    const unsigned char* poly) {
#pragma unroll
        for (int i = 0; i < kStateRows / 16; i += kNormaliserSharers) {
            uint32_t a[4];
            load_matrices_transposed(a, g + i * 16 * 64);
            const uint2 b = *reinterpret_cast<const uint2*>(poly + i * 32);
            mma(normaliser, a, b.x, b.y);
        }
    }

    // `unit` and `g`: the warp's first ones.
    __device__ __forceinline__ void write(unsigned char* state, unsigned char* staging, int unit,
                                          int g, int lane) const {
        const float ones[2] = {1.f, 1.f};
#pragma unroll
        for (int i = 0; i < kTiles; ++i) {
            unsigned char* rows = state + ((unit + 2 * i) * kBlock + g) * D * 2;
#pragma unroll
            for (int part = 0; part < D / 32; ++part)
                store_rows(staging, acc[i] + part * 16, ones, 16, lane,
                           [&](int row) { return rows + row * D * 2 + part * 64; });
        }
    }
};

// Two factors with 32 g. grid (blocks of block_segments segments, B * H).
template <int D, int P>
__global__ void __launch_bounds__(512, 1) group_state_kernel(const KernelArguments args) {
#if defined(__CUDA_ARCH_FEAT_SM90_ALL)
    using State = GroupState<D, P>;
    constexpr int kThreads = 512, kRows = kStateRows;
    SLAY_DYNAMIC_SHARED(given);
    unsigned char* const shared = aligned_shared(given);
    const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5 & 3, group = warpgroup_of_thread();
    const DeviceFeatures& f = args.features;
    // A block's segments follow each other, so that its pipeline does not run empty between them.
    const int slot = static_cast<int>(blockIdx.x) * args.block_segments;
    const int slots = min(args.block_segments, args.formed - slot);
    const std::int64_t start = (args.first_segment + slot) * args.segment;
    const int length = static_cast<int>(min(slots * args.segment, args.length - start));
    const int segment_tiles = static_cast<int>(args.segment) / kRows;
    const int tiles = (length + kRows - 1) / kRows;
    const int batch = blockIdx.y / args.heads, head = blockIdx.y % args.heads;
    const Rows k(args.k, args.element, batch, head, start);
    const Rows v(args.v, args.element, batch, head, start);
    const GroupStateLayout layout(D, P);
    float* const offsets = reinterpret_cast<float*>(shared + layout.offsets_at);
    const int own_row = group * kGroupRows + warp * 16;
    unsigned char* const own_rows = shared + layout.rows_at + own_row * D * 2;
    unsigned char* const staging = shared + layout.staging_at + own_row / 16 * kStagingBytes;
    const auto buffer_of = [&](int tile) {
        return shared + layout.buffers_at + (tile & 1) * layout.buffer_bytes;
    };
    const auto fetch_keys = [&](int tile) {
        GroupRows<D>::fetch_shared(own_rows, k, tile * kRows + own_row, length, lane);
    };
    const auto fetch_values = [&](int tile) {
        constexpr int kPieces = D / 8, kRowsApart = kThreads / kPieces;
        const int piece = threadIdx.x % kPieces;
        unsigned char* to = buffer_of(tile) + layout.values_at;
#pragma unroll
        for (int i = 0; i < kRows; i += kRowsApart) {
            const int row = i + threadIdx.x / kPieces, at = tile * kRows + row;
            const bool there = at < length;
            copy_async(to + swizzled<D * 2>(place_of(row), piece),
                       v.at(there ? at : 0) + piece * 16, there);
        }
    };
    const auto produce = [&](int tile) {
        GroupRows<D> rows;
        rows.load_shared(own_rows, lane);
        rows.form_norms(true);
        if (tile + 1 < tiles) fetch_keys(tile + 1);  // where these rows lay
        commit_copies();
        using Factors = GroupFactors<D, 32, P>;
        unsigned char* buffer = buffer_of(tile);
        uint32_t a[4];
#pragma unroll
        for (int i = 0; i < 2; ++i) {
            Factors::form_g(a, i, rows, shared, offsets, lane);
            store_matrices<false>(buffer + g_piece(own_row + (lane & 15), 2 * i + (lane >> 4)), a);
        }
        unsigned char* poly = buffer + layout.poly_at +
                              ((lane >> 4) * 8 + (lane & 7)) * layout.poly_stride +
                              (own_row + (lane & 8)) * 2;
#pragma unroll
        for (int i = 0; i < P / 16; ++i) {
            Factors::form_poly(a, i, rows, shared);
            store_matrices<true>(poly + i * 16 * layout.poly_stride, a);
        }
        publish_to_products();
    };

    State state;
    const int unit = group * (P / 4) + (warp >> 1), half = warp & 1;
    // The warp's part of the normalisers; sharers of a block of rows lie 2 warps, then 2 groups
    // apart.
    constexpr int kBlocks = P / 8;
    const int z = group % kBlocks * 8, share = group / kBlocks * 2 + (warp >> 1);
    const int g_row = position_at((lane & 7) + (lane >> 4) * 8);
    const int g_at = g_piece(g_row, half * 2 + (lane >> 3 & 1));
    const auto consume = [&](int tile) {
        const unsigned char* buffer = buffer_of(tile);
        const unsigned char* g = buffer + g_at;
        const unsigned char* poly = buffer + layout.poly_at + (lane & 3) * 8;
        state.add_normalisers(g + share * 16 * 64,
                              poly + (z + (lane >> 2)) * layout.poly_stride + share * 32);
        poly += unit * layout.poly_stride;
        const MatrixOperand<D * 2> values(buffer + layout.values_at);
        uint32_t a[2][State::kAtOnce][4];
        typename State::Operands operands;
        const auto load = [&](int step) {
            operands.load(g + step * 16 * 64, poly + step * 32, layout.poly_stride);
        };
        load(0);
#pragma unroll
        for (int step = 0; step < kRows / 16; ++step) {
            state.add(a, operands, values.at(step * D * 2), [&] {
                if (step + 1 < kRows / 16) load(step + 1);
            });
        }
        wait_for_products<0>();
#pragma unroll
        for (int i = 0; i < State::kTiles; ++i) hold(state.acc[i]);
#pragma unroll
        for (int i = 0; i < State::kAtOnce; ++i) {
            hold(a[0][i]);
            hold(a[1][i]);
        }
    };

    let_next_grid_start();
    fetch_keys(0);
    commit_copies();
    load_weights<D, 32, P, kThreads>(shared, offsets, f, f.omega + head * f.omega_stride);
    publish_to_products();
    // Half of the warpgroups form the next tile's features before their products and half after,
    // so that tensor cores and the rest of the chip are both busy.
    const bool early = group < 2;
    int tile = -1;
    for (int s = 0; s < slots; ++s) {
        state.clear();
        const int end = min((s + 1) * segment_tiles, tiles);
        for (; tile < end; ++tile) {
            wait_for_copies<0>();
            publish_to_products();
            __syncthreads();  // tile is there; the buffer of tile - 1 is free
            const bool more = tile + 1 < tiles;
            if (more) fetch_values(tile + 1);
            commit_copies();
#pragma unroll 1
            for (int phase = 0; phase < 2; ++phase) {
                if ((phase == 0) == early) {
                    if (more) produce(tile + 1);
                } else if (tile >= 0) {
                    consume(tile);
                }
            }
        }
        wait_for_previous_grid();
        unsigned char* to =
            args.states + (blockIdx.y * args.wave_capacity + slot + s) * args.elements * 2;
        state.write(to, staging, unit, half * 16, lane);
        auto* parts = reinterpret_cast<float*>(staging) + lane;
        __syncwarp();
#pragma unroll
        for (int j = 0; j < 4; ++j) parts[j * 32] = state.normaliser[j];
        __syncthreads();
        if (share > 0) continue;
#pragma unroll
        for (int j = 0; j < 4; ++j) {
            float sum = state.normaliser[j];
#pragma unroll
            for (int other = 1; other < State::kNormaliserSharers; ++other) {
                const int away = other / 2 * kBlocks * 4 + other % 2 * 2;  // warps
                sum += parts[j * 32 + away * (kStagingBytes / 4)];
            }
            const int row = z + (lane & 3) * 2 + (j & 1),
                      g = half * 16 + (lane >> 2) + (j >> 1) * 8;
            put_state(to, P * kBlock * D + row * kBlock + g, sum);
        }
    }
#endif
}

}  // namespace slay::kernels
