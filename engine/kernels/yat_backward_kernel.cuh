// The gradients of exact Yat in two passes over recomputed scores: one whose blocks own queries
// (dq^) and one whose blocks own keys (dk^, dv). With c_i = 1 / (D_i + delta):
//   dK_ij = c_i (dy_i.v_j - dy_i.y_i),   dK/dx = 2 (x + K) / (C - 2x) = 2 (p + p^2), p = x / (C -
//   2x) dq^_i = sum_j dK_ij dK/dx k^_j,   dk^_j = sum_i dK_ij dK/dx q^_i,   dv_j = sum_i K_ij c_i
//   dy_i.
// Where the clamp C - 2x >= eps holds, dK/dx = 2 p.
#pragma once

#include "engine/kernels/yat_parts.cuh"

namespace slay::kernels {

// `pass` queries: own rows i, tiles of keys {k, v}; keys: own rows j, tiles of queries {q, dy}.
template <int D, YatLane lane_type, YatPass pass>
struct YatBackwardRows {
    static constexpr YatBlock kBlock = yat_block(pass, D, lane_type);
    static constexpr int MT = kBlock.row_tiles;
    static constexpr int kStride = D + 8;
    static constexpr int kPlane = kBlock.tile * kStride;
    static constexpr int kScoreTerms = yat_score_terms(lane_type);
    static constexpr int kTerms = yat_terms(lane_type);
    static constexpr bool kRaw = yat_raw(lane_type);
    static constexpr bool kKeys = pass == YatPass::keys;
    static constexpr int kSums = kKeys ? 2 : 1;
    // Where the tile's planes begin: the scores' operand, the same as a factor of dx, v or dy.
    static constexpr int kFactorTerms = yat_factor_terms(pass, lane_type);
    static constexpr int kFactorAt = kFactorTerms > 0 ? kScoreTerms* kPlane : 0;
    static constexpr int kValuesAt = (kScoreTerms + kFactorTerms) * kPlane;
    static constexpr int kColumnsAt = yat_tile_planes(pass, lane_type) * kPlane;
    using Scores = float[MT][2][4];
    using Weights = uint32_t[MT][4][kTerms];

    OwnRows<D, kBlock.own_shared ? 1 : MT, kScoreTerms> x;  // q or k
    OwnRows<D, kBlock.own_shared ? 1 : MT, kTerms> y;       // dy or v
    const uint16_t* own;  // own_shared: the warp's rows of x's, then y's planes, [rows][D + 8]
    float scale[MT][2];   // x / 4 = scale t
    float start[MT][2];   // -dy_i.y_i, queries only
    float acc[kSums][MT][D / 8][4];

    template <bool second>
    __device__ __forceinline__ void own_fragment(uint32_t (&a)[4], int m, int p, int kk,
                                                 int lane) const {
        if constexpr (kBlock.own_shared) {
            load_matrices(a, own + ((second ? kScoreTerms : 0) + p) * kBlock.rows() * kStride +
                                 m * 16 * kStride + kk * 16 + rows_first(lane, kStride));
        } else {
#pragma unroll
            for (int i = 0; i < 4; ++i) {
                if constexpr (second) {
                    a[i] = y.a[m][p][kk][i];
                } else {
                    a[i] = x.a[m][p][kk][i];
                }
            }
        }
    }

    // Sixteen rows of a tile from `other`. `ahead`: the warp's first row minus the tile's first.
    template <bool masked>
    __device__ __forceinline__ void add(const uint16_t* tile, const float* columns, int other,
                                        int ahead, float quarter_epsilon, int lane) {
        // {1/|u|, c, c/|u|, -dy.y} of the columns this lane holds: two of each n8 tile.
        float4 column[2][2];
#pragma unroll
        for (int n = 0; n < 2; ++n) {
            const int at = other + n * 8 + (lane & 3) * 2;
            if constexpr (kKeys) {
                column[n][0] = reinterpret_cast<const float4*>(columns)[at];
                column[n][1] = reinterpret_cast<const float4*>(columns)[at + 1];
            } else if constexpr (kRaw) {
                const float2 two = *reinterpret_cast<const float2*>(columns + at);
                column[n][0].x = two.x;
                column[n][1].x = two.y;
            }
        }
        Scores s, g;
#pragma unroll
        for (int m = 0; m < MT; ++m)
#pragma unroll
            for (int n = 0; n < 2; ++n)
#pragma unroll
                for (int i = 0; i < 4; ++i) {
                    s[m][n][i] = 0.f;
                    g[m][n][i] = kKeys ? column[n][i & 1].w : start[m][i >> 1];
                }
        const int row_major = other * kStride + columns_first(lane, kStride);
        add_products<D, MT, kScoreTerms, lane_type != YatLane::bfloat16>(
            s,
            [&](uint32_t(&a)[4], int m, int p, int kk) { own_fragment<false>(a, m, p, kk, lane); },
            tile + row_major, kPlane);
        add_products<D, MT, kTerms, false>(
            g,
            [&](uint32_t(&a)[4], int m, int p, int kk) { own_fragment<true>(a, m, p, kk, lane); },
            tile + kValuesAt + row_major, kPlane);

        Weights weights[kSums];
#pragma unroll
        for (int n = 0; n < 2; ++n) {
#pragma unroll
            for (int m = 0; m < MT; ++m) {
                float dx[4], value[4];
#pragma unroll
                for (int i = 0; i < 4; ++i) {
                    float t = s[m][n][i];
                    if constexpr (kRaw) t *= column[n][i & 1].x;
                    const float quarter = t * scale[m][i >> 1];
                    const float u = multiply_add_saturated(t, -2.f * scale[m][i >> 1], 0.5f);
                    const float p = quarter * reciprocal(u + quarter_epsilon);
                    const float inside = multiply_saturated(u, 1e30f);  // 0 in the clamp, or 1
                    dx[i] = fmaf(p * inside, p, p) * g[m][n][i];
                    if constexpr (kKeys) {
                        dx[i] *= column[n][i & 1].z;
                        value[i] = quarter * p * column[n][i & 1].y;
                    } else if constexpr (kRaw) {
                        dx[i] *= column[n][i & 1].x;
                    }
                    if constexpr (masked) {
                        const int row = ahead + m * 16 + (lane >> 2) + (i >> 1) * 8;
                        const int at = other + n * 8 + (lane & 3) * 2 + (i & 1);
                        const bool kept = kKeys ? at >= row : at <= row;
                        dx[i] = kept ? dx[i] : 0.f;
                        if constexpr (kKeys) value[i] = kept ? value[i] : 0.f;
                    }
                }
                to_terms(dx[0], dx[1], weights[0][m][n * 2]);
                to_terms(dx[2], dx[3], weights[0][m][n * 2 + 1]);
                if constexpr (kKeys) {
                    to_terms(value[0], value[1], weights[kSums - 1][m][n * 2]);
                    to_terms(value[2], value[3], weights[kSums - 1][m][n * 2 + 1]);
                }
            }
        }
        const int column_major = other * kStride + rows_first(lane, kStride);
        add_weighted<D, MT, kTerms>(acc[0], weights[0], tile + kFactorAt + column_major, kPlane);
        if constexpr (kKeys) {
            add_weighted<D, MT, kTerms>(acc[kSums - 1], weights[kSums - 1],
                                        tile + kValuesAt + column_major, kPlane);
        }
    }
};

// grid as YatPlace has it, the longest blocks first; writes float32 sums of each range of `chunk`
// rows of the other side.
template <int D, YatLane lane_type, YatPass pass>
__global__ void __launch_bounds__(yat_block(pass, D, lane_type).threads(),
                                  yat_block(pass, D, lane_type).resident)
    yat_backward_kernel(const YatArguments args) {
    using Rows = YatBackwardRows<D, lane_type, pass>;
    constexpr YatBlock kBlock = Rows::kBlock;
    constexpr int MT = Rows::MT;
    constexpr bool kKeys = Rows::kKeys;
    constexpr int kTile = kBlock.tile, kStages = kBlock.stages, kThreads = kBlock.threads();
    constexpr int kCount = yat_accumulators(pass, D, lane_type);
    constexpr int kStageBytes = static_cast<int>(yat_stage_bytes(pass, D, lane_type));
    constexpr int kColumnsAt = Rows::kColumnsAt;
    SLAY_DYNAMIC_SHARED(shared);

    const int lane = static_cast<int>(threadIdx.x) & 31;
    const int warp = static_cast<int>(threadIdx.x) >> 5;
    const YatPlace place(args.pairs, args.splits);
    const std::int64_t block_row =
        (kKeys ? place.order : place.blocks - 1 - place.order) * kBlock.rows();
    std::int64_t begin = place.range * args.chunk;
    std::int64_t end = min(begin + args.chunk, args.length);
    if (args.causal && kKeys) begin = max(begin, block_row / kTile * kTile);
    if (args.causal && !kKeys) end = min(end, block_row + kBlock.rows());
    if (begin >= end) return;
    const auto tiles = static_cast<int>((end - begin + kTile - 1) / kTile);

    const YatOperand& score = kKeys ? args.q : args.k;
    const YatOperand& factor = kKeys ? args.q_in : args.k_in;
    const YatOperand& values = kKeys ? args.dy : args.v;
    const uint16_t* score_head = head_of(score, place.pair, args.heads);
    const uint16_t* factor_head = head_of(factor, place.pair, args.heads);
    const uint16_t* values_head = head_of(values, place.pair, args.heads);
    const float* columns =
        kKeys ? reinterpret_cast<const float*>(args.columns + place.pair * args.padded)
              : args.inverse_k + place.pair * args.padded;
    const auto stage = [&](int tile) {
        return reinterpret_cast<uint16_t*>(shared + tile % kStages * kStageBytes);
    };
    const auto fetch = [&](int tile) {
        const std::int64_t row = begin + static_cast<std::int64_t>(tile) * kTile;
        uint16_t* at = stage(tile);
        copy_rows<D, kTile, Rows::kScoreTerms, kThreads>(at, score_head, score, row, args.length,
                                                         args.head_dim);
        if constexpr (Rows::kFactorTerms > 0) {
            copy_rows<D, kTile, Rows::kFactorTerms, kThreads>(
                at + Rows::kFactorAt, factor_head, factor, row, args.length, args.head_dim);
        }
        copy_rows<D, kTile, Rows::kTerms, kThreads>(at + Rows::kValuesAt, values_head, values, row,
                                                    args.length, args.head_dim);
        constexpr int kFloats = yat_column_floats(pass);
        if constexpr (kKeys || Rows::kRaw) {
            auto* to = reinterpret_cast<float*>(at + kColumnsAt);
            const int i = static_cast<int>(threadIdx.x) * 4;
            if (i < kTile * kFloats) copy_async(to + i, columns + row * kFloats + i, true);
        }
    };

    Rows rows;
    const std::int64_t row0 = block_row + warp * MT * 16;
    const YatOperand& own_x = kKeys ? args.k : args.q;
    const YatOperand& own_y = kKeys ? args.v : args.dy;
    if constexpr (kBlock.own_shared) {
        auto* own = reinterpret_cast<uint16_t*>(shared + kStages * kStageBytes);
        constexpr int kOwnPlane = kBlock.rows() * Rows::kStride;
        copy_rows<D, kBlock.rows(), Rows::kScoreTerms, kThreads>(
            own, head_of(own_x, place.pair, args.heads), own_x, block_row, args.length,
            args.head_dim);
        copy_rows<D, kBlock.rows(), Rows::kTerms, kThreads>(
            own + Rows::kScoreTerms * kOwnPlane, head_of(own_y, place.pair, args.heads), own_y,
            block_row, args.length, args.head_dim);
        rows.own = own + warp * MT * 16 * Rows::kStride;
    } else {
        rows.x.load(head_of(own_x, place.pair, args.heads), own_x, row0, args.length, args.head_dim,
                    lane);
        rows.y.load(head_of(own_y, place.pair, args.heads), own_y, row0, args.length, args.head_dim,
                    lane);
    }
#pragma unroll
    for (int i = 0; i + 1 < kStages; ++i) {
        if (i < tiles) fetch(i);
        commit_copies();
    }
    float row_factor[MT][2];
#pragma unroll
    for (int m = 0; m < MT; ++m) {
#pragma unroll
        for (int i = 0; i < 2; ++i) {
            const std::int64_t at = place.pair * args.padded + row0 + m * 16 + i * 8 + (lane >> 2);
            float inverse = 1.f / 256.f;
            row_factor[m][i] = 2.f;
            if constexpr (kKeys) {
                if constexpr (Rows::kRaw) inverse = args.inverse_k[at];
            } else {
                const float4 row = args.columns[at];
                if constexpr (Rows::kRaw) inverse = row.x;
                rows.start[m][i] = row.w;
                row_factor[m][i] *= row.y;
            }
            rows.scale[m][i] = 0.25f * inverse;
        }
    }
    float* acc = &rows.acc[0][0][0][0];
#pragma unroll
    for (int i = 0; i < kCount; ++i) acc[i] = 0.f;

    constexpr int kFlushTiles = yat_flush_rows(lane_type) / kTile;
    const bool flushes = tiles > kFlushTiles;
    constexpr int kOwnBytes =
        kBlock.own_shared ? kBlock.rows() * yat_own_planes(lane_type) * Rows::kStride * 2 : 0;
    float* totals = reinterpret_cast<float*>(shared + kStages * kStageBytes + kOwnBytes);
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
        const auto* column = reinterpret_cast<const float*>(at + kColumnsAt);
        const std::int64_t distance = row0 - begin - static_cast<std::int64_t>(tile) * kTile;
        const bool whole = kKeys ? distance + MT * 16 - 1 <= 0 : distance >= kTile - 1;
        if (!args.causal || whole) {
            constexpr int kUnroll = MT * D > 64 ? 1 : 2;
#pragma unroll kUnroll
            for (int other = 0; other < kTile; other += 16) {
                rows.template add<false>(at, column, other, 0, args.quarter_epsilon, lane);
            }
        } else {
            const int ahead =
                static_cast<int>(max(min(distance, std::int64_t{kTile}), std::int64_t{-4096}));
            const int first = kKeys ? max(ahead, 0) / 16 * 16 : 0;
            const int last = kKeys ? kTile : min(kTile, ahead + MT * 16);
#pragma unroll 1
            for (int other = first; other < last; other += 16) {
                rows.template add<true>(at, column, other, ahead, args.quarter_epsilon, lane);
            }
        }
        if (flushes && (tile + 1) % kFlushTiles == 0) flush<kCount, kThreads>(totals, acc);
    }
    if (flushes) {
        flush<kCount, kThreads>(totals, acc);
#pragma unroll
        for (int i = 0; i < kCount; ++i) acc[i] = totals[i * kThreads + threadIdx.x];
    }

#pragma unroll
    for (int m = 0; m < MT; ++m) {
#pragma unroll
        for (int i = 0; i < 2; ++i) {
            const std::int64_t row = row0 + m * 16 + i * 8 + (lane >> 2);
            if (row >= args.length) continue;
            const std::int64_t at =
                ((place.range * args.pairs + place.pair) * args.length + row) * D + (lane & 3) * 2;
#pragma unroll
            for (int n = 0; n < D / 8; ++n) {
                const float f = row_factor[m][i];
                *reinterpret_cast<float2*>(args.partials + at + n * 8) =
                    make_float2(rows.acc[0][m][n][2 * i] * f, rows.acc[0][m][n][2 * i + 1] * f);
                if constexpr (kKeys) {
                    constexpr int kLast = Rows::kSums - 1;
                    *reinterpret_cast<float2*>(args.partials_v + at + n * 8) = make_float2(
                        rows.acc[kLast][m][n][2 * i] * 4.f, rows.acc[kLast][m][n][2 * i + 1] * 4.f);
                }
            }
        }
    }
}

}  // namespace slay::kernels
