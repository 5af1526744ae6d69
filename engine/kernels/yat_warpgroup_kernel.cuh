// The forward pass of exact Yat on bf16 inputs with the warpgroup products of sm_90a, d up to 64. A
// warpgroup owns two blocks of 64 queries and works on them in turn: while K of one is formed, the
// products of the other are under way.
#pragma once

#include "engine/kernels/wgmma.cuh"
#include "engine/kernels/yat_store.cuh"

namespace slay::kernels {

// One block of 64 queries; see YatForwardRows for the arithmetic.
template <int D>
struct YatWideRows {
    static constexpr int kRowBytes = D * 2;
    static constexpr int kSharedEvery = D == 32 ? 4 : 0;  // of n8 tiles; 0: none
    OwnRows<D, 1, 1> q;
    float slope[2];
    float acc[D / 2];  // [D / 8][4]
    float sums[1][4];
    float s[kYatWideStep / 2];
    uint32_t weights[kYatWideStep / 4];  // [16 keys][4]: a fragments

    __device__ __forceinline__ void start_scores(const unsigned char* keys) {
        products_fence();
#pragma unroll
        for (int kk = 0; kk < D / 16; ++kk) {
            warpgroup_mma<false>(s, q.a[0][0][kk], matrix_descriptor(keys, kRowBytes) + kk * 2,
                                 kk > 0);
        }
    }

    __device__ __forceinline__ void start_values(const unsigned char* values) {
        products_fence();
#pragma unroll
        for (int step = 0; step < kYatWideStep / 16; ++step) {
            warpgroup_mma<true>(acc, weights + step * 4,
                                matrix_descriptor(values, kRowBytes) + step * kRowBytes, 1);
        }
    }

    // `ahead`: the warp's first row minus the tile's first key.
    template <bool masked>
    __device__ __forceinline__ void weigh(const float* inverse, int ahead, float quarter_epsilon,
                                          int lane) {
        hold(s);
#pragma unroll
        for (int n = 0; n < kYatWideStep / 8; ++n) {
            const int first = n * 8 + (lane & 3) * 2;
            const float2 column = *reinterpret_cast<const float2*>(inverse + first);
            float t[4], u[4], w[4];
#pragma unroll
            for (int i = 0; i < 4; ++i) {
                t[i] = s[n * 4 + i] * ((i & 1) ? column.y : column.x);
                u[i] = multiply_add_saturated(t[i], slope[i >> 1], 0.5f) + quarter_epsilon;
            }
            // The special functions' unit is the bound: now and then two share a reciprocal.
            const bool shared = kSharedEvery > 0 && n % (kSharedEvery > 0 ? kSharedEvery : 1) == 0;
#pragma unroll
            for (int i = 0; i < 4; i += 2) {
                if (shared) {
                    const float both = reciprocal(u[i] * u[i + 1]);
                    w[i] = t[i] * t[i] * (u[i + 1] * both);
                    w[i + 1] = t[i + 1] * t[i + 1] * (u[i] * both);
                } else {
                    w[i] = t[i] * t[i] * reciprocal(u[i]);
                    w[i + 1] = t[i + 1] * t[i + 1] * reciprocal(u[i + 1]);
                }
            }
            if constexpr (masked) {
#pragma unroll
                for (int i = 0; i < 4; ++i) {
                    const int row = ahead + (lane >> 2) + (i >> 1) * 8;
                    w[i] = first + (i & 1) <= row ? w[i] : 0.f;
                }
            }
            weights[n * 2] = pack(w[0], w[1]);
            weights[n * 2 + 1] = pack(w[2], w[3]);
        }
        constexpr uint32_t kOnes = 0x3f803f80u;
#pragma unroll
        for (int step = 0; step < kYatWideStep / 16; ++step) {
            const uint32_t a[4] = {weights[step * 4], weights[step * 4 + 1], weights[step * 4 + 2],
                                   weights[step * 4 + 3]};
            mma(sums[0], a, kOnes, kOnes);
        }
    }
};

template <bool flag>
struct YatMasked {
    static constexpr bool value = flag;
};

// grid as YatPlace has it: the longest blocks first. Without sm_90a the body is empty;
// yat_warpgroup_usable says so.
template <int D>
__global__ void __launch_bounds__(yat_wide_groups(D) * 128, yat_wide_resident(D))
    yat_warpgroup_kernel(const YatArguments args) {
#if defined(__CUDA_ARCH_FEAT_SM90_ALL)
    using Rows = YatWideRows<D>;
    constexpr int kTile = kYatWideTile, kStages = kYatWideStages;
    constexpr int kThreads = yat_wide_groups(D) * 128;
    constexpr int kMatrix = kTile * D * 2;  // bytes of one stage's keys
    SLAY_DYNAMIC_SHARED(shared);
    unsigned char* stages =
        shared + (1024 - static_cast<uint32_t>(__cvta_generic_to_shared(shared)) % 1024) % 1024;
    auto* inverses = reinterpret_cast<float*>(stages + kStages * 2 * kMatrix);
    float* totals = inverses + kStages * kTile;

    const int thread = static_cast<int>(threadIdx.x);
    const int lane = thread & 31;
    const YatPlace place(args.pairs, args.splits);
    const std::int64_t block_row = (place.blocks - 1 - place.order) * yat_wide_rows(D);
    const std::int64_t key_begin = place.range * args.chunk;
    const std::int64_t seen =
        args.causal ? min(block_row + yat_wide_rows(D), args.length) : args.length;
    const std::int64_t key_end = min(key_begin + args.chunk, seen);
    if (key_begin >= key_end) return;
    const auto tiles = static_cast<int>((key_end - key_begin + kTile - 1) / kTile);
    const std::int64_t row0 = block_row + (thread >> 7) * 128 + ((thread >> 5) & 3) * 16;
    const std::int64_t padded_head = place.pair * args.padded;

    const uint16_t* k_head = head_of(args.k, place.pair, args.heads);
    const uint16_t* v_head = head_of(args.v, place.pair, args.heads);
    // This thread's pieces of a tile: the same places in each. Past the end zeros come.
    constexpr int kPieces = D / 8, kCopies = kTile * kPieces / kThreads;
    static_assert(kTile * kPieces % kThreads == 0);
    const int piece = thread % kPieces, piece_row = thread / kPieces;
    const bool inside = piece * 8 < args.head_dim;
    const uint16_t* k_piece = k_head + (inside ? piece * 8 : 0);
    const uint16_t* v_piece = v_head + (inside ? piece * 8 : 0);
    const uint16_t* k_next = k_piece + (key_begin + piece_row) * args.k.row_stride;
    const uint16_t* v_next = v_piece + (key_begin + piece_row) * args.v.row_stride;
    const float* inverse_next = args.inverse_k + padded_head + key_begin + thread * 4;
    std::int64_t left = args.length - key_begin;  // keys from the next tile on
    int next_stage = 0;
    const auto fetch = [&] {
        unsigned char* to = stages + next_stage * 2 * kMatrix;
        const int rows_left = inside ? static_cast<int>(min(left, std::int64_t{kTile})) : 0;
#pragma unroll
        for (int i = 0; i < kCopies; ++i) {
            constexpr int kRowsApart = kThreads / kPieces;
            const int r = i * kRowsApart + piece_row;
            const bool valid = r < rows_left;
            const int at = swizzled<Rows::kRowBytes>(r, piece);
            copy_async(to + at, valid ? k_next + i * kRowsApart * args.k.row_stride : k_head,
                       valid);
            copy_async(to + kMatrix + at,
                       valid ? v_next + i * kRowsApart * args.v.row_stride : v_head, valid);
        }
        if (thread < kTile / 4)
            copy_async(inverses + next_stage * kTile + thread * 4,
                       left > 0 ? inverse_next : args.inverse_k, left > 0);
        commit_copies();
        k_next += kTile * args.k.row_stride;
        v_next += kTile * args.v.row_stride;
        inverse_next += kTile;
        left -= kTile;
        next_stage = next_stage + 1 == kStages ? 0 : next_stage + 1;
    };
#pragma unroll
    for (int tile = 0; tile + 1 < kStages; ++tile) fetch();
    int stage = 0;

    Rows rows[2];
    float factor[2][2];
#pragma unroll
    for (int b = 0; b < 2; ++b) {
        const std::int64_t first = row0 + b * 64;
        rows[b].q.load(head_of(args.q, place.pair, args.heads), args.q, first, args.length,
                       args.head_dim, lane);
#pragma unroll
        for (int i = 0; i < 2; ++i) {
            const float inverse = args.inverse_q[padded_head + first + i * 8 + (lane >> 2)];
            rows[b].slope[i] = -0.5f * inverse;
            factor[b][i] = 0.25f * inverse * inverse;
        }
#pragma unroll
        for (int i = 0; i < D / 2; ++i) rows[b].acc[i] = 0.f;
#pragma unroll
        for (int i = 0; i < 4; ++i) rows[b].sums[0][i] = 0.f;
    }

    // Tiles [first, last). Nothing is in flight from one to the next: other blocks of this
    // multiprocessor fill the gap.
    const auto run = [&](auto masked, int first, int last) {
#pragma unroll 1
        for (int tile = first; tile < last; ++tile) {
            wait_for_copies<kStages - 2>();
            publish_to_products();
            __syncthreads();
            fetch();
            const unsigned char* keys = stages + stage * 2 * kMatrix;
            const float* inverse = inverses + stage * kTile;
            stage = stage + 1 == kStages ? 0 : stage + 1;
            const std::int64_t distance =
                row0 - key_begin - static_cast<std::int64_t>(tile) * kTile;
            const int ahead = static_cast<int>(min(distance, std::int64_t{kTile}));
            constexpr bool kMasked = decltype(masked)::value;
            constexpr int kUnroll = D == 32 ? kTile / kYatWideStep : 1;  // registers
#pragma unroll kUnroll
            for (int step = 0; step < kTile; step += kYatWideStep) {
                const unsigned char* k = keys + step * Rows::kRowBytes;
                const unsigned char* v = k + kMatrix;
                rows[0].start_scores(k);
                commit_products();
                rows[1].start_scores(k);
                commit_products();
                wait_for_products<1>();
                rows[0].template weigh<kMasked>(inverse + step, ahead - step, args.quarter_epsilon,
                                                lane);
                rows[0].start_values(v);
                commit_products();
                wait_for_products<1>();
                rows[1].template weigh<kMasked>(inverse + step, ahead - step + 64,
                                                args.quarter_epsilon, lane);
                rows[1].start_values(v);
                commit_products();
                wait_for_products<0>();
#pragma unroll
                for (int b = 0; b < 2; ++b) {
                    hold(rows[b].acc);
                    hold(rows[b].weights);
                }
            }
        }
    };

    constexpr int kSegment = yat_flush_rows(YatLane::bfloat16) / kTile;
    constexpr int kCount = yat_wide_accumulators(D);
    const bool flushes = tiles > kSegment;
    // Tiles that the block's first row sees as a whole.
    const std::int64_t before = (block_row + 1 - key_begin) / kTile;
    const int whole =
        args.causal
            ? static_cast<int>(max(min(before, static_cast<std::int64_t>(tiles)), std::int64_t{0}))
            : tiles;
    if (flushes) {
#pragma unroll
        for (int i = 0; i < kCount; ++i) totals[i * kThreads + thread] = 0.f;
    }
    for (int first = 0; first < tiles; first += kSegment) {
        const int last = min(first + kSegment, tiles);
        if (first < whole) run(YatMasked<false>{}, first, min(last, whole));
        if (whole < last) run(YatMasked<true>{}, max(first, whole), last);
        if (!flushes) continue;
#pragma unroll
        for (int b = 0; b < 2; ++b) {
            flush<D / 2, kThreads>(totals + b * (D / 2 + 2) * kThreads, rows[b].acc);
#pragma unroll
            for (int i = 0; i < 2; ++i) {
                flush<1, kThreads>(totals + (b * (D / 2 + 2) + D / 2 + i) * kThreads,
                                   &rows[b].sums[0][2 * i]);
                rows[b].sums[0][2 * i + 1] = 0.f;
            }
        }
    }
#pragma unroll
    for (int b = 0; b < 2; ++b) {
        if (flushes) {
#pragma unroll
            for (int i = 0; i < D / 2; ++i)
                rows[b].acc[i] = totals[(b * (D / 2 + 2) + i) * kThreads + thread];
#pragma unroll
            for (int i = 0; i < 2; ++i)
                rows[b].sums[0][2 * i] = totals[(b * (D / 2 + 2) + D / 2 + i) * kThreads + thread];
        }
#pragma unroll
        for (int i = 0; i < 2; ++i) {
            store_row<D>(args, place, row0 + b * 64 + i * 8 + (lane >> 2), rows[b].acc, i,
                         rows[b].sums[0][2 * i], factor[b][i], lane);
        }
    }
#endif
}

}  // namespace slay::kernels
