// Gradients of one side's rows: what the state and the other side's positions
// add to dg, dpoly and dv, then through the features to du.
#pragma once

#include "engine/kernels/backward_rows.cuh"
#include "engine/kernels/launch.cuh"

namespace slay::kernels {

// du of one row tile, from the gradients of its features.
template <typename Form>
struct InputGradient {
    static constexpr int D = Form::D, Terms = Form::Terms;
    float du[D / 8][4] = {};

    // du += dg g'(z) W for one block of 32 g.
    __device__ __forceinline__ void add_g(const float (&dg)[4][4],
                                          const Fragment<Terms> (&u)[D / 16],
                                          const RowScales& scales, const GradientFeatures& f,
                                          int head, int block, int lane) {
        const uint4* omega = f.omega + head * f.omega_stride;
        const uint4* transposed = f.omega_transposed + head * f.omega_stride;
#pragma unroll
        for (int k = 0; k < 2; ++k) {
            float dz[2][4];
#pragma unroll
            for (int j = 0; j < 2; ++j) {
                float z[4];
                const int n = block * 4 + k * 2 + j;
                if (f.factor == Factor::exponential) {
                    g_tile<D, Terms, true, true>(z, dz[j], u, scales, f, omega, n, lane);
                } else {
                    g_tile<D, Terms, true, false>(z, dz[j], u, scales, f, omega, n, lane);
                }
#pragma unroll
                for (int i = 0; i < 4; ++i) dz[j][i] *= dg[k * 2 + j][i];
            }
            project_back<D, Terms>(du, as_operand<Terms>(dz[0], dz[1]),
                                   transposed + (block * 2 + k) * (D / 8) * 32, lane);
        }
    }

    // du += dp d(first u)(second u) for 16 p.
    __device__ __forceinline__ void add_poly(const float (&dp)[2][4],
                                             const Fragment<Terms> (&u)[D / 16],
                                             const RowScales& scales, const GradientFeatures& f,
                                             int step, int lane) {
        float first[2][4], second[2][4];
#pragma unroll
        for (int j = 0; j < 2; ++j) {
            const int at = (step * 2 + j) * (D / 16) * 32;
            project<D, Terms>(first[j], u, f.first + at, lane);
            if (!f.same) project<D, Terms>(second[j], u, f.second + at, lane);
#pragma unroll
            for (int i = 0; i < 4; ++i) {
                const float of = dp[j][i] * scales.inverse[i >> 1];
                if (f.same) {
                    first[j][i] *= 2.f * of;
                } else {
                    const float x = first[j][i];
                    first[j][i] = second[j][i] * of;
                    second[j][i] = x * of;
                }
            }
        }
        const int at = step * (D / 8) * 32;
        project_back<D, Terms>(du, as_operand<Terms>(first[0], first[1]), f.first_transposed + at,
                               lane);
        if (f.same) return;
        project_back<D, Terms>(du, as_operand<Terms>(second[0], second[1]),
                               f.second_transposed + at, lane);
    }

    // Through u / |u|.
    __device__ __forceinline__ void normalise(const Fragment<Terms> (&u)[D / 16],
                                              const RowScales& scales) {
        float along[2] = {0.f, 0.f};
#pragma unroll
        for (int n = 0; n < D / 8; ++n) {
#pragma unroll
            for (int i = 0; i < 2; ++i) {
                const float2 x = floats(u[n / 2], n % 2 * 2 + i);
                along[i] += du[n][2 * i] * x.x + du[n][2 * i + 1] * x.y;
            }
        }
#pragma unroll
        for (int i = 0; i < 2; ++i) {
            along[i] = row_sum(along[i]) * scales.inverse[i] * scales.inverse[i];
        }
#pragma unroll
        for (int n = 0; n < D / 8; ++n) {
#pragma unroll
            for (int i = 0; i < 2; ++i) {
                const float2 x = floats(u[n / 2], n % 2 * 2 + i);
                du[n][2 * i] = (du[n][2 * i] - along[i] * x.x) * scales.inverse[i];
                du[n][2 * i + 1] = (du[n][2 * i + 1] - along[i] * x.y) * scales.inverse[i];
            }
        }
    }
};

// Accumulators of 16 rows to rows `row` and row + 8, where they are below
// `count`.
template <int D, int Terms>
__device__ __forceinline__ void write_rows(const float (&a)[D / 8][4], Scalar<Terms>* rows,
                                           std::int64_t stride, std::int64_t count, int lane) {
#pragma unroll
    for (int i = 0; i < 2; ++i) {
        const int row = (lane >> 2) + i * 8;
        if (row >= count) continue;
        Scalar<Terms>* at = rows + row * stride + (lane & 3) * 2;
#pragma unroll
        for (int n = 0; n < D / 8; ++n) {
            if constexpr (Terms == 1) {
                *reinterpret_cast<uint32_t*>(at + n * 8) = pack(a[n][2 * i], a[n][2 * i + 1]);
            } else {
                *reinterpret_cast<float2*>(at + n * 8) = make_float2(a[n][2 * i], a[n][2 * i + 1]);
            }
        }
    }
}

// grid (row blocks of the wave, B H), block 128.
template <typename Form>
__global__ void __launch_bounds__(Form::Threads, Form::MinBlocks)
    gradient_kernel(const BackwardArguments args) {
    constexpr int D = Form::D, Terms = Form::Terms;
    constexpr bool Keys = Form::Keys, HasPoly = Form::HasPoly;
    using T = Scalar<Terms>;
    SLAY_DYNAMIC_SHARED(shared);
    let_next_grid_start();
    const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    const GradientFeatures& f = args.features;
    // Constant where all of a row's factors are in registers.
    const GradientLayout<Form> layout(Form::OneBlock ? 1 : f.blocks,
                                      Form::OneBlock ? Form::PolySteps * 16 : f.p_padded, true,
                                      true);

    // The blocks with the most positions to visit come first.
    const std::int64_t index = Keys ? blockIdx.x : gridDim.x - 1 - blockIdx.x;
    const std::int64_t row0 = args.first_segment * args.segment + index * Form::Rows;
    const std::int64_t segment = args.segment > 0 ? row0 / args.segment : 0;
    const bool has_state =
        args.segment > 0 && (!args.causal || (Keys ? segment + 1 < args.segments : segment > 0));
    const std::int64_t segment_begin = segment * args.segment;
    const std::int64_t segment_end =
        args.segment > 0 ? min(segment_begin + args.segment, args.length) : args.length;
    const bool has_others = args.causal || args.segment == 0;
    const std::int64_t others_begin = Keys && args.causal ? row0 : segment_begin;
    const std::int64_t others_end =
        Keys || !args.causal ? segment_end : min(row0 + Form::Rows, args.length);
    const int batch = blockIdx.y / args.heads, head = blockIdx.y % args.heads;
    const uint4* omega = f.omega + head * f.omega_stride;
    unsigned char* buffers = shared + layout.shared_at;

    GradientRows<Form> rows;
    rows.warp = warp;
    rows.lane = lane;
    rows.g_stride = layout.g_stride;
    rows.g_plane = layout.g_plane;
    rows.p_stride = layout.p_stride;
    rows.p_plane = layout.p_plane;
    rows.dp_stride = layout.dp_stride;
    rows.p_steps = f.p_padded / 16;
    rows.p_units = f.p_units;
    rows.g_shared = reinterpret_cast<uint16_t*>(shared) + warp * 16 * layout.g_stride;
    rows.p_shared = reinterpret_cast<uint16_t*>(shared + layout.p_at) + warp * 16 * layout.p_stride;
    rows.dp_shared = reinterpret_cast<float*>(shared + layout.dp_at) + warp * 16 * layout.dp_stride;

    const std::int64_t slot = static_cast<std::int64_t>(blockIdx.y) * args.wave_capacity +
                              (args.causal ? segment - args.first_segment : 0);
    const uint16_t* const sums = args.states + slot * args.elements * Terms;  // read if has_state
    // Stages are always full: a block of g has a multiple of eight units, or one
    // where P = 1.
    constexpr int kRowChunks = D / 8;
    uint16_t* const unit_buffer = reinterpret_cast<uint16_t*>(buffers) +
                                  threadIdx.x / kRowChunks * (D + 8) + threadIdx.x % kRowChunks * 8;
    const uint16_t* const unit_chunks = sums + threadIdx.x * 8 * Terms;
    const auto fetch_units = [&](int stage, int first) {
        constexpr int kChunks = Form::StageUnits * 32 * kRowChunks;
        uint16_t* to = unit_buffer + (stage & 1) * Terms * Form::StagePlane;
        const uint16_t* from = unit_chunks + static_cast<std::int64_t>(first) * (32 * D * Terms);
#pragma unroll
        for (int j = 0; j < (kChunks + Form::Threads - 1) / Form::Threads; ++j) {
            if (kChunks % Form::Threads != 0 && j * Form::Threads + threadIdx.x >= kChunks) break;
#pragma unroll
            for (int t = 0; t < Terms; ++t) {
                copy_async(to + t * Form::StagePlane + j * (Form::Threads / kRowChunks) * (D + 8),
                           from + j * Form::Threads * 8 * Terms + t * 8, true);
            }
        }
        commit_copies();
    };
    // All threads walk through units first .. last - 1; `use` gets the first
    // one's number.
    const auto walk_units = [&](int first, int last, auto&& use) {
        fetch_units(0, first);
        for (int at = first, stage = 0; at < last; at += Form::StageUnits, ++stage) {
            wait_for_copies<0>();
            __syncthreads();
            if (at + Form::StageUnits < last) fetch_units(stage + 1, at + Form::StageUnits);
            use(at, reinterpret_cast<const uint16_t*>(buffers) +
                        (stage & 1) * Terms * Form::StagePlane);
        }
        __syncthreads();
    };

    // The other side: rows, vectors and, of queries, dD.
    const std::int64_t u_stride = args.source.rows.row_stride;
    const std::int64_t x_stride = args.source.vectors.row_stride;
    const T* other_u = head_rows<const T>(args.source.rows, batch, head) + others_begin * u_stride;
    const T* other_x =
        head_rows<const T>(args.source.vectors, batch, head) + others_begin * x_stride;
    const std::int64_t row_at = static_cast<std::int64_t>(blockIdx.y) * args.length;
    const float* other_w = Keys ? args.source.weights + row_at + others_begin : nullptr;
    const float* other_inverses = args.source.inverses + row_at + others_begin;
    const std::int64_t others = others_end - others_begin;
    const auto ahead0 = static_cast<int>(others_begin - row0);
    const auto raw_of = [&](int tile) { return buffers + (tile & 1) * layout.raw_bytes; };
    constexpr int kRawBytes = Terms * Form::RawPlane * 2;
    const auto fetch_others = [&](int tile) {
        const std::int64_t first = static_cast<std::int64_t>(tile) * Form::Others;
        unsigned char* raw = raw_of(tile);
        stage_rows<D, Terms, Form::Others, Form::Threads>(
            reinterpret_cast<uint16_t*>(raw), other_u + first * u_stride, u_stride, others - first);
        stage_rows<D, Terms, Form::Others, Form::Threads>(
            reinterpret_cast<uint16_t*>(raw + kRawBytes), other_x + first * x_stride, x_stride,
            others - first);
        float* figures = reinterpret_cast<float*>(raw + 2 * kRawBytes);
        if (Keys) stage_figures<Form::Others>(figures, other_w + first, others - first);
        stage_figures<Form::Others>(figures + Form::Others, other_inverses + first, others - first);
        commit_copies();
    };
    OtherRows tile_rows;
    tile_rows.p_stride = layout.p_stride;
    tile_rows.g_plane = layout.others_g_plane;
    tile_rows.p_plane = layout.others_p_plane;
    uint16_t* others_g = reinterpret_cast<uint16_t*>(shared + layout.others_g_at);
    uint16_t* others_p = reinterpret_cast<uint16_t*>(shared + layout.others_p_at);
    tile_rows.g = others_g;
    tile_rows.p = others_p;
    // poly, and g of blocks block .. block + count - 1 side by side.
    const auto form_others = [&](int tile, int block, int count) {
        constexpr int kTiles = Form::Others / 16, kParts = Form::Warps / kTiles;
        const int own = warp % kTiles * 16, part = warp / kTiles;
        const std::int64_t first = static_cast<std::int64_t>(tile) * Form::Others + own;
        const uint16_t* raw = reinterpret_cast<const uint16_t*>(raw_of(tile)) + own * (D + 8);
        Fragment<Terms> u[D / 16];
#pragma unroll
        for (int k = 0; k < D / 16; ++k) {
            load_matrices(u[k], raw + k * 16 + rows_first(lane, D + 8), Form::RawPlane);
        }
        const auto* inverses =
            reinterpret_cast<const float*>(raw_of(tile) + 2 * kRawBytes) + Form::Others + own;
        const RowScales scales =
            row_scales(inverses, f, others_begin + first, 16, other_u + first * u_stride, u_stride,
                       others - first, head, lane);
        store_g<D, Terms, Form::OneBlock ? 4 / kParts : 0>(
            others_g + own * tile_rows.g_stride, tile_rows.g_stride, tile_rows.g_plane, u, scales,
            f, omega, block * 4, part, count * 4, kParts, others - first, lane);
        if constexpr (HasPoly) {
            store_poly<D, Terms, Form::OneBlock ? Form::PolySteps * 2 / kParts : 0>(
                others_p + own * layout.p_stride, layout.p_stride, tile_rows.p_plane, u, scales, f,
                part, f.p_padded / 8, kParts, lane);
        }
    };
    // All threads walk through the other side's tiles.
    const auto walk_others = [&](int block, int count, auto&& use) {
        tile_rows.g_stride = count * 32 + 8;
        const auto tiles = static_cast<int>((others + Form::Others - 1) / Form::Others);
        fetch_others(0);
        for (int tile = 0; tile < tiles; ++tile) {
            wait_for_copies<0>();
            __syncthreads();  // the tile has come; everyone is done with the one before
            if (tile + 1 < tiles) fetch_others(tile + 1);
            form_others(tile, block, count);
            __syncthreads();
            tile_rows.x = reinterpret_cast<const uint16_t*>(raw_of(tile) + kRawBytes);
            tile_rows.w = reinterpret_cast<const float*>(raw_of(tile) + 2 * kRawBytes);
#pragma unroll(Form::OneBlock ? Form::Others / 16 : 1)
            for (int step = 0; step < Form::Others / 16; ++step) {
                use(step, ahead0 + tile * Form::Others + step * 16);
            }
        }
        __syncthreads();
    };

    // The target's own operands.
    const std::int64_t row = row0 + rows.first_row(), count = args.length - row;
    const std::int64_t own_stride = args.target.rows.row_stride;
    const std::int64_t own_x_stride = args.target.vectors.row_stride;
    const T* own_u = head_rows<const T>(args.target.rows, batch, head) + row * own_stride;
    const T* own_x = head_rows<const T>(args.target.vectors, batch, head) + row * own_x_stride;
    const float* own_inverses = args.target.inverses + row_at + row;
    Fragment<Terms> u[D / 16];
    RowScales scales;
    const auto load_own = [&] {
        load_rows<D, Terms>(u, own_u, own_stride, count, lane);
        scales = row_scales(own_inverses, f, row, count, own_u, own_stride, count, head, lane);
    };
    load_own();
    load_rows<D, Terms>(rows.x, own_x, own_x_stride, count, lane);
#pragma unroll
    for (int i = 0; i < 2; ++i) {
        const int at = (lane >> 2) + i * 8;
        rows.weight[i] = Keys ? 1.f : at < count ? args.target.weights[row_at + row + at] : 0.f;
    }
    store_g<D, Terms, Form::OneBlock ? 4 : 0>(rows.g_shared, layout.g_stride, layout.g_plane, u,
                                              scales, f, omega, 0, 0, f.blocks * 4, 1, count, lane);
    if constexpr (HasPoly) {
        store_poly<D, Terms, Form::OneBlock ? Form::PolySteps * 2 : 0>(
            rows.p_shared, layout.p_stride, layout.p_plane, u, scales, f, 0, f.p_padded / 8, 1,
            lane);
        for (int i = lane; i < 16 * layout.dp_stride; i += 32) rows.dp_shared[i] = 0.f;
    }
    __syncwarp();
    // From here on states are read and gradients written.
    wait_for_previous_grid();

    rows.clear(rows.dg);
    rows.clear(rows.dp);
    rows.clear(rows.dv);
    const std::int64_t z_at = static_cast<std::int64_t>(args.units) * 32 * D;
    const auto units_of = [&](auto for_gradient, auto for_value) {
        return [&](int first, const uint16_t* states) {
            if constexpr (HasPoly) {
                // A stage lies in one block.
                const int p = Form::OneBlock ? first : first % f.p_units;
                rows.template add_units<for_gradient, for_value>(p, states);
            } else {
                rows.template add_plain_unit<for_gradient, for_value>(states);
            }
        };
    };
    constexpr std::true_type yes{};
    constexpr std::false_type no{};
    // dv is complete, and what the other side's positions add to dpoly.
    const auto put_away = [&] {
        if constexpr (Keys) {
            T* out = head_rows<T>(args.dv, batch, head);
            write_rows<D, Terms>(rows.dv, out + row * args.dv.row_stride, args.dv.row_stride, count,
                                 lane);
        }
        if constexpr (HasPoly) {
#pragma unroll
            for (int n = 0; n < GradientRows<Form>::kPolyTiles; ++n) {
                if (!Form::OneBlock && n * 8 >= f.p_padded) break;
#pragma unroll
                for (int i = 0; i < 4; ++i) {
                    rows.dp_shared[((lane >> 2) + (i >> 1) * 8) * layout.dp_stride + n * 8 +
                                   (lane & 3) * 2 + (i & 1)] += rows.dp[n][i];
                }
            }
        }
    };

    InputGradient<Form> gradient;
    if constexpr (Form::OneBlock) {
        rows.load_block(0);
        if (has_state) {
            rows.add_normaliser(sums + z_at * Terms);
            walk_units(0, args.units, units_of(yes, std::bool_constant<Keys>{}));
            __syncwarp();
        }
        if (has_others) {
            walk_others(0, 1, [&](int step, int ahead) {
                rows.template add_others<HasPoly, true, Keys>(tile_rows, step, ahead, args.causal,
                                                              0);
            });
        }
        put_away();
        load_own();
        gradient.add_g(rows.dg, u, scales, f, head, 0, lane);
    } else {
        // dv and dpoly first, over all of g; then dg, block by block.
        if constexpr (Keys || HasPoly) {
            if (Keys && has_state) {
                for (int block = 0; block < f.blocks; ++block) {
                    rows.load_block(block);
                    walk_units(block * f.p_units, (block + 1) * f.p_units,
                               units_of(no, std::bool_constant<Keys>{}));
                }
            }
            if (has_others) {
                walk_others(0, f.blocks, [&](int step, int ahead) {
                    rows.template add_others<HasPoly, false, Keys>(tile_rows, step, ahead,
                                                                   args.causal, f.blocks * 2);
                });
            }
            put_away();
        }
        for (int block = 0; block < f.blocks; ++block) {
            rows.clear(rows.dg);
            rows.load_block(block);
            __syncwarp();
            if (has_state) {
                rows.add_normaliser(
                    sums + (z_at + static_cast<std::int64_t>(block) * f.p_units * 32) * Terms);
                walk_units(block * f.p_units, (block + 1) * f.p_units, units_of(yes, no));
            }
            if (has_others) {
                walk_others(block, 1, [&](int step, int ahead) {
                    rows.template add_others<false, true, false>(tile_rows, step, ahead,
                                                                 args.causal, 0);
                });
            }
            load_own();
            gradient.add_g(rows.dg, u, scales, f, head, block, lane);
        }
    }
    if constexpr (HasPoly) {
        __syncwarp();
#pragma unroll(Form::OneBlock ? Form::PolySteps : 1)
        for (int k = 0; k < (Form::OneBlock ? Form::PolySteps : f.p_padded / 16); ++k) {
            float dp[2][4];
#pragma unroll
            for (int i = 0; i < 8; ++i) {
                dp[i >> 2][i & 3] =
                    rows.dp_shared[((lane >> 2) + (i >> 1 & 1) * 8) * layout.dp_stride + k * 16 +
                                   (i >> 2) * 8 + (lane & 3) * 2 + (i & 1)];
            }
            gradient.add_poly(dp, u, scales, f, k, lane);
        }
    }
    if (f.normalise) gradient.normalise(u, scales);
    const TensorView& out = Keys ? args.dk : args.dq;
    write_rows<D, Terms>(gradient.du, head_rows<T>(out, batch, head) + row * out.row_stride,
                         out.row_stride, count, lane);
}

}  // namespace slay::kernels
