// States of segments for one factor, S = sum_j g_j v_j^T and Z = sum_j g_j: a block of one
// warpgroup for each segment, so that nothing waits for anything but its own rows.
#pragma once

#include "engine/kernels/launch.cuh"
#include "engine/kernels/warpgroup_rows.cuh"

namespace slay::kernels {

// Blocks on one multiprocessor that the registers are shared out for.
SLAY_HOST_DEVICE constexpr int sum_blocks(int d, int g) {
    return d * g > 4096 ? 3 : 4;
}

// grid (formed segments, B * H).
template <int D, int G>
__global__ void __launch_bounds__(128, sum_blocks(D, G))
    group_sum_kernel(const KernelArguments args) {
#if defined(__CUDA_ARCH_FEAT_SM90_ALL)
    constexpr int kRowBytes = factor_row_bytes(G, 0), kTiles = G < 64 ? 1 : G / 64;
    constexpr int kPlane = kGroupRows * kRowBytes, kStages = sum_stages(D);
    SLAY_DYNAMIC_SHARED(given);
    unsigned char* const shared = aligned_shared(given);
    const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    const DeviceFeatures& f = args.features;
    const GroupSumLayout layout(D, G, f.identity);
    float* const offsets = reinterpret_cast<float*>(shared + layout.offsets_at);
    unsigned char* const factors = shared + layout.factors_at;
    const std::int64_t start = (args.first_segment + blockIdx.x) * args.segment;
    const int length = static_cast<int>(min(args.segment, args.length - start));
    const int tiles = (length + kGroupRows - 1) / kGroupRows;
    const int batch = blockIdx.y / args.heads, head = blockIdx.y % args.heads;
    const Rows k(args.k, args.element, batch, head, start);
    const Rows v(args.v, args.element, batch, head, start);
    const auto rows_of = [&](int tile) {
        return shared + layout.rows_at + tile % kStages * layout.tile_bytes + warp * 16 * D * 2;
    };
    const auto values_of = [&](int tile) {
        return shared + layout.values_at + tile % kStages * layout.tile_bytes;
    };
    // From the end, so that the rows that the output kernel takes first are the last to come into
    // the L2 cache.
    const auto fetch = [&](int tile) {
        const int first = (tiles - 1 - tile) * kGroupRows;
        GroupRows<D>::fetch_shared(rows_of(tile), k, first + warp * 16, length, lane);
        copy_value_tile<D, 128>(values_of(tile), v, first, length - first);
    };

    let_next_grid_start();
#pragma unroll
    for (int tile = 0; tile + 1 < kStages; ++tile) {
        if (tile < tiles) fetch(tile);
        commit_copies();
    }
    if (!f.identity)
        load_weights<D, G, 0, 128>(shared, offsets, f, f.omega + head * f.omega_stride);
    float acc[kTiles][D / 2], sums[kTiles][4];
#pragma unroll
    for (int i = 0; i < kTiles; ++i) {
#pragma unroll
        for (int j = 0; j < D / 2; ++j) acc[i][j] = 0.f;
#pragma unroll
        for (int j = 0; j < 4; ++j) sums[i][j] = 0.f;
    }
#pragma unroll 1
    for (int tile = 0; tile < tiles; ++tile) {
        wait_for_copies<kStages - 2>();
        publish_to_products();
        __syncthreads();  // values (and weights) are there; the factors before have been read
        GroupRows<D> rows;
        rows.load_shared(rows_of(tile), lane);
        rows.form_norms(f.normalise);
        if (tile + kStages - 1 < tiles) fetch(tile + kStages - 1);
        commit_copies();
        const int row = (tiles - 1 - tile) * kGroupRows + warp * 16;
        GroupFactors<D, G, 0> made;
        made.form(rows, shared, offsets, f, start + row, length - row, lane);
#pragma unroll
        for (int i = 0; i < G / 16; ++i) {
            constexpr int kSteps = kRowBytes / 32;
            store_matrices<false>(
                factors + i / kSteps * kPlane +
                    swizzled<kRowBytes>(warp * 16 + (lane & 15), i % kSteps * 2 + (lane >> 4)),
                made.g[i]);
        }
        __syncthreads();
        uint32_t a[kGroupRows / 16][kTiles][4];
#pragma unroll
        for (int step = 0; step < kGroupRows / 16; ++step) {
#pragma unroll
            for (int i = 0; i < kTiles; ++i) {
                // With 32 features the other half of the rows stays empty.
                const bool there = G >= 64 || warp < 2;
                const int piece = (there ? warp * 2 : 0) + (lane >> 3 & 1);
                load_matrices_transposed(
                    a[step][i],
                    factors + i * kPlane +
                        swizzled<kRowBytes>(step * 16 + (lane & 7) + (lane >> 4) * 8, piece));
                if (!there) a[step][i][0] = a[step][i][1] = a[step][i][2] = a[step][i][3] = 0u;
                add_factors(sums[i], a[step][i], lane);
            }
        }
        products_fence();
        const MatrixOperand<D * 2> operand(values_of(tile));
#pragma unroll
        for (int step = 0; step < kGroupRows / 16; ++step) {
#pragma unroll
            for (int i = 0; i < kTiles; ++i)
                warpgroup_mma<true>(acc[i], a[step][i], operand.at(step * D * 2), 1);
        }
        commit_products();
        wait_for_products<0>();
#pragma unroll
        for (int i = 0; i < kTiles; ++i) {
            hold(acc[i]);
#pragma unroll
            for (int step = 0; step < kGroupRows / 16; ++step) hold(a[step][i]);
        }
    }

    wait_for_previous_grid();
    unsigned char* state =
        args.states + (blockIdx.y * args.wave_capacity + blockIdx.x) * args.elements * 2;
    if (G < 64 && warp >= 2) return;
    unsigned char* const staging = shared + layout.staging_at + warp * kStagingBytes;
    const float ones[2] = {1.f, 1.f};
#pragma unroll
    for (int i = 0; i < kTiles; ++i) {
        unsigned char* rows = state + (i * 64 + warp * 16) * D * 2;
#pragma unroll
        for (int part = 0; part < D / 32; ++part)
            store_rows(staging, acc[i] + part * 16, ones, 16, lane,
                       [&](int row) { return rows + row * D * 2 + part * 64; });
        if ((lane & 3) != 0) continue;
#pragma unroll
        for (int j = 0; j < 2; ++j) {
            const int g = i * 64 + warp * 16 + (lane >> 2) + j * 8;
            const int at = G * D + g / kBlock * normaliser_rows(1) * kBlock + g % kBlock;
            *reinterpret_cast<uint16_t*>(state + at * 2) =
                static_cast<uint16_t>(pack(sums[i][2 * j], 0.f));
        }
    }
#endif
}

}  // namespace slay::kernels
