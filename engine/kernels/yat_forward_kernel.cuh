// y_i = sum_j K_ij v_j / (D_i + delta) in tiles of keys; K only in registers.
#pragma once

#include "engine/kernels/yat_store.cuh"

namespace slay::kernels {

// What a warp keeps of its rows. With t_ij = q_i.k_j / |k_j| and u = (1 - x) / 2, clamped to [0,
// 1]:
//   K = x^2 / (eps + 4 u) = (1 / (4 |q_i|^2)) t^2 / (u + eps / 4),
// so that the row's factor is applied once, at the end. Operands in two terms are 16 q^ and 16 k^:
// t = 256 x.
template <int D, YatLane lane_type>
struct YatForwardRows {
    static constexpr YatBlock kBlock = yat_block(YatPass::forward, D, lane_type);
    static constexpr int MT = kBlock.row_tiles;
    static constexpr int kStride = D + 8;
    static constexpr int kPlane = kBlock.tile * kStride;  // elements
    static constexpr int kScoreTerms = yat_score_terms(lane_type);
    static constexpr int kTerms = yat_terms(lane_type);
    static constexpr bool kRaw = yat_raw(lane_type);
    static constexpr int kColumnsAt = (kScoreTerms + kTerms) * kPlane;
    static constexpr bool kAhead = lane_type == YatLane::bfloat16;
    using Scores = float[MT][2][4];
    using Weights = uint32_t[MT][4][kTerms];

    OwnRows<D, MT, kScoreTerms> q;
    float slope[MT][2];       // u = 1/2 + slope t
    float acc[MT][D / 8][4];  // sum_j K v_j
    float sums[MT][4];  // sum_j K: all of it in [0] and [2], or with several terms a lane's part

    // t but for 1 / |k_j|, of sixteen keys from `key` of a tile.
    __device__ __forceinline__ void score(Scores& s, const uint16_t* tile, int key,
                                          int lane) const {
#pragma unroll
        for (int m = 0; m < MT; ++m)
#pragma unroll
            for (int n = 0; n < 2; ++n)
#pragma unroll
                for (int i = 0; i < 4; ++i) s[m][n][i] = 0.f;
        const auto own = [&](uint32_t(&a)[4], int m, int p, int kk) {
#pragma unroll
            for (int i = 0; i < 4; ++i) a[i] = q.a[m][p][kk][i];
        };
        add_products<D, MT, kScoreTerms, lane_type != YatLane::bfloat16>(
            s, own, tile + key * kStride + columns_first(lane, kStride), kPlane);
    }

    // K, but for the row's factor. `ahead`: the warp's first row minus the tile's first key.
    template <bool masked>
    __device__ __forceinline__ void weigh(Weights& weights, const Scores& s, const uint16_t* tile,
                                          int key, int ahead, float quarter_epsilon, int lane) {
        const auto* inverse = reinterpret_cast<const float*>(tile + kColumnsAt);
#pragma unroll
        for (int n = 0; n < 2; ++n) {
            const int first = key + n * 8 + (lane & 3) * 2;
            float2 column = make_float2(1.f, 1.f);
            if constexpr (kRaw) column = *reinterpret_cast<const float2*>(inverse + first);
#pragma unroll
            for (int m = 0; m < MT; ++m) {
                float w[4];
#pragma unroll
                for (int i = 0; i < 4; ++i) {
                    float t = s[m][n][i];
                    if constexpr (kRaw) t *= (i & 1) ? column.y : column.x;
                    const float u = multiply_add_saturated(t, slope[m][i >> 1], 0.5f);
                    w[i] = t * t * reciprocal(u + quarter_epsilon);
                    if constexpr (masked) {
                        const int row = ahead + m * 16 + (lane >> 2) + (i >> 1) * 8;
                        w[i] = first + (i & 1) <= row ? w[i] : 0.f;
                    }
                }
                if constexpr (kTerms > 1) {
                    sums[m][0] += w[0] + w[1];
                    sums[m][2] += w[2] + w[3];
                }
                to_terms(w[0], w[1], weights[m][n * 2]);
                to_terms(w[2], w[3], weights[m][n * 2 + 1]);
            }
        }
    }

    __device__ __forceinline__ void add_values(const Weights& weights, const uint16_t* tile,
                                               int key, int lane) {
        add_weighted<D, MT, kTerms>(
            acc, weights, tile + kScoreTerms * kPlane + key * kStride + rows_first(lane, kStride),
            kPlane);
        if constexpr (kTerms == 1) {  // against a column of ones: the weights as they were rounded
            constexpr uint32_t kOnes = 0x3f803f80u;
#pragma unroll
            for (int m = 0; m < MT; ++m) {
                const uint32_t a[4] = {weights[m][0][0], weights[m][1][0], weights[m][2][0],
                                       weights[m][3][0]};
                mma(sums[m], a, kOnes, kOnes);
            }
        }
    }

    // A tile without a mask: the scores of the next sixteen keys are under way while K is formed.
    __device__ __forceinline__ void add_tile(const uint16_t* tile, float quarter_epsilon,
                                             int lane) {
        constexpr int kSteps = kBlock.tile / 16;
        Scores s[kAhead ? 2 : 1];
        if constexpr (kAhead) score(s[0], tile, 0, lane);
#pragma unroll
        for (int step = 0; step < kSteps; ++step) {
            if constexpr (kAhead) {
                if (step + 1 < kSteps) score(s[(step + 1) & 1], tile, (step + 1) * 16, lane);
            } else {
                score(s[0], tile, step * 16, lane);
            }
            Weights weights;
            weigh<false>(weights, s[kAhead ? step & 1 : 0], tile, step * 16, 0, quarter_epsilon,
                         lane);
            add_values(weights, tile, step * 16, lane);
        }
    }

    __device__ __forceinline__ void add_masked(const uint16_t* tile, int ahead,
                                               float quarter_epsilon, int lane) {
#pragma unroll 1
        for (int key = 0; key < kBlock.tile && key < ahead + MT * 16; key += 16) {
            Scores s;
            score(s, tile, key, lane);
            Weights weights;
            weigh<true>(weights, s, tile, key, ahead, quarter_epsilon, lane);
            add_values(weights, tile, key, lane);
        }
    }
};

// grid as YatPlace has it: the longest blocks first. With one range y is written, else the sums of
// each range of `chunk` keys.
template <int D, YatLane lane_type>
__global__ void __launch_bounds__(yat_block(YatPass::forward, D, lane_type).threads(),
                                  yat_block(YatPass::forward, D, lane_type).resident)
    yat_forward_kernel(const YatArguments args) {
    using Rows = YatForwardRows<D, lane_type>;
    constexpr YatBlock kBlock = Rows::kBlock;
    constexpr int MT = Rows::MT;
    constexpr int kTile = kBlock.tile, kStages = kBlock.stages, kThreads = kBlock.threads();
    constexpr int kCount = yat_accumulators(YatPass::forward, D, lane_type);
    constexpr int kStageBytes = static_cast<int>(yat_stage_bytes(YatPass::forward, D, lane_type));
    SLAY_DYNAMIC_SHARED(shared);

    const int lane = static_cast<int>(threadIdx.x) & 31;
    const int warp = static_cast<int>(threadIdx.x) >> 5;
    const YatPlace place(args.pairs, args.splits);
    const std::int64_t block_row = (place.blocks - 1 - place.order) * kBlock.rows();
    const std::int64_t key_begin = place.range * args.chunk;
    const std::int64_t seen =
        args.causal ? min(block_row + kBlock.rows(), args.length) : args.length;
    const std::int64_t key_end = min(key_begin + args.chunk, seen);
    if (key_begin >= key_end) return;
    const auto tiles = static_cast<int>((key_end - key_begin + kTile - 1) / kTile);

    const uint16_t* k_head = head_of(args.k, place.pair, args.heads);
    const uint16_t* v_head = head_of(args.v, place.pair, args.heads);
    const std::int64_t padded_head = place.pair * args.padded;
    const auto stage = [&](int tile) {
        return reinterpret_cast<uint16_t*>(shared + tile % kStages * kStageBytes);
    };
    const auto fetch = [&](int tile) {
        const std::int64_t key = key_begin + static_cast<std::int64_t>(tile) * kTile;
        uint16_t* at = stage(tile);
        copy_rows<D, kTile, Rows::kScoreTerms, kThreads>(at, k_head, args.k, key, args.length,
                                                         args.head_dim);
        copy_rows<D, kTile, Rows::kTerms, kThreads>(at + Rows::kScoreTerms * Rows::kPlane, v_head,
                                                    args.v, key, args.length, args.head_dim);
        if constexpr (Rows::kRaw) {
            const int i = static_cast<int>(threadIdx.x) * 4;
            auto* inverse = reinterpret_cast<float*>(at + Rows::kColumnsAt);
            if (i < kTile) copy_async(inverse + i, args.inverse_k + padded_head + key + i, true);
        }
    };
#pragma unroll
    for (int i = 0; i + 1 < kStages; ++i) {
        if (i < tiles) fetch(i);
        commit_copies();
    }

    Rows rows;
    const std::int64_t row0 = block_row + warp * MT * 16;
    rows.q.load(head_of(args.q, place.pair, args.heads), args.q, row0, args.length, args.head_dim,
                lane);
    float factor[MT][2];
#pragma unroll
    for (int m = 0; m < MT; ++m) {
#pragma unroll
        for (int i = 0; i < 2; ++i) {
            float inverse = 1.f / 256.f;
            if constexpr (Rows::kRaw)
                inverse = args.inverse_q[padded_head + row0 + m * 16 + i * 8 + (lane >> 2)];
            rows.slope[m][i] = -0.5f * inverse;
            factor[m][i] = 0.25f * inverse * inverse;
        }
#pragma unroll
        for (int n = 0; n < D / 8; ++n)
#pragma unroll
            for (int i = 0; i < 4; ++i) rows.acc[m][n][i] = 0.f;
#pragma unroll
        for (int i = 0; i < 4; ++i) rows.sums[m][i] = 0.f;
    }

    // Sums beyond the accumulators: in shared memory where there are more keys than they can hold.
    constexpr int kFlushTiles = yat_flush_rows(lane_type) / kTile;
    const bool flushes = tiles > kFlushTiles;
    float* totals = reinterpret_cast<float*>(shared + kStages * kStageBytes);
    const auto flush_all = [&] {
        flush<MT * D / 2, kThreads>(totals, &rows.acc[0][0][0]);
#pragma unroll
        for (int m = 0; m < MT; ++m) {
#pragma unroll
            for (int i = 0; i < 4; i += 2) {
                flush<1, kThreads>(totals + (MT * D / 2 + m * 2 + i / 2) * kThreads,
                                   &rows.sums[m][i]);
                rows.sums[m][i + 1] = 0.f;
            }
        }
    };
    if (flushes) {
#pragma unroll
        for (int i = 0; i < kCount; ++i) totals[i * kThreads + threadIdx.x] = 0.f;
    }

    for (int tile = 0; tile < tiles; ++tile) {
        wait_for_copies<kStages - 2>();
        __syncthreads();
        if (tile + kStages - 1 < tiles) fetch(tile + kStages - 1);
        commit_copies();
        const uint16_t* at = stage(tile);
        const std::int64_t distance = row0 - key_begin - static_cast<std::int64_t>(tile) * kTile;
        if (!args.causal || distance >= kTile - 1) {
            rows.add_tile(at, args.quarter_epsilon, lane);
        } else {
            rows.add_masked(at, static_cast<int>(distance), args.quarter_epsilon, lane);
        }
        if (flushes && (tile + 1) % kFlushTiles == 0) flush_all();
    }
    if (flushes) {
        flush_all();
#pragma unroll
        for (int i = 0; i < MT * D / 2; ++i)
            (&rows.acc[0][0][0])[i] = totals[i * kThreads + threadIdx.x];
#pragma unroll
        for (int i = 0; i < MT * 2; ++i)
            rows.sums[i / 2][i % 2 * 2] = totals[(MT * D / 2 + i) * kThreads + threadIdx.x];
    }

#pragma unroll
    for (int m = 0; m < MT; ++m) {
#pragma unroll
        for (int i = 0; i < 2; ++i) {
            float sum = rows.sums[m][2 * i];
            if constexpr (Rows::kTerms > 1) sum = row_sum(sum);
            store_row<D>(args, place, row0 + m * 16 + i * 8 + (lane >> 2), &rows.acc[m][0][0], i,
                         sum, factor[m][i], lane);
        }
    }
}

}  // namespace slay::kernels
