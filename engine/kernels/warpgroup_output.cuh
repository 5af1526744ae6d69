// The output rows of one segment with warpgroup products, as output_kernel.cuh: y_i = (sum_u
// poly_ip g_i S_u + sum_{j <= i in the segment} (poly_i . poly_j) (g_i . g_j) v_j) / (the same
// without S's and v's columns + delta).
#pragma once

#include "engine/kernels/launch.cuh"
#include "engine/kernels/rounding.cuh"
#include "engine/kernels/warpgroup_rows.cuh"

namespace slay::kernels {

// 64 output rows of a warpgroup; a warp has 16 of them.
template <int D, int G, int P>
struct GroupOutput {
    static constexpr int kValueBytes = D * 2;
    static constexpr int kFactorBytes = factor_row_bytes(G, P);
    static constexpr int kKeys = 32;  // scored at once
    // Whether products with values may still be under way when the next scores are started; with
    // two factors and 64 columns registers do not suffice.
    static constexpr bool kDeferred = P > 0 && D == 32;
    static constexpr int kPolyKeys = P > 0 ? kKeys : 2;
    static constexpr uint32_t kOnes = 0x3f803f80u;
    GroupFactors<D, G, P> own;
    float acc[D / 2];
    float sums[2];

    __device__ __forceinline__ void clear() {
#pragma unroll
        for (int i = 0; i < D / 2; ++i) acc[i] = 0.f;
        sums[0] = sums[1] = 0.f;
    }

    // Starts the scores of kKeys keys whose factors lie at `factors`; `plane` between planes.
    __device__ __forceinline__ void start_scores(float (&w)[kKeys / 2], float (&s)[kPolyKeys / 2],
                                                 const MatrixOperand<kFactorBytes>& factors,
                                                 int row, int plane) const {
        constexpr int kSteps = kFactorBytes / 32;
        const int first = row * kFactorBytes / 16;
#pragma unroll
        for (int k = 0; k < G / 16; ++k)
            warpgroup_mma<false>(
                w, own.g[k], factors.at(first + k / kSteps * (plane / 16) + k % kSteps * 2), k > 0);
        if constexpr (P > 0) {
#pragma unroll
            for (int k = 0; k < P / 16; ++k)
                warpgroup_mma<false>(s, own.poly[k], factors.at(first + (2 + k) * 2), k > 0);
        }
    }

    // Keys [0, kKeys steps) of the segment. `first` is the warp's first row minus the first key.
    __device__ __forceinline__ void add_keys(const unsigned char* factors, int plane,
                                             const unsigned char* values, int steps, bool causal,
                                             int first, int lane) {
        const MatrixOperand<kFactorBytes> keys(factors);
        const MatrixOperand<kValueBytes> rows(values);
        float w[kKeys / 2], s[kPolyKeys / 2], counts[4] = {};
        uint32_t weights[kKeys / 16][4];
#pragma unroll 1
        for (int step = 0; step < steps; ++step) {
            products_fence();
            start_scores(w, s, keys, step * kKeys, plane);
            commit_products();
            wait_for_products<0>();
            hold(w);
            hold(s);
            if constexpr (P > 0) {
#pragma unroll
                for (int i = 0; i < kKeys / 2; ++i) w[i] *= s[i];
            }
            const int ahead = first - step * kKeys;  // row r sees keys up to ahead + r
            if (causal && ahead < kKeys - 1) {
#pragma unroll
                for (int i = 0; i < kKeys / 2; ++i) {
                    const int key = (i >> 2) * 8 + (lane & 3) * 2 + (i & 1);
                    if (key > ahead + (lane >> 2) + ((i >> 1) & 1) * 8) w[i] = 0.f;
                }
            }
#pragma unroll
            for (int k = 0; k < kKeys / 16; ++k) to_fragment(weights[k], w, k);
            products_fence();
#pragma unroll
            for (int k = 0; k < kKeys / 16; ++k)
                warpgroup_mma<true>(acc, weights[k],
                                    rows.at((step * kKeys + k * 16) * kValueBytes / 16), 1);
            commit_products();
            if constexpr (!kDeferred) {
                wait_for_products<0>();
                hold(acc);
            }
            // The sums of the weights, on tensor cores where these are less busy than the rest.
            if constexpr (P > 0) {
#pragma unroll
                for (int i = 0; i < kKeys / 2; i += 2) sums[(i >> 1) & 1] += w[i] + w[i + 1];
            } else {
#pragma unroll
                for (int k = 0; k < kKeys / 16; ++k) mma(counts, weights[k], kOnes, kOnes);
            }
        }
        wait_for_products<0>();
        hold(acc);
#pragma unroll
        for (int k = 0; k < kKeys / 16; ++k) hold(weights[k]);
        if (P == 0 && (lane & 3) == 0) {  // every column is the sum
            sums[0] += counts[0];
            sums[1] += counts[2];
        }
    }

    // The products with a state, [unit][32][D] in shared memory.
    __device__ __forceinline__ void add_state(const unsigned char* state, int lane) {
        const MatrixOperand<kValueBytes> operand(state);
        if constexpr (P == 0) {
            products_fence();
#pragma unroll
            for (int k = 0; k < G / 16; ++k)
                warpgroup_mma<true>(acc, own.g[k], operand.at(k * kValueBytes), 1);
            commit_products();
            wait_for_products<0>();
            hold(acc);
        } else {
            uint32_t scaled[2][4][4];
#pragma unroll
            for (int pair = 0; pair < P / 2; ++pair) {
                auto& a = scaled[pair & 1];
                // The lane's two rows of poly, elements 2 pair and 2 pair + 1, in each half.
                uint32_t by[2][2];
#pragma unroll
                for (int i = 0; i < 2; ++i) {
                    const uint32_t both =
                        __shfl_sync(0xffffffffu, own.poly[pair / 8][(pair / 4 & 1) * 2 + i],
                                    (lane & 28) | (pair & 3));
                    by[0][i] = twice_low(both);
                    by[1][i] = twice_high(both);
                }
                if (pair > 1) {
                    wait_for_products<1>();
#pragma unroll
                    for (int j = 0; j < 4; ++j) hold(a[j]);
                }
#pragma unroll
                for (int j = 0; j < 4; ++j) {
#pragma unroll
                    for (int i = 0; i < 4; ++i)
                        a[j][i] = multiply(own.g[j & 1][i], by[j >> 1][i & 1]);
                }
                products_fence();
#pragma unroll
                for (int j = 0; j < 4; ++j)
                    warpgroup_mma<true>(acc, a[j], operand.at((pair * 4 + j) * kValueBytes), 1);
                commit_products();
            }
            wait_for_products<0>();
            hold(acc);
#pragma unroll
            for (int j = 0; j < 4; ++j) {
                hold(scaled[0][j]);
                hold(scaled[1][j]);
            }
        }
    }

    // The same for D: Z is [P][32] under a swizzle, or g's G elements in a row.
    __device__ __forceinline__ void add_normalisers(const unsigned char* z, int lane) {
        if constexpr (P > 0) {
            float h[P / 2];
            products_fence();
#pragma unroll
            for (int k = 0; k < 2; ++k)
                warpgroup_mma<false>(h, own.g[k], MatrixOperand<64>(z).at(k * 2), k > 0);
            commit_products();
            wait_for_products<0>();
            hold(h);
#pragma unroll
            for (int i = 0; i < P / 2; i += 2) {
                const uint32_t pair = own.poly[i / 8][(i / 4 & 1) * 2 + (i >> 1 & 1)];
                sums[i >> 1 & 1] += h[i] * low_float(pair) + h[i + 1] * high_float(pair);
            }
        } else {  // the first column of a product whose other columns are zero
            const auto* row = reinterpret_cast<const uint32_t*>(z) + (lane & 3);
            float h[4] = {};
#pragma unroll
            for (int k = 0; k < G / 16; ++k) {
                const uint32_t b0 = lane < 4 ? row[k * 8] : 0u, b1 = lane < 4 ? row[k * 8 + 4] : 0u;
                mma(h, own.g[k], b0, b1);
            }
            sums[0] += h[0] + h[1];
            sums[1] += h[2] + h[3];
        }
    }

    // The warp's rows `first` ... of the block, which has `count`.
    __device__ __forceinline__ void store(const KernelArguments& args, const Rows& y,
                                          unsigned char* residual, float* denominators,
                                          unsigned char* staging, int first, int count, int lane) {
        float inverse[2];
#pragma unroll
        for (int i = 0; i < 2; ++i) {
            const int row = first + (lane >> 2) + i * 8;
            const float denominator = row_sum(sums[i]);
            inverse[i] = reciprocal(denominator + args.delta);
            if (row >= count) continue;
            if (denominators && (lane & 3) == 0) denominators[row] = denominator;
            if (!residual) continue;
            unsigned char* rests = residual + row * args.residual.row_stride + (lane & 3) * 2;
#pragma unroll
            for (int n = 0; n < D / 8; ++n) {
                const float low = acc[n * 4 + 2 * i] * inverse[i];
                const float high = acc[n * 4 + 2 * i + 1] * inverse[i];
                const uint32_t bits = pack(low, high);
                *reinterpret_cast<uint16_t*>(rests + n * 8) =
                    static_cast<uint16_t>(encode_rest(low - low_float(bits), bits) |
                                          encode_rest(high - high_float(bits), bits >> 16) << 8);
            }
        }
#pragma unroll
        for (int part = 0; part < D / 32; ++part)
            store_rows(staging, acc + part * 16, inverse, count - first, lane, [&](int row) {
                return const_cast<unsigned char*>(y.at(first + row)) + part * 64;
            });
    }
};

// G and P as compiled: two factors, or (P 0) one. grid (row blocks of the wave, B * H). Without
// sm_90a the body is empty; warpgroups_usable says so.
template <int D, int G, int P>
__global__ void __launch_bounds__(output_groups(P) * 128, output_blocks(D, G, P))
    group_output_kernel(const KernelArguments args) {
#if defined(__CUDA_ARCH_FEAT_SM90_ALL)
    using Output = GroupOutput<D, G, P>;
    constexpr int kGroups = output_groups(P), kThreads = kGroups * 128;
    SLAY_DYNAMIC_SHARED(given);
    unsigned char* const shared = aligned_shared(given);
    const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5 & 3, group = warpgroup_of_thread();
    const DeviceFeatures& f = args.features;

    // The blocks with the most keys come first. With states a block is a segment.
    const int place = static_cast<int>(gridDim.x - 1 - blockIdx.x);
    const std::int64_t row0 =
        args.first_segment * args.segment + static_cast<std::int64_t>(place) * args.row_block;
    const bool has_state = args.segment > 0 && (!args.causal || row0 > 0);
    const bool has_keys = args.causal || args.segment == 0;
    const std::int64_t key_begin = args.causal && args.segment > 0 ? row0 : 0;
    const std::int64_t key_end = !has_keys     ? key_begin
                                 : args.causal ? min(row0 + args.row_block, args.length)
                                               : args.length;
    const int keys = static_cast<int>(key_end - key_begin);
    const int key_tiles = (keys + kGroupRows - 1) / kGroupRows;
    const int count =
        static_cast<int>(min(args.length - row0, static_cast<std::int64_t>(args.row_block)));
    const int tiles = (count + kGroupRows - 1) / kGroupRows;
    const int ahead = static_cast<int>(has_keys ? row0 - key_begin : 0);
    const int batch = blockIdx.y / args.heads, head = blockIdx.y % args.heads;
    const GroupOutputLayout layout(D, G, P, args.key_capacity, f.identity, args.segment > 0);
    unsigned char* const weights = shared;
    float* const offsets = reinterpret_cast<float*>(shared + layout.offsets_at);
    unsigned char* const normalisers = shared + layout.normalisers_at;
    unsigned char* const factors = shared + layout.factors_at;
    unsigned char* const values = shared + layout.values_at;
    unsigned char* const states = shared + layout.states_at;
    unsigned char* const staging =
        shared + layout.staging_at + static_cast<int>(threadIdx.x >> 5) * kStagingBytes;
    constexpr int kPieces = D / 8, kRowsApart = kThreads / kPieces;
    const int piece = threadIdx.x % kPieces, piece_row = threadIdx.x / kPieces;

    let_next_grid_start();
    const Rows k(args.k, args.element, batch, head, key_begin);
    // Rows of keys come to where the factors of these will lie, if there is room for them.
    constexpr bool kStaged = D * 2 <= Output::kFactorBytes;
    const auto own_keys = [&](int tile) {
        return factors + (tile * kGroupRows + warp * 16) * Output::kFactorBytes;
    };
    if constexpr (kStaged) {
        for (int tile = group; tile < key_tiles; tile += kGroups)
            GroupRows<D>::fetch_shared(own_keys(tile), k, tile * kGroupRows + warp * 16, keys,
                                       lane);
    }
    commit_copies();
    copy_values<D, kThreads>(values, Rows(args.v, args.element, batch, head, key_begin),
                             key_tiles * kGroupRows, keys);
    commit_copies();
    const Rows q(args.q, args.element, batch, head, row0);
    // Of each kGroups tiles a warpgroup has one, in turns from the front and from the back.
    const auto tile_of = [&](int round) {
        return round * kGroups + (round & 1 ? kGroups - 1 - group : group);
    };
    FetchedRows<D> next;
    if constexpr (kStaged) {
        next.fetch(q, tile_of(0) * kGroupRows + warp * 16, count, lane);
    } else {
        next.fetch(k, group * kGroupRows + warp * 16, keys, lane);
    }
    if (!f.identity)
        load_weights<D, G, P, kThreads>(weights, offsets, f, f.omega + head * f.omega_stride);
    publish_to_products();
    __syncthreads();
    wait_for_copies<1>();  // the lane's own rows

#pragma unroll 1
    for (int tile = group; tile < key_tiles; tile += kGroups) {
        GroupRows<D> rows;
        if constexpr (kStaged) {
            rows.load_shared(own_keys(tile), lane);
        } else {
            rows.take(next);
            next.fetch(k, (tile + kGroups) * kGroupRows + warp * 16, keys, lane);
        }
        rows.form_norms(P > 0 || f.normalise);
        GroupFactors<D, G, P> made;
        const int row = tile * kGroupRows + warp * 16;
        made.form(rows, weights, offsets, f, key_begin + row, keys - row, lane);
        const auto put = [&](const uint32_t(&a)[4], int step) {
            constexpr int kSteps = Output::kFactorBytes / 32;
            unsigned char* plane = factors + step / kSteps * layout.factor_plane;
            store_matrices<false>(plane + swizzled<Output::kFactorBytes>(
                                              row + (lane & 15), step % kSteps * 2 + (lane >> 4)),
                                  a);
        };
        __syncwarp();  // all lanes have taken their part of the rows
#pragma unroll
        for (int i = 0; i < G / 16; ++i) put(made.g[i], i);
#pragma unroll
        for (int i = 0; i < P / 16; ++i) put(made.poly[i], 2 + i);
    }
    if constexpr (!kStaged) next.fetch(q, tile_of(0) * kGroupRows + warp * 16, count, lane);
    wait_for_previous_grid();
    if (has_state) {
        const std::int64_t slot = blockIdx.y * args.wave_capacity + (args.causal ? place : 0);
        const unsigned char* state = args.states + slot * args.elements * 2;
        constexpr int kUnitRows = G * (P > 0 ? P : 1);
        static_assert(kRowsApart % 8 == 0);
        unsigned char* to = states + swizzled<D * 2>(piece_row, piece);
        const unsigned char* from = state + threadIdx.x * 16;
#pragma unroll
        for (int i = 0; i < kUnitRows; i += kRowsApart) {
            // A small state has fewer pieces than the block has threads.
            if (kUnitRows % kRowsApart != 0 && piece_row + i >= kUnitRows) break;
            copy_async(to + i * D * 2, from + i * D * 2, true);
        }
        const unsigned char* z = state + kUnitRows * D * 2;
        if (P > 0) {
            const int row = threadIdx.x / 4;
            if (row < P)
                copy_async(normalisers + swizzled<64>(row, threadIdx.x % 4), z + threadIdx.x * 16,
                           true);
        } else if (threadIdx.x < G / 8) {
            const int block = threadIdx.x / 4, chunk = threadIdx.x % 4;
            copy_async(normalisers + threadIdx.x * 16,
                       z + block * normaliser_rows(1) * 64 + chunk * 16, true);
        }
    }
    commit_copies();
    wait_for_copies<1>();
    publish_to_products();
    __syncthreads();  // the keys' factors and values are there

    const Rows y(args.y, args.element, batch, head, row0);
    unsigned char* const residual = residual_rows(args, batch, head, row0);
    float* denominators =
        args.denominators ? args.denominators + blockIdx.y * args.length + row0 : nullptr;
    const int rounds = (tiles + kGroups - 1) / kGroups;
#pragma unroll 1
    for (int round = 0; round < rounds; ++round) {
        const int tile = tile_of(round), row = tile * kGroupRows + warp * 16;
        const bool live = tile < tiles;
        Output out;
        if (live) {
            GroupRows<D> rows;
            rows.take(next);
            next.fetch(q, tile_of(round + 1) * kGroupRows + warp * 16, count, lane);
            rows.form_norms(P > 0 || f.normalise);
            out.own.form(rows, weights, offsets, f, row0 + row, 16, lane);
            out.clear();
            const int seen =
                !args.causal ? key_tiles : min(ahead / kGroupRows + tile + 1, key_tiles);
            out.add_keys(factors, layout.factor_plane, values, seen * (kGroupRows / Output::kKeys),
                         args.causal, ahead + row, lane);
        }
        if (round == 0 && has_state) {
            wait_for_copies<0>();
            publish_to_products();
            __syncthreads();  // the state is there
        }
        if (!live) continue;
        if (has_state) {
            out.add_normalisers(normalisers, lane);
            out.add_state(states, lane);
        }
        out.store(args, y, residual, denominators, staging, row, count, lane);
    }
#endif
}

}  // namespace slay::kernels
