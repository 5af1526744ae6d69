// States of one segment: S_u = sum_j g_j[block] (poly_jp v_j)^T and Z_p = sum_j poly_jp g_j.
#pragma once

#include "engine/kernels/launch.cuh"
#include "engine/kernels/state_parts.cuh"

namespace slay::kernels {

// P of known_map.h.
// grid (formed segments / block_segments * groups of units, B * H), block 32 * state_warps.
template <int D, int Terms, int P>
__global__ void __launch_bounds__(state_warps<D, Terms, has_second_factor(P)>() * 32,
                                  state_blocks<D, Terms, P>())
    state_kernel(const KernelArguments args) {
    constexpr bool tensor = has_second_factor(P);
    constexpr int kWarps = state_warps<D, Terms, tensor>(), kThreads = kWarps * 32;
    constexpr int kUnits = units_per_warp<D, Terms, tensor>();
    constexpr int kTile = state_tile<D, Terms, tensor>(), kRowTiles = kWarps / 2;
    SLAY_DYNAMIC_SHARED(shared);
    const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    constexpr int kCount = units_per_state_block<D, Terms, tensor>();
    const DeviceFeatures f = known_features<D, P>(args.features);
    const int units = P > 0 ? P : !tensor ? f.g_padded / kBlock : args.units;
    const int groups = (units + kCount - 1) / kCount;
    const int group = blockIdx.x % groups;
    // A block's segments follow each other, so that its pipeline does not run empty between them.
    const int slot = static_cast<int>(blockIdx.x) / groups * args.block_segments;
    const int slots = min(args.block_segments, args.formed - slot);
    const std::int64_t start = (args.first_segment + slot) * args.segment;
    const int length = static_cast<int>(min(slots * args.segment, args.length - start));
    const int segment_tiles = static_cast<int>(args.segment) / kTile;
    const int batch = blockIdx.y / args.heads, head = blockIdx.y % args.heads;
    const Rows k(args.k, args.element, batch, head, start);
    const Rows v(args.v, args.element, batch, head, start);
    const uint4* omega = f.omega + head * f.omega_stride;

    const UnitSpan span = unit_span(units, f.p_units, kCount, group);
    const int span_units = span.last - span.first;
    const StateLayout layout(kTile, span.block_count, span.p_count, D, Terms, tensor);
    // One factor: the columns of a unit are shared out to warps and, with few units, several warps
    // share those too, each with its own tokens.
    constexpr int kColumns = state_columns<D, tensor>(), kParts = D / kColumns;
    int ways = 1;
    while (!tensor && ways < kTile / 16 && 2 * ways * kParts * span_units <= kWarps) ways *= 2;
    const int way = tensor ? 0 : warp % ways;
    const int column = warp / ways % kParts * kColumns;
    const int unit = span.first + warp / ways / kParts * kUnits;
    const bool active = unit < span.last;
    const int block = (active ? unit : span.first) / f.p_units;
    const int p = active ? unit - block * f.p_units : 0;
    const bool has_normaliser = active && p % 8 == 0 && column == 0;  // its rows: p .. p + 7

    let_next_grid_start();
    StateShare<D, Terms, tensor> share;
    const int tiles = (length + kTile - 1) / kTile;
    unsigned char* unsplit = shared + layout.unsplit_at;
    const auto buffer_of = [&](int tile) { return shared + (tile & 1) * layout.buffer_bytes; };
    const auto k_of = [&](int tile) {
        return shared + layout.k_at + (Terms == 1 ? (tile & 1) * layout.k_bytes : 0);
    };
    constexpr int kRowBytes = (D + 8) * 2;
    const auto fetch_keys = [&](int tile) {
        if constexpr (Terms == 1) {
            copy_rows<D * 2, kThreads>(k_of(tile), kRowBytes, k, tile * kTile, kTile,
                                       length - tile * kTile);
        } else {
            copy_unsplit_rows<D, kThreads>(unsplit, args.element, k, tile * kTile, kTile,
                                           length - tile * kTile);
            copy_unsplit_rows<D, kThreads>(unsplit + layout.unsplit_bytes, args.element, v,
                                           tile * kTile, kTile, length - tile * kTile);
        }
    };
    const auto fetch_values = [&](int tile) {
        copy_rows<D * 2, kThreads>(buffer_of(tile) + layout.v_at, kRowBytes, v, tile * kTile, kTile,
                                   length - tile * kTile);
    };
    // After the barrier that `tile` is there: what features and products read of it.
    const auto prepare = [&](int tile) {
        if constexpr (Terms > 1) {
            split_rows<D, row_terms(Terms), kThreads>(reinterpret_cast<uint16_t*>(k_of(tile)),
                                                      layout.v_plane, unsplit, args.element, kTile);
            split_rows<D, Terms, kThreads>(
                reinterpret_cast<uint16_t*>(buffer_of(tile) + layout.v_at), layout.v_plane,
                unsplit + layout.unsplit_bytes, args.element, kTile);
            __syncthreads();
        }
    };
    const auto produce = [&](int tile) {
        const int row = tile * kTile + warp % kRowTiles * 16;
        store_state_features<D, Terms, P, tensor>(
            buffer_of(tile), reinterpret_cast<const uint16_t*>(k_of(tile)), layout, span, f, omega,
            start + row, length - row, warp, lane);
    };
    const auto consume = [&](int tile) {
        if (!active) return;
        const unsigned char* buffer = buffer_of(tile);
        const uint16_t* g =
            reinterpret_cast<const uint16_t*>(buffer) + (block - span.block_first) * kBlock;
        const uint16_t* poly = reinterpret_cast<const uint16_t*>(buffer + layout.poly_at) +
                               (p - span.p_first) * (kTile + 8);
        const uint16_t* values = reinterpret_cast<const uint16_t*>(buffer + layout.v_at) + column;
#pragma unroll(P > 0 && Terms == 1 ? 2 : 1)
        for (int step = way; step < kTile / 16; step += ways) {
            share.add(g + step * 16 * layout.g_stride, poly + step * 16, has_normaliser,
                      values + step * 16 * (D + 8), layout, lane);
        }
    };

    const auto write = [&](int to) {
        const int z = units * kBlock * D + (block * normaliser_rows(f.p_units) + p) * kBlock;
        share.write(
            args.states + (blockIdx.y * args.wave_capacity + to) * args.elements * 2 * Terms,
            unit * kBlock * D + column, has_normaliser ? z : -1, lane);
    };

    // Of the warps on one scheduler half form the next tile's features before their products and
    // half after, so that tensor cores and the rest of the chip are both busy.
    const bool early = warp < kWarps / 2;
    fetch_keys(0);
    commit_copies();
    int tile = -1;
    for (int s = 0; s < slots; ++s) {
        share.clear();
        const int end = min((s + 1) * segment_tiles, tiles);
        for (; tile < end; ++tile) {
            wait_for_copies<0>();
            __syncthreads();  // what was fetched is there; the buffers of tile - 1 are free
            const bool more = tile + 1 < tiles;
            if (more) prepare(tile + 1);
            if (tile + 2 < tiles) fetch_keys(tile + 2);
            if (Terms == 1 && more) fetch_values(tile + 1);
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
        if (tensor && active) write(slot + s);
    }

    if constexpr (!tensor) {
        __syncthreads();
        float* stored = reinterpret_cast<float*>(shared) + warp / ways * (kColumns + 8) * 32;
        for (int other = 1; other < ways; ++other) {
            __syncthreads();
            if (active && way == other) share.store(stored, lane);
            __syncthreads();
            if (active && way == 0) share.add_stored(stored, lane);
        }
        if (active && way == 0) write(slot);
    }
}

}  // namespace slay::kernels
