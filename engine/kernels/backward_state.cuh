// States of one segment of one side: S_u = sum_j g_j[block] (poly_jp x_j)^T and
// Z_u = sum_j w_j poly_jp g_j[block] for the units u = (block, p); x = v, w = 1
// for the keys' side, x = dN, w = dD for the queries'.
#pragma once

#include "engine/kernels/backward_features.cuh"
#include "engine/kernels/launch.cuh"

namespace slay::kernels {

// Sixteen warps with 64 accumulators a lane; at d = 128, where one unit takes
// 128, eight warps.
template <int D>
__host__ __device__ constexpr int backward_state_warps() {
    return D == 128 ? 8 : 16;
}

// Positions whose features are in shared memory together.
template <int D, int Terms>
__host__ __device__ constexpr int backward_state_tile() {
    return backward_state_warps<D>() * 8 / Terms;
}

// Units that one warp keeps in registers, all of one g block, because p_units
// is a multiple of 8.
template <int D, bool tensor>
__host__ __device__ constexpr int backward_units_per_warp() {
    return !tensor || D == 128 ? 1 : 64 / D;
}

// One-factor units are few: two warps or more share each.
template <int D, bool tensor>
__host__ __device__ constexpr int backward_units_per_block() {
    return tensor ? backward_state_warps<D>() * backward_units_per_warp<D, tensor>() : 8;
}

// What one block of the grid forms, and which features it needs for that.
struct BackwardSpan {
    int first, last;               // units
    int block_first, block_count;  // of 32 g
    int p_first, p_count;          // multiples of 8, or 0 and 1 where P = 1
};

template <int D, bool tensor>
__host__ __device__ inline BackwardSpan backward_span(int units, int p_units, int group) {
    BackwardSpan s;
    const int count = backward_units_per_block<D, tensor>();
    s.first = group * count;
    s.last = s.first + count < units ? s.first + count : units;
    s.block_first = s.first / p_units;
    s.block_count = (s.last - 1) / p_units - s.block_first + 1;
    s.p_first = s.block_count == 1 ? s.first - s.block_first * p_units : 0;
    s.p_count = s.block_count == 1 && tensor ? s.last - s.first : p_units;
    return s;
}

// Shared memory: two buffers of g [position][g], poly [p][position], x
// [position][d], u [position][d] (each in Terms planes), w [position] and 1 /
// |u| [position].
template <int D, int Terms>
struct BackwardStateLayout {
    static constexpr int kTile = backward_state_tile<D, Terms>();
    static constexpr int kPolyStride = kTile + 8;
    static constexpr int kRowPlane = kTile * (D + 8);
    int g_stride, g_plane, poly_plane;                           // elements
    int poly_at, vectors_at, rows_at, weights_at, buffer_bytes;  // bytes
    __host__ __device__ BackwardStateLayout(const BackwardSpan& span, bool tensor) {
        g_stride = span.block_count * 32 + 8;
        g_plane = kTile * g_stride;
        poly_plane = tensor ? span.p_count * kPolyStride : 0;
        poly_at = Terms * g_plane * 2;
        vectors_at = poly_at + Terms * poly_plane * 2;
        rows_at = vectors_at + Terms * kRowPlane * 2;
        weights_at = rows_at + Terms * kRowPlane * 2;
        buffer_bytes = weights_at + kTile * 8;
    }
    // One-factor forms add up the warps' shares through shared memory.
    __host__ __device__ int total(bool tensor, int units) const {
        const int shares = tensor ? 0 : units * (D + 8) * 32 * 4;
        return 2 * buffer_bytes > shares ? 2 * buffer_bytes : shares;
    }
};

// A warp's share of the states: its units, and 8 rows p of the normalisers.
template <int D, int Terms, bool tensor>
struct BackwardShare {
    static constexpr int kUnits = backward_units_per_warp<D, tensor>();
    using Layout = BackwardStateLayout<D, Terms>;
    float state[kUnits][2][D / 8][4] = {};
    float normaliser[2][4] = {};

    // Adds 16 positions: `g` at the warp's g block, `poly` at its first p, `x`
    // and `w` at the first position; `w` null for ones.
    __device__ __forceinline__ void add(const Layout& layout, const uint16_t* g,
                                        const uint16_t* poly, bool has_normaliser,
                                        const uint16_t* x, const float* w, int lane) {
        Fragment<Terms> b[D / 16], a[2];
#pragma unroll
        for (int i = 0; i < 2; ++i) {
            load_matrices_transposed(a[i], g + i * 16 + columns_first(lane, layout.g_stride),
                                     layout.g_plane);
        }
#pragma unroll
        for (int n = 0; n < D / 16; ++n) {
            load_matrices_transposed(b[n], x + n * 16 + rows_first(lane, D + 8), Layout::kRowPlane);
        }
        const int pair = (lane & 3) * 2;
        const auto read = [&](SplitPair<Terms>(&pairs)[2], const uint16_t* at, int plane) {
#pragma unroll
            for (int t = 0; t < Terms; ++t) {
                pairs[0].term[t] = *reinterpret_cast<const uint32_t*>(at + t * plane);
                pairs[1].term[t] = *reinterpret_cast<const uint32_t*>(at + t * plane + 8);
            }
        };
#pragma unroll
        for (int u = 0; u < kUnits; ++u) {
            SplitPair<Terms> scale[2];
            if (tensor) read(scale, poly + u * Layout::kPolyStride + pair, layout.poly_plane);
#pragma unroll
            for (int i = 0; i < 2; ++i) {
                Fragment<Terms> scaled = a[i];
                if (tensor) {
#pragma unroll
                    for (int j = 0; j < 4; ++j) {
                        SplitPair<Terms> element;
#pragma unroll
                        for (int t = 0; t < Terms; ++t) element.term[t] = a[i].term[t][j];
                        element = multiply(element, scale[j >> 1]);
#pragma unroll
                        for (int t = 0; t < Terms; ++t) scaled.term[t][j] = element.term[t];
                    }
                }
#pragma unroll
                for (int n = 0; n < D / 8; ++n) mma(state[u][i][n], scaled, b[n / 2], n & 1);
            }
        }
        if (!has_normaliser) return;
        // Row p of Z is the column p of b; P = 1 has its one row in column 0.
        SplitPair<Terms> columns[2] = {};
        if (tensor) {
            read(columns, poly + (lane >> 2) * Layout::kPolyStride + pair, layout.poly_plane);
        } else if (lane < 4) {
            columns[0].term[0] = columns[1].term[0] = 0x3f803f80u;
        }
        if (w) {
#pragma unroll
            for (int i = 0; i < 2; ++i) {
                const float2 weights = *reinterpret_cast<const float2*>(w + pair + i * 8);
                columns[i] = multiply(columns[i], split<Terms>(weights.x, weights.y));
            }
        }
        Fragment<Terms> ones;
#pragma unroll
        for (int t = 0; t < Terms; ++t) {
            ones.term[t][0] = columns[0].term[t];
            ones.term[t][1] = columns[1].term[t];
        }
        mma(normaliser[0], a[0], ones, 0);
        mma(normaliser[1], a[1], ones, 0);
    }

    // Adds the share that another warp stored (P = 1); `shared` has a column for
    // each lane.
    __device__ __forceinline__ void store(float* shared, int lane) const {
#pragma unroll
        for (int i = 0; i < D; ++i) {
            shared[i * 32 + lane] = state[0][i / (D / 2)][i / 4 % (D / 8)][i % 4];
        }
#pragma unroll
        for (int i = 0; i < 8; ++i) shared[(D + i) * 32 + lane] = normaliser[i / 4][i % 4];
    }
    __device__ __forceinline__ void add_stored(const float* shared, int lane) {
#pragma unroll
        for (int i = 0; i < D; ++i) {
            state[0][i / (D / 2)][i / 4 % (D / 8)][i % 4] += shared[i * 32 + lane];
        }
#pragma unroll
        for (int i = 0; i < 8; ++i) normaliser[i / 4][i % 4] += shared[(D + i) * 32 + lane];
    }

    // `out` the segment's state, `at` and `z_at` the first element of the warp's
    // first unit [unit][32][D] and of its normalisers' rows [p][32].
    __device__ __forceinline__ void write(uint16_t* out, std::int64_t at, std::int64_t z_at,
                                          bool has_normaliser, int lane) const {
        const int r = lane >> 2, column = (lane & 3) * 2;
#pragma unroll
        for (int u = 0; u < kUnits; ++u) {
#pragma unroll
            for (int i = 0; i < 4 * (D / 8); ++i) {
                const float* s = state[u][i / 2 / (D / 8)][i / 2 % (D / 8)] + (i & 1) * 2;
                const int row = u * 32 + i / 2 / (D / 8) * 16 + (i & 1) * 8 + r;
                const std::int64_t element = at + row * D + column + i / 2 % (D / 8) * 8;
                if constexpr (Terms == 1) {
                    *reinterpret_cast<uint32_t*>(out + element) = pack(s[0], s[1]);
                } else {
                    *reinterpret_cast<float2*>(reinterpret_cast<float*>(out) + element) =
                        make_float2(s[0], s[1]);
                }
            }
        }
        if (!has_normaliser) return;
#pragma unroll
        for (int i = 0; i < 8; ++i) {
            const int row = i / 4 * 16 + (i / 2 & 1) * 8 + r;
            const float value = normaliser[i / 4][i % 4];
            const std::int64_t element = z_at + (column + (i & 1)) * 32 + row;
            if (!tensor && column + (i & 1) > 0) continue;
            if constexpr (Terms == 1) {
                out[element] = static_cast<uint16_t>(pack(value, 0.f));
            } else {
                reinterpret_cast<float*>(out)[element] = value;
            }
        }
    }
};

// grid (segments of the wave * unit_groups, B H), block 32 *
// backward_state_warps.
template <int D, int Terms, bool tensor>
__global__ void __launch_bounds__(backward_state_warps<D>() * 32, 1)
    backward_state_kernel(const BackwardArguments args) {
    using T = Scalar<Terms>;
    using Layout = BackwardStateLayout<D, Terms>;
    constexpr int kWarps = backward_state_warps<D>(), kTile = Layout::kTile;
    constexpr int kUnits = backward_units_per_warp<D, tensor>();
    constexpr int kRowTiles = kTile / 16, kParts = kWarps / kRowTiles;
    SLAY_DYNAMIC_SHARED(shared);
    let_next_grid_start();
    const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    const GradientFeatures& f = args.features;
    const int group = blockIdx.x % args.unit_groups;
    const std::int64_t slot = blockIdx.x / args.unit_groups;
    const std::int64_t start = (args.first_segment + slot) * args.segment;
    const int length = static_cast<int>(min(args.segment, args.length - start));
    const int batch = blockIdx.y / args.heads, head = blockIdx.y % args.heads;
    const std::int64_t row_stride = args.source.rows.row_stride;
    const std::int64_t vector_stride = args.source.vectors.row_stride;
    const T* u = head_rows<const T>(args.source.rows, batch, head) + start * row_stride;
    const T* x = head_rows<const T>(args.source.vectors, batch, head) + start * vector_stride;
    const float* w =
        args.source.weights
            ? args.source.weights + static_cast<std::int64_t>(blockIdx.y) * args.length + start
            : nullptr;
    const float* inverses =
        args.source.inverses + static_cast<std::int64_t>(blockIdx.y) * args.length + start;
    const uint4* omega = f.omega + head * f.omega_stride;

    const BackwardSpan span = backward_span<D, tensor>(args.units, f.p_units, group);
    const Layout layout(span, tensor);
    // One-factor units are shared by several warps, each with its own positions.
    const int span_units = span.last - span.first;
    int ways = 1;
    while (!tensor && ways < kTile / 16 && 2 * ways * span_units <= kWarps) ways *= 2;
    const int way = tensor ? 0 : warp % ways;
    const int unit = span.first + warp / ways * kUnits;
    const bool active = unit < span.last;
    const int block = (active ? unit : span.first) / f.p_units;
    const int p = active ? unit - block * f.p_units : 0;
    const bool has_normaliser = active && p % 8 == 0;  // its rows: p .. p + 7

    BackwardShare<D, Terms, tensor> share;
    const int tiles = (length + kTile - 1) / kTile;
    const auto buffer_of = [&](int tile) { return shared + (tile & 1) * layout.buffer_bytes; };
    const auto fetch_rows = [&](int tile) {
        unsigned char* buffer = buffer_of(tile);
        const int row = tile * kTile;
        stage_rows<D, Terms, kTile, kWarps * 32>(
            reinterpret_cast<uint16_t*>(buffer + layout.rows_at), u + row * row_stride, row_stride,
            length - row);
        stage_figures<kTile>(reinterpret_cast<float*>(buffer + layout.weights_at) + kTile,
                             inverses + row, length - row);
        commit_copies();
    };
    const auto fetch_vectors = [&](int tile) {
        unsigned char* buffer = buffer_of(tile);
        const int row = tile * kTile;
        stage_rows<D, Terms, kTile, kWarps * 32>(
            reinterpret_cast<uint16_t*>(buffer + layout.vectors_at), x + row * vector_stride,
            vector_stride, length - row);
        if (w) {
            stage_figures<kTile>(reinterpret_cast<float*>(buffer + layout.weights_at), w + row,
                                 length - row);
        }
        commit_copies();
    };
    const auto produce = [&](int tile) {
        unsigned char* buffer = buffer_of(tile);
        const int own = warp % kRowTiles * 16, row = tile * kTile + own, part = warp / kRowTiles;
        const auto* raw =
            reinterpret_cast<const uint16_t*>(buffer + layout.rows_at) + own * (D + 8);
        Fragment<Terms> rows[D / 16];
#pragma unroll
        for (int k = 0; k < D / 16; ++k) {
            load_matrices(rows[k], raw + k * 16 + rows_first(lane, D + 8), Layout::kRowPlane);
        }
        const RowScales scales =
            row_scales(reinterpret_cast<const float*>(buffer + layout.weights_at) + kTile + own, f,
                       start + row, 16, u + row * row_stride, row_stride, length - row, head, lane);
        uint16_t* g = reinterpret_cast<uint16_t*>(buffer) + own * layout.g_stride;
        store_g<D, Terms>(g, layout.g_stride, layout.g_plane, rows, scales, f, omega,
                          span.block_first * 4, part, span.block_count * 4, kParts, length - row,
                          lane);
        if constexpr (tensor) {
            // Transposed, so that a lane's pair is two positions of one p.
            uint16_t* poly = reinterpret_cast<uint16_t*>(buffer + layout.poly_at) +
                             (lane >> 2) * Layout::kPolyStride + own + (lane & 3) * 2;
#pragma unroll 1
            for (int n = part; n < span.p_count / 8; n += kParts) {
                float z[4];
                poly_tile<D, Terms>(z, rows, scales, f, span.p_first / 8 + n, lane);
                const SplitPair<Terms> low = split<Terms>(z[0], z[1]),
                                       high = split<Terms>(z[2], z[3]);
                uint16_t* at = poly + n * 8 * Layout::kPolyStride;
#pragma unroll
                for (int t = 0; t < Terms; ++t) {
                    *reinterpret_cast<uint32_t*>(at + t * layout.poly_plane) =
                        transpose(low.term[t]);
                    *reinterpret_cast<uint32_t*>(at + t * layout.poly_plane + 8) =
                        transpose(high.term[t]);
                }
            }
        }
    };
    const auto consume = [&](int tile) {
        if (!active) return;
        const unsigned char* buffer = buffer_of(tile);
        const uint16_t* g =
            reinterpret_cast<const uint16_t*>(buffer) + (block - span.block_first) * 32;
        const uint16_t* poly = reinterpret_cast<const uint16_t*>(buffer + layout.poly_at) +
                               (p - span.p_first) * Layout::kPolyStride;
        const auto* vectors = reinterpret_cast<const uint16_t*>(buffer + layout.vectors_at);
        const auto* weights = reinterpret_cast<const float*>(buffer + layout.weights_at);
#pragma unroll 1
        for (int step = way; step < kTile / 16; step += ways) {
            share.add(layout, g + step * 16 * layout.g_stride, poly + step * 16, has_normaliser,
                      vectors + step * 16 * (D + 8), w ? weights + step * 16 : nullptr, lane);
        }
    };

    // Rows come two tiles ahead, vectors and features one. Of the warps on one
    // scheduler half form the next tile's features before their products and half
    // after, so that tensor cores and the rest of the chip are both busy.
    const bool early = warp < kWarps / 2;
    fetch_rows(0);
    fetch_vectors(0);
    if (tiles > 1) fetch_rows(1);
    wait_for_copies<0>();
    __syncthreads();
    produce(0);
    for (int tile = 0; tile < tiles; ++tile) {
        wait_for_copies<0>();
        __syncthreads();  // the tile's features and vectors and the next one's rows are there
        const bool more = tile + 1 < tiles;
        if (more) fetch_vectors(tile + 1);
        if (tile + 2 < tiles) fetch_rows(tile + 2);
        if (more && early) produce(tile + 1);
        consume(tile);
        if (more && !early) produce(tile + 1);
    }

    if (!tensor) {
        float* stored = reinterpret_cast<float*>(shared) + warp / ways * (D + 8) * 32;
        for (int other = 1; other < ways; ++other) {
            __syncthreads();
            if (active && way == other) share.store(stored, lane);
            __syncthreads();
            if (active && way == 0) share.add_stored(stored, lane);
        }
    }
    wait_for_previous_grid();  // the gradient kernel before reads these states
    if (!active || way > 0) return;
    uint16_t* out =
        args.states +
        (static_cast<std::int64_t>(blockIdx.y) * args.wave_capacity + slot) * args.elements * Terms;
    const std::int64_t z_at = static_cast<std::int64_t>(args.units) * 32 * D +
                              (static_cast<std::int64_t>(block) * f.p_units + p) * 32;
    share.write(out, static_cast<std::int64_t>(unit) * 32 * D, z_at, has_normaliser, lane);
}

}  // namespace slay::kernels
