// The output rows of one segment: y_i = (sum_u poly_ip g_i S_u + sum_{j <= i in the segment}
// (poly_i . poly_j) (g_i . g_j) v_j) / (the same without S's and v's columns + delta).
#pragma once

#include "engine/kernels/launch.cuh"
#include "engine/kernels/output_rows.cuh"
#include "engine/kernels/rounding.cuh"

namespace slay::kernels {

// Two neighbours of a row of y.
template <int Terms>
__device__ __forceinline__ void store_output(unsigned char* at, Element element, float x, float y) {
    if (Terms == 1 || element == Element::bfloat16) {
        *reinterpret_cast<uint32_t*>(at) = pack(x, y);
    } else if (element == Element::float32) {
        *reinterpret_cast<float2*>(at) = make_float2(x, y);
    } else {
        *reinterpret_cast<__half2*>(at) = __floats2half2_rn(x, y);
    }
}

// P of known_map.h. grid (row blocks of the wave, B * H), block 32 * output_warps.
template <int D, int Terms, int P>
__global__ void __launch_bounds__(output_warps<D, Terms, P>() * 32, output_blocks<D, Terms, P>())
    output_kernel(const KernelArguments args) {
    constexpr bool kResident = resident<Terms, P>();
    constexpr int MT = row_tiles<Terms, P>();
    constexpr int kWarps = output_warps<D, Terms, P>(), kThreads = kWarps * 32;
    constexpr int kUnits = units_per_stage(D, Terms), kKeys = key_tile(Terms);
    constexpr int kRowBytes = (D + 8) * 2;
    SLAY_DYNAMIC_SHARED(shared);
    const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    const DeviceFeatures f = known_features<D, P>(args.features);
    const int row_block = P > 0 ? output_rows<D, Terms, P>() : args.row_block;
    const int buffers_of_keys = P > 0 ? 2 : args.buffers, units = P > 0 ? P
                                                                  : P < kTwoFactors
                                                                      ? f.g_padded / kBlock
                                                                      : args.units;
    const bool has_poly = f.p_units > 1, double_buffered = buffers_of_keys == 2;

    // The blocks with the most keys come first.
    const std::int64_t row0 = args.first_segment * args.segment +
                              static_cast<std::int64_t>(gridDim.x - 1 - blockIdx.x) * row_block;
    const std::int64_t segment = args.segment > 0 ? row0 / args.segment : 0;
    const bool has_state = args.segment > 0 && (!args.causal || segment > 0);
    const std::int64_t key_begin = segment * args.segment;
    const std::int64_t key_end = args.causal        ? min(row0 + row_block, args.length)
                                 : args.segment > 0 ? key_begin
                                                    : args.length;
    const int tiles = static_cast<int>((key_end - key_begin + kKeys - 1) / kKeys);
    const int batch = blockIdx.y / args.heads, head = blockIdx.y % args.heads;
    const uint4* omega = f.omega + head * f.omega_stride;
    const OutputLayout layout(row_block, f.g_padded, f.p_units, f.p_padded, D, Terms,
                              buffers_of_keys, args.segment > 0, args.causal || args.segment == 0);
    unsigned char* buffers = shared + layout.buffers_at;
    unsigned char* unsplit = shared + layout.unsplit_at;

    const std::int64_t slot =
        blockIdx.y * args.wave_capacity + (args.causal ? segment - args.first_segment : 0);
    const uint16_t* prefix =
        reinterpret_cast<const uint16_t*>(args.states) + slot * args.elements * Terms;
    const auto fetch_states = [&](int stage) {
        constexpr int kChunks = D / 8, kAtOnce = kThreads / kChunks;  // of a row; rows
        static_assert(kUnits * kBlock % kAtOnce == 0);
        const int row = threadIdx.x / kChunks, chunk = threadIdx.x % kChunks;
        const int last = (units - stage * kUnits) * kBlock;  // rows that are there
        uint16_t* to = reinterpret_cast<uint16_t*>(buffers + (stage & 1) * layout.stage_bytes) +
                       row * (D + 8) + chunk * 8;
        const uint16_t* from =
            prefix +
            (stage * kUnits * kBlock * kChunks + static_cast<int>(threadIdx.x)) * 8 * Terms;
#pragma unroll
        for (int i = 0; i < kUnits * kBlock; i += kAtOnce) {
            const bool there = row + i < last;
#pragma unroll
            for (int t = 0; t < Terms; ++t) {
                copy_async(to + i * (D + 8) + t * layout.stage_plane,
                           there ? from + (i * kChunks * Terms + t) * 8 : prefix, there);
            }
        }
        commit_copies();
    };

    const Rows k(args.k, args.element, batch, head, key_begin);
    const Rows v(args.v, args.element, batch, head, key_begin);
    const auto length = static_cast<int>(min(args.length - key_begin, std::int64_t{1} << 30));
    const auto k_of = [&](int tile) {
        return shared + layout.k_at + (Terms == 1 ? (tile & 1) * layout.k_bytes : 0);
    };
    const auto values_of = [&](int tile) {
        return buffers + layout.values_at + (tile & 1) * layout.value_bytes;
    };
    const auto fetch_keys = [&](int tile) {
        const int row = tile * kKeys;
        if constexpr (Terms == 1) {
            copy_rows<D * 2, kThreads>(k_of(tile), kRowBytes, k, row, kKeys, length - row);
        } else {
            copy_unsplit_rows<D, kThreads>(unsplit, args.element, k, row, kKeys, length - row);
            copy_unsplit_rows<D, kThreads>(unsplit + layout.unsplit_bytes, args.element, v, row,
                                           kKeys, length - row);
        }
    };

    // The queries' factors. Their rows lie where the second stage of states will.
    let_next_grid_start();
    WarpRows<D, Terms, P> rows;
    rows.lane = lane;
    const int row_warps = P > 0 ? kWarps : row_block / 16, ways = kWarps / row_warps;
    const int way = warp / row_warps;
    rows.first_row = warp % row_warps * 16;
    uint16_t* const query_g =
        reinterpret_cast<uint16_t*>(shared) + rows.first_row * layout.g_stride;
    uint16_t* const query_p =
        reinterpret_cast<uint16_t*>(shared + layout.query_p_at) + rows.first_row * layout.p_stride;
    rows.g = query_g;
    rows.poly = query_p;
    {
        const Rows q(args.q, args.element, batch, head, row0);
        unsigned char* planes = buffers + layout.query_rows_at;
        const auto there =
            static_cast<int>(min(args.length - row0, static_cast<std::int64_t>(row_block)));
        const auto form = [&](const uint16_t* from, int row, uint16_t* g, uint16_t* poly, int part,
                              int parts) {
            const RowTile<D, Terms> tile(from, layout.query_plane, f, lane);
            store_features<D, Terms, P>(g, layout.g_stride, layout.query_g_plane, poly,
                                        layout.p_stride, layout.query_p_plane, tile, f, omega,
                                        row0 + row, there - row, part, parts, lane);
        };
        if constexpr (Terms == 1) {
            copy_rows<D * 2, kThreads>(planes, kRowBytes, q, 0, row_block, there);
            if (tiles > 0) fetch_keys(0);
            commit_copies();
            wait_for_copies<0>();
            __syncthreads();
#pragma unroll 1
            for (int m = 0; m < MT; ++m) {
                const int row = rows.row_of(m);
                // Warps that share rows share the work.
                form(reinterpret_cast<uint16_t*>(planes) + row * (D + 8), row,
                     query_g + m * kWarps * 16 * layout.g_stride,
                     query_p + m * kWarps * 16 * layout.p_stride, way, ways);
            }
        } else {
            const int pass = query_pass(row_block, D, Terms), tiles_of_pass = pass / 16;
            const int tile_row = warp % tiles_of_pass * 16;
            copy_unsplit_rows<D, kThreads>(unsplit, args.element, q, 0, pass, there);
            commit_copies();
#pragma unroll 1
            for (int first = 0; first < row_block; first += pass) {
                wait_for_copies<0>();
                __syncthreads();
                split_rows<D, row_terms(Terms), kThreads>(reinterpret_cast<uint16_t*>(planes),
                                                          layout.query_plane, unsplit, args.element,
                                                          pass);
                __syncthreads();
                const int next = first + pass;
                if (next < row_block) {
                    copy_unsplit_rows<D, kThreads>(unsplit, args.element, q, next, pass,
                                                   there - next);
                } else if (tiles > 0) {
                    fetch_keys(0);
                }
                commit_copies();
                const int row = first + tile_row;
                form(
                    reinterpret_cast<uint16_t*>(planes) + tile_row * (D + 8), row,
                    reinterpret_cast<uint16_t*>(shared) + row * layout.g_stride,
                    reinterpret_cast<uint16_t*>(shared + layout.query_p_at) + row * layout.p_stride,
                    warp / tiles_of_pass, kWarps / tiles_of_pass);
            }
        }
    }
    wait_for_previous_grid();
    if (has_state) fetch_states(0);
    __syncthreads();
    if (kResident) rows.load_block(0, layout);

    if (has_state) {
        const uint16_t* normalisers =
            prefix + static_cast<std::int64_t>(units) * kBlock * D * Terms;
        const int z_block = normaliser_rows(f.p_units) * kBlock * Terms;
        const int stages = (units + kUnits - 1) / kUnits;
        if (kResident) rows.add_state_normaliser(normalisers, f.p_units, layout);
        int p = 0, block = 0;  // of the next unit
        for (int stage = 0; stage < stages; ++stage) {
            wait_for_copies<0>();
            __syncthreads();
            if (stage + 1 < stages) fetch_states(stage + 1);
            if (way > 0) continue;
            const uint16_t* states =
                reinterpret_cast<const uint16_t*>(buffers + (stage & 1) * layout.stage_bytes);
            const int count = min(kUnits, units - stage * kUnits);
#pragma unroll 1
            for (int u = 0; u < count; u += has_poly ? 2 : 1) {
                if (!kResident && p == 0) {
                    rows.load_block(block, layout);
                    rows.add_state_normaliser(normalisers + block * z_block, f.p_units, layout);
                }
                const uint16_t* state = states + u * kBlock * (D + 8);
                if (!has_poly) {
                    rows.add_unscaled_unit(state, layout);
                    block += 1;
                    continue;
                }
                rows.add_two_units(p, state, layout);
                p += 2;
                if (!kResident && p == f.p_units) {
                    p = 0;
                    block += 1;
                }
            }
        }
    }

    if (tiles > 0) {
        const auto ahead = static_cast<int>(key_begin - row0);
        const auto buffer_of = [&](int tile) {
            return buffers + (double_buffered ? (tile & 1) * layout.key_bytes : 0);
        };
        const auto fetch_values = [&](int tile) {
            copy_rows<D * 2, kThreads>(values_of(tile), kRowBytes, v, tile * kKeys, kKeys,
                                       length - tile * kKeys);
        };
        constexpr int kRowTiles = kKeys / 16;
        const int tile_row = warp % kRowTiles * 16;
        const auto produce = [&](int tile) {
            unsigned char* buffer = buffer_of(tile);
            const int row = tile * kKeys + tile_row;
            const RowTile<D, Terms> keys(
                reinterpret_cast<const uint16_t*>(k_of(tile)) + tile_row * (D + 8),
                layout.key_v_plane, f, lane);
            store_features<D, Terms, P>(
                reinterpret_cast<uint16_t*>(buffer) + tile_row * layout.g_stride, layout.g_stride,
                layout.key_g_plane,
                reinterpret_cast<uint16_t*>(buffer + layout.key_p_at) + tile_row * layout.p_stride,
                layout.p_stride, layout.key_p_plane, keys, f, omega, key_begin + row, length - row,
                warp / kRowTiles, kWarps / kRowTiles, lane);
        };
        const auto consume = [&](int tile) {
            const unsigned char* buffer = buffer_of(tile);
            const auto* key_g = reinterpret_cast<const uint16_t*>(buffer);
            const auto* key_p = reinterpret_cast<const uint16_t*>(buffer + layout.key_p_at);
            const auto* values = reinterpret_cast<const uint16_t*>(values_of(tile));
            if constexpr (kResident) {
                rows.add_keys_resident(key_g, key_p, values, ahead + tile * kKeys, args.causal,
                                       layout);
            } else {
                rows.add_keys_streamed(key_g, key_p, values, tile, ahead + tile * kKeys,
                                       args.causal, f.g_padded / 16, has_poly ? f.p_padded / 16 : 0,
                                       way, ways, layout);
            }
        };

        if (kResident) rows.load_poly(layout);
        // Half of the warps form the next tile's features before their products and half after.
        const bool early = double_buffered && warp < kWarps / 2;
        for (int tile = -1; tile < tiles; ++tile) {
            wait_for_copies<0>();
            // What was fetched is there; the buffers of tile - 1 (or of the states) are free.
            __syncthreads();
            const bool more = tile + 1 < tiles;
            if (Terms > 1 && more) {
                split_rows<D, row_terms(Terms), kThreads>(reinterpret_cast<uint16_t*>(k_of(0)),
                                                          layout.key_v_plane, unsplit, args.element,
                                                          kKeys);
                split_rows<D, Terms, kThreads>(reinterpret_cast<uint16_t*>(values_of(tile + 1)),
                                               layout.key_v_plane, unsplit + layout.unsplit_bytes,
                                               args.element, kKeys);
                __syncthreads();
            }
            if (tile + 2 < tiles) fetch_keys(tile + 2);
            if (Terms == 1 && more) fetch_values(tile + 1);
            commit_copies();
#pragma unroll 1
            for (int phase = 0; phase < 2; ++phase) {
                if (phase == 1 && !double_buffered) __syncthreads();
                if ((phase == 0) == early) {
                    if (more) produce(tile + 1);
                } else if (tile >= 0) {
                    consume(tile);
                }
            }
        }
    }

    if (P <= 0 && ways > 1) {
        float* share = reinterpret_cast<float*>(buffers) + warp % row_warps * (D / 2 + 2) * 32;
        for (int other = 1; other < ways; ++other) {
            __syncthreads();
            if (way == other) rows.store_share(share);
            __syncthreads();
            if (way == 0) rows.add_share(share);
        }
        if (way > 0) return;
    }

    const Rows y(args.y, args.element, batch, head, row0);
    // Bytes, so that strides in elements are strides in bytes.
    unsigned char* const residual =
        static_cast<unsigned char*>(args.residual.data) + batch * args.residual.batch_stride +
        head * args.residual.head_stride + row0 * args.residual.row_stride;
    float* denominators =
        args.denominators ? args.denominators + blockIdx.y * args.length + row0 : nullptr;
#pragma unroll
    for (int m = 0; m < MT; ++m) {
#pragma unroll
        for (int i = 0; i < 2; ++i) {
            const int row = rows.row_of(m) + (lane >> 2) + i * 8;
            const float denominator = row_sum(rows.sums[m][i]);
            if (row0 + row >= args.length) continue;
            if (denominators && (lane & 3) == 0) denominators[row] = denominator;
            const float inverse = reciprocal(denominator + args.delta);
            const int size = Terms == 1 ? 2 : bytes_of(args.element);
            unsigned char* at = const_cast<unsigned char*>(y.at(row)) + (lane & 3) * 2 * size;
#pragma unroll
            for (int n = 0; n < D / 8; ++n) {
                const float low = rows.acc[m][n][2 * i] * inverse;
                const float high = rows.acc[m][n][2 * i + 1] * inverse;
                store_output<Terms>(at + n * 8 * size, args.element, low, high);
                if (args.residual.data) {
                    const uint32_t bits = pack(low, high);
                    const uint32_t rest = encode_rest(low - low_float(bits), bits) |
                                          encode_rest(high - high_float(bits), bits >> 16) << 8;
                    *reinterpret_cast<uint16_t*>(residual + row * args.residual.row_stride +
                                                 (lane & 3) * 2 + n * 8) =
                        static_cast<uint16_t>(rest);
                }
            }
        }
    }
}

}  // namespace slay::kernels
