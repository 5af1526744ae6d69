// Causal output rows of one factor with warpgroup products: a block of one warpgroup goes through a
// segment by tiles of 64 positions and carries the state along. Of a tile
//   y_i = (g_i S + sum_{j <= i} (g_i . g_j) v_j) / (g_i . Z + sum_{j <= i} g_i . g_j + delta),
//   S += sum_j g_j v_j^T,  Z += sum_j g_j,
// S in float32 registers and, as an operand, in bf16 in shared memory. Only rows and values that
// are on their way are there besides, so that several blocks share a multiprocessor.
#pragma once

#include "engine/kernels/known_map.h"
#include "engine/kernels/launch.cuh"
#include "engine/kernels/warpgroup_output.cuh"

namespace slay::kernels {

// What a map of known_map.h has as constants.
template <int D, int Map>
__device__ __forceinline__ DeviceFeatures known_features(const DeviceFeatures& given) {
    DeviceFeatures f = given;
    f.identity = takes_elements(Map);
    if (Map == kOneFactor) return f;
    f.normalise = Map == kExponential || Map == kExponentialSquare;
    f.rotate = Map == kRotated ? D : 0;
    f.factor = Map == kElu                 ? Factor::elu_plus_one
               : Map == kExponential       ? Factor::exponential
               : Map == kExponentialSquare ? Factor::exponential_square
                                           : Factor::relu;
    return f;
}

// grid (row blocks of the wave, B * H); a row block is a whole number of segments.
template <int D, int G, int Map>
__global__ void __launch_bounds__(128, stream_blocks(D, G))
    group_stream_kernel(const KernelArguments args) {
#if defined(__CUDA_ARCH_FEAT_SM90_ALL)
    using Output = GroupOutput<D, G, 0>;
    constexpr int kRowBytes = factor_row_bytes(G, 0), kPlane = kStreamKeys * kRowBytes;
    constexpr int kSteps = kRowBytes / 32, kTiles = G < 64 ? 1 : G / 64;
    SLAY_DYNAMIC_SHARED(given);
    unsigned char* const shared = aligned_shared(given);
    int lane = threadIdx.x & 31;
    const int warp = __shfl_sync(0xffffffffu, static_cast<int>(threadIdx.x >> 5), 0);
    const DeviceFeatures f = known_features<D, Map>(args.features);
    constexpr GroupStreamLayout layout(D, G, takes_elements(Map));
    float* const offsets = reinterpret_cast<float*>(shared + layout.offsets_at);
    unsigned char* const own_keys = shared + layout.rows_at + warp * 16 * D * 2;
    unsigned char* const own_queries = own_keys + kGroupRows * D * 2;
    unsigned char* const factors = shared + layout.factors_at;
    unsigned char* const state = shared + layout.state_at;
    unsigned char* const staging = shared + layout.staging_at + warp * kStagingBytes;
    const std::int64_t start =
        args.first_segment * args.segment + static_cast<std::int64_t>(blockIdx.x) * args.row_block;
    const int length =
        static_cast<int>(min(static_cast<std::int64_t>(args.row_block), args.length - start));
    const int tiles = (length + kGroupRows - 1) / kGroupRows;
    const int batch = blockIdx.y / args.heads, head = blockIdx.y % args.heads;
    const Rows q(args.q, args.element, batch, head, start);
    const Rows k(args.k, args.element, batch, head, start);
    const Rows v(args.v, args.element, batch, head, start);
    const Rows y(args.y, args.element, batch, head, start);
    unsigned char* const residual = residual_rows(args, batch, head, start);
    float* const denominators =
        args.denominators ? args.denominators + blockIdx.y * args.length + start : nullptr;
    const auto values_of = [&](int tile) {
        return shared + layout.values_at + tile % kStreamStages * layout.value_bytes;
    };
    const auto fetch_values = [&](int tile) {
        const int first = tile * kGroupRows;
        if (tile < tiles) copy_value_tile<D, 128>(values_of(tile), v, first, length - first);
    };
    // A lane's own bytes, so that only the lane has to be done with those before.
    const auto fetch_rows = [&](unsigned char* to, const Rows& rows, int tile) {
        if (tile < tiles)
            GroupRows<D>::fetch_shared(to, rows, tile * kGroupRows + warp * 16, length, lane);
    };

    let_next_grid_start();
    fetch_rows(own_keys, k, 0);
    fetch_rows(own_queries, q, 0);
    fetch_values(0);
    commit_copies();
    fetch_values(1);
    commit_copies();
    if (!f.identity)
        load_weights<D, G, 0, 128>(shared, offsets, f, f.omega + head * f.omega_stride);
    // The rows behind the normalisers stay zero.
    for (int i = threadIdx.x; i < G / 8 * 7; i += 128) {
        const int at = i / (kRowBytes / 16 * 7) * kPlane + (kGroupRows + 1) * kRowBytes +
                       i % (kRowBytes / 16 * 7) * 16;
        *reinterpret_cast<uint4*>(factors + at) = make_uint4(0, 0, 0, 0);
    }
    publish_to_products();
    __syncthreads();

    // With 32 features the other half of the state's rows stays empty.
    const bool there = G >= 64 || warp < 2;
    const auto normaliser_at = [&](int i, int half) {
        const int g = i * 64 + warp * 16 + (lane >> 2) + half * 8;
        return reinterpret_cast<uint16_t*>(factors + g / (kRowBytes / 2) * kPlane +
                                           kGroupRows * kRowBytes + g % (kRowBytes / 2) * 2);
    };
    const auto state_at = [&](int i, int part) {
        return state + swizzled<D * 2>(i * 64 + warp * 16 + (lane & 15), 2 * part + (lane >> 4));
    };
    float sums[kTiles][D / 2], normalisers[kTiles][4];
#pragma unroll 1
    for (int tile = 0; tile < tiles; ++tile) {
        // Addresses in shared memory are formed where they are used: kept from tile to tile they
        // would take more registers than there are.
        asm volatile("" : "+r"(lane));
        const int row = tile * kGroupRows + warp * 16;
        wait_for_copies<1>();  // all but the next tile's values
        GroupFactors<D, G, 0> made;
        {
            GroupRows<D> rows;
            rows.load_shared(own_keys, lane);
            fetch_rows(own_keys, k, tile + 1);
            rows.form_norms(f.normalise);
            made.form(rows, shared, offsets, f, start + row, length - row, lane);
        }
        Output out;
        {
            GroupRows<D> rows;
            rows.load_shared(own_queries, lane);
            fetch_rows(own_queries, q, tile + 1);
            commit_copies();
            rows.form_norms(f.normalise);
            out.own.form(rows, shared, offsets, f, start + row, 16, lane);
        }
        __syncthreads();  // the tile before has been read
        fetch_values(tile + 2);
        commit_copies();
#pragma unroll
        for (int i = 0; i < G / 16; ++i) {
            store_matrices<false>(
                factors + i / kSteps * kPlane +
                    swizzled<kRowBytes>(warp * 16 + (lane & 15), i % kSteps * 2 + (lane >> 4)),
                made.g[i]);
        }
        if (tile == 0) {
            wait_for_previous_grid();
            const std::int64_t slot =
                blockIdx.y * args.wave_capacity + blockIdx.x * (args.row_block / args.segment);
            const auto* from =
                reinterpret_cast<const uint4*>(args.states + slot * args.elements * 2);
            const auto take = [&](unsigned char* to, int at) {
                *reinterpret_cast<uint4*>(to) =
                    start > 0 ? __ldcg(from + at) : make_uint4(0, 0, 0, 0);
            };
#pragma unroll
            for (int i = 0; i < G * D / 8; i += 128) {
                const int at = i + threadIdx.x;
                take(state + swizzled<D * 2>(at / (D / 8), at % (D / 8)), at);
            }
            if (threadIdx.x < G / 8) {
                const int at = threadIdx.x, wide = kRowBytes / 16;
                take(factors + at / wide * kPlane + kGroupRows * kRowBytes + at % wide * 16,
                     G * D / 8 + at / 4 * normaliser_rows(1) * 4 + at % 4);
            }
        } else if (there) {
#pragma unroll
            for (int i = 0; i < kTiles; ++i) {
#pragma unroll
                for (int part = 0; part < D / 16; ++part) {
                    uint32_t pairs[4];
                    to_fragment(pairs, sums[i], part);
                    store_matrices<false>(state_at(i, part), pairs);
                }
                if ((lane & 3) != 0) continue;
#pragma unroll
                for (int half = 0; half < 2; ++half)
                    *normaliser_at(i, half) =
                        static_cast<uint16_t>(pack(normalisers[i][2 * half], 0.f));
            }
        }
        publish_to_products();
        __syncthreads();  // factors, values and state are there

        if (tile == 0) {
#pragma unroll
            for (int i = 0; i < kTiles; ++i) {
#pragma unroll
                for (int part = 0; part < D / 16; ++part) {
                    uint32_t pairs[4] = {};
                    if (there) load_matrices(pairs, state_at(i, part));
#pragma unroll
                    for (int j = 0; j < 4; ++j) {
                        float* to = sums[i] + (2 * part + (j >> 1)) * 4 + (j & 1) * 2;
                        to[0] = low_float(pairs[j]);
                        to[1] = high_float(pairs[j]);
                    }
                }
#pragma unroll
                for (int j = 0; j < 4; ++j) {
                    normalisers[i][j] = (j & 1) == 0 && (lane & 3) == 0 && there
                                            ? low_float(*normaliser_at(i, j / 2))
                                            : 0.f;
                }
            }
        }
        const MatrixOperand<kRowBytes> keys(factors);
        const MatrixOperand<D * 2> before(state), values(values_of(tile));
        float w[kStreamKeys / 2];
        out.clear();
        products_fence();
#pragma unroll
        for (int i = 0; i < G / 16; ++i)
            warpgroup_mma<false>(w, out.own.g[i],
                                 keys.at(i / kSteps * (kPlane / 16) + i % kSteps * 2), i > 0);
        commit_products();
#pragma unroll
        for (int i = 0; i < G / 16; ++i)
            warpgroup_mma<true>(out.acc, out.own.g[i], before.at(i * D * 2), 1);
        commit_products();
        wait_for_products<1>();
        hold(w);
        // Row r of the lane sees keys up to its own.
        const int last = warp * 16 + (lane >> 2) - (lane & 3) * 2;
#pragma unroll
        for (int i = 0; i < kGroupRows / 2; ++i) {
            if ((i >> 2) * 8 + (i & 1) - (i >> 1 & 1) * 8 > last) w[i] = 0.f;
        }
#pragma unroll
        for (int i = 0; i < kGroupRows / 2; i += 2) out.sums[i >> 1 & 1] += w[i] + w[i + 1];
        if ((lane & 3) == 0) {  // the normalisers are key 64
            out.sums[0] += w[kGroupRows / 2];
            out.sums[1] += w[kGroupRows / 2 + 2];
        }
        uint32_t weights[kGroupRows / 16][4];
#pragma unroll
        for (int i = 0; i < kGroupRows / 16; ++i) to_fragment(weights[i], w, i);
        wait_for_products<0>();
        hold(out.acc);
#pragma unroll
        for (int i = 0; i < G / 16; ++i) hold(out.own.g[i]);
        uint32_t a[kGroupRows / 16][kTiles][4];
#pragma unroll
        for (int step = 0; step < kGroupRows / 16; ++step) {
#pragma unroll
            for (int i = 0; i < kTiles; ++i) {
                const int piece = (there ? warp * 2 : 0) + (lane >> 3 & 1);
                load_matrices_transposed(
                    a[step][i],
                    factors + i * kPlane +
                        swizzled<kRowBytes>(step * 16 + (lane & 7) + (lane >> 4) * 8, piece));
                if (!there) a[step][i][0] = a[step][i][1] = a[step][i][2] = a[step][i][3] = 0u;
                add_factors(normalisers[i], a[step][i], lane);
            }
        }
        products_fence();
#pragma unroll
        for (int step = 0; step < kGroupRows / 16; ++step) {
            warpgroup_mma<true>(out.acc, weights[step], values.at(step * D * 2), 1);
#pragma unroll
            for (int i = 0; i < kTiles; ++i)
                warpgroup_mma<true>(sums[i], a[step][i], values.at(step * D * 2), 1);
        }
        commit_products();
        wait_for_products<0>();
        hold(out.acc);
#pragma unroll
        for (int i = 0; i < kTiles; ++i) hold(sums[i]);
#pragma unroll
        for (int i = 0; i < kGroupRows / 16; ++i) {
            hold(weights[i]);
#pragma unroll
            for (int j = 0; j < kTiles; ++j) hold(a[i][j]);
        }
        out.store(args, y, residual, denominators, staging, row, length, lane);
    }
#endif
}

}  // namespace slay::kernels
