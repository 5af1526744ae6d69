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
template <int D, bool split, YatPass pass>
struct YatBackwardRows {
    static constexpr YatBlock kBlock = yat_block(pass, D, split);
    static constexpr int MT = kBlock.row_tiles;
    static constexpr int kStride = D + 8;
    static constexpr int kPlane = kBlock.tile * kStride;
    static constexpr int kPlanes = split ? 2 : 1;
    static constexpr bool kKeys = pass == YatPass::keys;
    static constexpr int kSums = kKeys ? 2 : 1;
    // Where the tile's planes begin: the scores' operand, the same as a factor of dx, v or dy.
    static constexpr int kFactorAt = split ? 2 * kPlane : 0;
    static constexpr int kValuesAt = split ? 4 * kPlane : kPlane;
    static constexpr int kValuePlanes = split ? 3 : 1;  // dy.v - dy.y cancels: a third term

    OwnRows<D, kBlock.own_shared ? 1 : MT, kPlanes> x;       // q or k
    OwnRows<D, kBlock.own_shared ? 1 : MT, kValuePlanes> y;  // dy or v
    const uint16_t* own;  // own_shared: the warp's rows of x's, then y's planes, [rows][D + 8]
    float scale[MT][2];   // x / 4 = scale t
    float start[MT][2];   // -dy_i.y_i, queries only
    float acc[kSums][MT][D / 8][4];

    template <bool second>
    __device__ __forceinline__ void own_fragment(uint32_t (&a)[4], int m, int p, int kk,
                                                 int lane) const {
        if constexpr (kBlock.own_shared) {
            load_matrices(a, own + ((second ? kPlanes : 0) + p) * kBlock.rows() * kStride +
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

    // s += (plane `p` of the own rows) . b, one step of d.
    template <bool half, bool second>
    __device__ __forceinline__ void step(float (&s)[MT][2][4], int p, const uint32_t (&b)[4],
                                         int kk, int lane) const {
#pragma unroll
        for (int m = 0; m < MT; ++m) {
            uint32_t a[4];
            own_fragment<second>(a, m, p, kk, lane);
            yat_mma_pair<half>(s[m], a, b);
        }
    }

    // s += own rows . tile rows over d; the small products first, because the tensor cores'
    // additions truncate at the size of the sum.
    template <bool half, bool second>
    __device__ __forceinline__ void product(float (&s)[MT][2][4], const uint16_t* tile,
                                            int lane) const {
        constexpr int kTerms = second ? kValuePlanes : kPlanes;
        uint32_t b[D / 16][4];
#pragma unroll
        for (int kk = 0; kk < D / 16; ++kk) {
            load_matrices(b[kk], tile + kk * 16);
            if constexpr (kTerms == 3) {
                uint32_t low[4];
                load_matrices(low, tile + 2 * kPlane + kk * 16);
                step<half, second>(s, 0, low, kk, lane);
                step<half, second>(s, 2, b[kk], kk, lane);
            }
            if constexpr (kTerms >= 2) {
                uint32_t low[4];
                load_matrices(low, tile + kPlane + kk * 16);
                if constexpr (kTerms == 3) step<half, second>(s, 1, low, kk, lane);
                step<half, second>(s, 0, low, kk, lane);
                step<half, second>(s, 1, b[kk], kk, lane);
            }
        }
#pragma unroll
        for (int kk = 0; kk < D / 16; ++kk) step<half, second>(s, 0, b[kk], kk, lane);
    }

    // acc[sum] += weights . tile rows, over sixteen of them.
    __device__ __forceinline__ void accumulate(int sum, const uint32_t (&high)[MT][4],
                                               const uint32_t (&low)[MT][4], const uint16_t* tile) {
#pragma unroll
        for (int n = 0; n < D / 8; n += 2) {
            uint32_t b[4];
            load_matrices_transposed(b, tile + n * 8);
            if constexpr (split) {
                uint32_t b_low[4];
                load_matrices_transposed(b_low, tile + kPlane + n * 8);
#pragma unroll
                for (int m = 0; m < MT; ++m) {
                    mma(acc[sum][m][n], low[m], b[0], b[1]);
                    mma(acc[sum][m][n + 1], low[m], b[2], b[3]);
                    mma(acc[sum][m][n], high[m], b_low[0], b_low[1]);
                    mma(acc[sum][m][n + 1], high[m], b_low[2], b_low[3]);
                }
            }
#pragma unroll
            for (int m = 0; m < MT; ++m) {
                mma(acc[sum][m][n], high[m], b[0], b[1]);
                mma(acc[sum][m][n + 1], high[m], b[2], b[3]);
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
            } else if constexpr (!split) {
                const float2 two = *reinterpret_cast<const float2*>(columns + at);
                column[n][0].x = two.x;
                column[n][1].x = two.y;
            }
        }
        float s[MT][2][4], g[MT][2][4];
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
        product<split, false>(s, tile + row_major, lane);
        product<false, true>(g, tile + kValuesAt + row_major, lane);

        uint32_t high[kSums][MT][4], low[kSums][MT][4];
#pragma unroll
        for (int n = 0; n < 2; ++n) {
#pragma unroll
            for (int m = 0; m < MT; ++m) {
                float dx[4], value[4];
#pragma unroll
                for (int i = 0; i < 4; ++i) {
                    float t = s[m][n][i];
                    if constexpr (!split) t *= column[n][i & 1].x;
                    const float quarter = t * scale[m][i >> 1];
                    const float u = multiply_add_saturated(t, -2.f * scale[m][i >> 1], 0.5f);
                    const float p = quarter * reciprocal(u + quarter_epsilon);
                    const float inside = multiply_saturated(u, 1e30f);  // 0 in the clamp, or 1
                    dx[i] = fmaf(p * inside, p, p) * g[m][n][i];
                    if constexpr (kKeys) {
                        dx[i] *= column[n][i & 1].z;
                        value[i] = quarter * p * column[n][i & 1].y;
                    } else if constexpr (!split) {
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
                to_terms<split>(dx[0], dx[1], high[0][m][n * 2], low[0][m][n * 2]);
                to_terms<split>(dx[2], dx[3], high[0][m][n * 2 + 1], low[0][m][n * 2 + 1]);
                if constexpr (kKeys) {
                    to_terms<split>(value[0], value[1], high[1][m][n * 2], low[1][m][n * 2]);
                    to_terms<split>(value[2], value[3], high[1][m][n * 2 + 1],
                                    low[1][m][n * 2 + 1]);
                }
            }
        }
        const int column_major = other * kStride + rows_first(lane, kStride);
        accumulate(0, high[0], low[0], tile + kFactorAt + column_major);
        if constexpr (kKeys) {
            accumulate(1, high[1], low[1], tile + kValuesAt + column_major);
        }
    }
};

// grid (row blocks * splits, B * H), the longest ranges first; writes float32 sums of each range of
// `chunk` rows of the other side.
template <int D, bool split, YatPass pass>
__global__ void __launch_bounds__(yat_block(pass, D, split).threads(),
                                  yat_block(pass, D, split).resident)
    yat_backward_kernel(const YatArguments args) {
    using Rows = YatBackwardRows<D, split, pass>;
    constexpr YatBlock kBlock = Rows::kBlock;
    constexpr int MT = Rows::MT;
    constexpr bool kKeys = Rows::kKeys;
    constexpr int kTile = kBlock.tile, kStages = kBlock.stages, kThreads = kBlock.threads();
    constexpr int kCount = yat_accumulators(pass, D, split);
    constexpr int kStageBytes = static_cast<int>(yat_stage_bytes(pass, D, split));
    constexpr int kPlanes = Rows::kPlanes;
    constexpr int kColumnsAt = yat_tile_planes(pass, split) * Rows::kPlane;  // in elements
    SLAY_DYNAMIC_SHARED(shared);

    const int lane = static_cast<int>(threadIdx.x) & 31;
    const int warp = static_cast<int>(threadIdx.x) >> 5;
    const std::int64_t blocks = gridDim.x / args.splits;
    const std::int64_t range = blockIdx.x % args.splits;
    const std::int64_t order = blockIdx.x / args.splits;
    const std::int64_t block_row = (kKeys ? order : blocks - 1 - order) * kBlock.rows();
    std::int64_t begin = range * args.chunk;
    std::int64_t end = min(begin + args.chunk, args.length);
    if (args.causal && kKeys) begin = max(begin, block_row / kTile * kTile);
    if (args.causal && !kKeys) end = min(end, block_row + kBlock.rows());
    if (begin >= end) return;
    const auto tiles = static_cast<int>((end - begin + kTile - 1) / kTile);

    const YatOperand& score = kKeys ? args.q : args.k;
    const YatOperand& factor = kKeys ? args.q_in : args.k_in;
    const YatOperand& values = kKeys ? args.dy : args.v;
    const uint16_t* score_head = head_of(score, args.heads);
    const uint16_t* factor_head = head_of(factor, args.heads);
    const uint16_t* values_head = head_of(values, args.heads);
    const float* columns =
        kKeys ? reinterpret_cast<const float*>(args.columns + blockIdx.y * args.padded)
              : args.inverse_k + blockIdx.y * args.padded;
    const auto stage = [&](int tile) {
        return reinterpret_cast<uint16_t*>(shared + tile % kStages * kStageBytes);
    };
    const auto fetch = [&](int tile) {
        const std::int64_t row = begin + static_cast<std::int64_t>(tile) * kTile;
        uint16_t* at = stage(tile);
        copy_rows<D, kTile, kPlanes, kThreads>(at, score_head, score, row, args.length,
                                               args.head_dim);
        if constexpr (split) {
            copy_rows<D, kTile, kPlanes, kThreads>(at + Rows::kFactorAt, factor_head, factor, row,
                                                   args.length, args.head_dim);
        }
        copy_rows<D, kTile, Rows::kValuePlanes, kThreads>(at + Rows::kValuesAt, values_head, values,
                                                          row, args.length, args.head_dim);
        constexpr int kFloats = yat_column_floats(pass);
        if constexpr (kKeys || !split) {
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
        copy_rows<D, kBlock.rows(), kPlanes, kThreads>(own, head_of(own_x, args.heads), own_x,
                                                       block_row, args.length, args.head_dim);
        copy_rows<D, kBlock.rows(), Rows::kValuePlanes, kThreads>(
            own + kPlanes * kOwnPlane, head_of(own_y, args.heads), own_y, block_row, args.length,
            args.head_dim);
        rows.own = own + warp * MT * 16 * Rows::kStride;
    } else {
        rows.x.load(head_of(own_x, args.heads), own_x, row0, args.length, args.head_dim, lane);
        rows.y.load(head_of(own_y, args.heads), own_y, row0, args.length, args.head_dim, lane);
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
            const std::int64_t at = blockIdx.y * args.padded + row0 + m * 16 + i * 8 + (lane >> 2);
            float inverse = 1.f / 256.f;
            row_factor[m][i] = 2.f;
            if constexpr (kKeys) {
                if constexpr (!split) inverse = args.inverse_k[at];
            } else {
                const float4 row = args.columns[at];
                if constexpr (!split) inverse = row.x;
                rows.start[m][i] = row.w;
                row_factor[m][i] *= row.y;
            }
            rows.scale[m][i] = 0.25f * inverse;
        }
    }
    float* acc = &rows.acc[0][0][0][0];
#pragma unroll
    for (int i = 0; i < kCount; ++i) acc[i] = 0.f;

    constexpr int kFlushTiles = yat_flush_rows(split) / kTile;
    const bool flushes = tiles > kFlushTiles;
    constexpr int kOwnBytes =
        kBlock.own_shared ? kBlock.rows() * kYatOwnPlanes * Rows::kStride * 2 : 0;
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
                ((range * args.pairs + blockIdx.y) * args.length + row) * D + (lane & 3) * 2;
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
