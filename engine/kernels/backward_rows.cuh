// The rows of one warp in the gradient kernel: operands and gradients in
// registers, and what a unit of the state or 16 positions of the other side add
// to them.
#pragma once

#include "engine/kernels/backward_features.cuh"
#include "engine/kernels/backward_layout.cuh"

namespace slay::kernels {

// A tile of the other side in shared memory.
struct OtherRows {
    const uint16_t* g;
    const uint16_t* p;
    const uint16_t* x;
    const float* w;  // dD of the queries, where the keys are the target
    int g_stride, g_plane, p_stride, p_plane;
};

// The sums over the four lanes of a quad: lane t gets the sum of v[t].
__device__ __forceinline__ float quad_sums(const float (&v)[4], int lane) {
    const bool upper = lane & 2, odd = lane & 1;
    float a = upper ? v[2] : v[0], b = upper ? v[3] : v[1];
    a += __shfl_xor_sync(0xffffffffu, upper ? v[0] : v[2], 2);
    b += __shfl_xor_sync(0xffffffffu, upper ? v[1] : v[3], 2);
    const float kept = odd ? b : a;
    return kept + __shfl_xor_sync(0xffffffffu, odd ? a : b, 1);
}

template <typename Form>
struct GradientRows {
    static constexpr int D = Form::D, Terms = Form::Terms;
    static constexpr int kPolyTiles = Form::HasPoly ? 2 * Form::PolySteps : 1;
    static constexpr int kValueTiles = Form::Keys ? D / 8 : 1;

    Fragment<Terms> x[D / 16];  // dN or v
    Fragment<Terms> g[2];       // of one block of 32
    float2 own[2][4];           // the same as float32
    float weight[2];            // dD or 1
    float dg[4][4];
    float dp[kPolyTiles][4];
    float dv[kValueTiles][4];

    uint16_t* g_shared;  // of the warp's first tile: row 16 warp of the block
    uint16_t* p_shared;
    float* dp_shared;
    int g_stride, g_plane, p_stride, p_plane, dp_stride;
    int p_steps, p_units;
    int warp, lane;

    __device__ __forceinline__ int first_row() const { return warp * 16; }

    template <int N>
    __device__ __forceinline__ static void clear(float (&a)[N][4]) {
#pragma unroll
        for (int i = 0; i < N * 4; ++i) a[i / 4][i % 4] = 0.f;
    }

    __device__ __forceinline__ void load_block(int block) {
#pragma unroll
        for (int i = 0; i < 2; ++i) {
            load_matrices(g[i], g_shared + block * 32 + i * 16 + rows_first(lane, g_stride),
                          g_plane);
#pragma unroll
            for (int j = 0; j < 4; ++j) own[i][j] = floats(g[i], j);
        }
    }

    // dv += (scale o g) U for one unit, [32][D + 8] in shared memory.
    __device__ __forceinline__ void add_value(const SplitPair<Terms> (&scale)[2],
                                              const uint16_t* state) {
#pragma unroll
        for (int k = 0; k < 2; ++k) {
            Fragment<Terms> scaled = g[k];
            if constexpr (Form::HasPoly) {
#pragma unroll
                for (int i = 0; i < 4; ++i) {
                    SplitPair<Terms> element;
#pragma unroll
                    for (int t = 0; t < Terms; ++t) element.term[t] = g[k].term[t][i];
                    element = multiply(element, scale[i & 1]);
#pragma unroll
                    for (int t = 0; t < Terms; ++t) scaled.term[t][i] = element.term[t];
                }
            }
#pragma unroll
            for (int n = 0; n < D / 16; ++n) {
                Fragment<Terms> b;
                load_matrices_transposed(
                    b, state + k * 16 * (D + 8) + n * 16 + rows_first(lane, D + 8),
                    Form::StagePlane);
                mma(dv[Form::Keys ? 2 * n : 0], scaled, b, 0);
                mma(dv[Form::Keys ? 2 * n + 1 : 0], scaled, b, 1);
            }
        }
    }

    // h = S x for 16 g from 16 half on.
    __device__ __forceinline__ void state_product(float (&h)[2][4], const uint16_t* state,
                                                  int half) const {
#pragma unroll
        for (int k = 0; k < D / 16; ++k) {
            Fragment<Terms> b;
            load_matrices(b, state + half * 16 * (D + 8) + k * 16 + columns_first(lane, D + 8),
                          Form::StagePlane);
#pragma unroll
            for (int j = 0; j < 2; ++j) {
                if (k == 0) {
                    mma_first(h[j], x[k], b, j);
                } else {
                    mma(h[j], x[k], b, j);
                }
            }
        }
    }

    // Units p .. p + 3 of the block whose g is loaded: dg += poly_p (S_p x);
    // `part` gets the lane's share of g . (S_p x) for each.
    template <bool gradient, bool value>
    __device__ __forceinline__ void add_four_units(int p, const uint16_t* states,
                                                   float (&part)[2][4]) {
        SplitPair<Terms> pairs[2][2];  // poly of rows r and r + 8, two p each
#pragma unroll
        for (int i = 0; i < 2; ++i) {
            const uint16_t* at = p_shared + ((lane >> 2) + i * 8) * p_stride + p;
#pragma unroll
            for (int t = 0; t < Terms; ++t) {
                const uint2 four = *reinterpret_cast<const uint2*>(at + t * p_plane);
                pairs[i][0].term[t] = four.x;
                pairs[i][1].term[t] = four.y;
            }
        }
#pragma unroll
        for (int u = 0; u < 4; ++u) {
            const uint16_t* state = states + u * 32 * (D + 8);
            SplitPair<Terms> scale[2];
            float poly[2];
#pragma unroll
            for (int i = 0; i < 2; ++i) {
                const SplitPair<Terms>& pair = pairs[i][u >> 1];
                scale[i] = u & 1 ? twice_high(pair) : twice_low(pair);
                poly[i] = u & 1 ? high_float(pair) : low_float(pair);
                part[i][u] = 0.f;
            }
            if constexpr (gradient) {
#pragma unroll
                for (int half = 0; half < 2; ++half) {
                    float h[2][4];
                    state_product(h, state, half);
#pragma unroll
                    for (int i = 0; i < 4; ++i) {
                        // Register i of an a fragment: row r + 8 (i & 1), tile i / 2.
                        const float* of = h[i >> 1] + (i & 1) * 2;
                        float* to = dg[half * 2 + (i >> 1)] + (i & 1) * 2;
                        float& sum = part[i & 1][u];
                        to[0] = fmaf(poly[i & 1], of[0], to[0]);
                        to[1] = fmaf(poly[i & 1], of[1], to[1]);
                        sum = fmaf(own[half][i].x, of[0], sum);
                        sum = fmaf(own[half][i].y, of[1], sum);
                    }
                }
            }
            if constexpr (value) add_value(scale, state);
        }
    }

    // Units p .. p + Form::StageUnits - 1.
    template <bool gradient, bool value>
    __device__ __forceinline__ void add_units(int p, const uint16_t* states) {
        if constexpr (Terms == 1) {
            // The shares of a row are summed up by a product with a matrix of ones
            // and zeros, whose column n picks unit n: four units lie in a lane's four
            // columns k.
            float sums[4] = {};
#pragma unroll
            for (int u = 0; u < Form::StageUnits; u += 4) {
                float part[2][4];
                add_four_units<gradient, value>(p + u, states + u * 32 * (D + 8), part);
                if constexpr (gradient) {
                    const int unit = (lane >> 2) - ((p + u) & 4);
                    const uint32_t a[4] = {
                        pack(part[0][0], part[0][1]), pack(part[1][0], part[1][1]),
                        pack(part[0][2], part[0][3]), pack(part[1][2], part[1][3])};
                    mma(sums, a,
                        unit == 0   ? 0x3f80u
                        : unit == 1 ? 0x3f800000u
                                    : 0u,
                        unit == 2   ? 0x3f80u
                        : unit == 3 ? 0x3f800000u
                                    : 0u);
                }
            }
            if constexpr (gradient) {
                float* at = dp_shared + (lane >> 2) * dp_stride + (p & ~7) + (lane & 3) * 2;
#pragma unroll
                for (int i = 0; i < 2; ++i) {
                    float2* pair = reinterpret_cast<float2*>(at + i * 8 * dp_stride);
                    const float2 before = *pair;
                    *pair = make_float2(before.x + sums[2 * i], before.y + sums[2 * i + 1]);
                }
            }
        } else {
#pragma unroll 1
            for (int u = 0; u < Form::StageUnits; u += 4) {
                float part[2][4];
                add_four_units<gradient, value>(p + u, states + u * 32 * (D + 8), part);
                if constexpr (gradient) {
#pragma unroll
                    for (int i = 0; i < 2; ++i) {
                        const float sum = quad_sums(part[i], lane);
                        dp_shared[((lane >> 2) + i * 8) * dp_stride + p + u + (lane & 3)] += sum;
                    }
                }
            }
        }
    }

    // The one unit of a block where P = 1.
    template <bool gradient, bool value>
    __device__ __forceinline__ void add_plain_unit(const uint16_t* state) {
        if constexpr (gradient) {
#pragma unroll
            for (int half = 0; half < 2; ++half) {
                float h[2][4];
                state_product(h, state, half);
#pragma unroll
                for (int i = 0; i < 8; ++i) dg[half * 2 + i / 4][i % 4] += h[i / 4][i % 4];
            }
        }
        const SplitPair<Terms> none[2] = {};
        if constexpr (value) add_value(none, state);
    }

    // The normaliser's part of a block, Z [p_units][32] in device memory:
    // dg += w Z^T poly, dp += w Z g.
    __device__ __forceinline__ void add_normaliser(const uint16_t* z) {
        const int column = (lane & 3) * 2;
        if constexpr (!Form::HasPoly) {
#pragma unroll
            for (int n = 0; n < 4; ++n) {
                float2 sum = make_float2(0.f, 0.f);
#pragma unroll
                for (int t = 0; t < Terms; ++t) {
                    const uint32_t pair =
                        *reinterpret_cast<const uint32_t*>(z + state_at<Terms>(n * 8 + column, t));
                    sum.x += low_float(pair);
                    sum.y += high_float(pair);
                }
#pragma unroll
                for (int i = 0; i < 4; ++i) {
                    dg[n][i] += weight[i >> 1] * (i & 1 ? sum.y : sum.x);
                }
            }
        } else {
            add_poly_normaliser(z);
        }
    }
    __device__ __forceinline__ void add_poly_normaliser(const uint16_t* z) {
        const int r = lane >> 2, column = (lane & 3) * 2;
#pragma unroll
        for (int n = 0; n < 4; ++n) {
            float h[4] = {};
#pragma unroll 1
            for (int k = 0; k < p_steps; ++k) {
                Fragment<Terms> b;
#pragma unroll
                for (int t = 0; t < Terms; ++t) {
#pragma unroll
                    for (int i = 0; i < 2; ++i) {
                        const int p = k * 16 + i * 8 + column;
                        const uint16_t* at = z + state_at<Terms>(p * 32 + n * 8 + r, t);
                        b.term[t][i] =
                            p < p_units ? at[0] | static_cast<uint32_t>(at[32 * Terms]) << 16 : 0u;
                    }
                }
                Fragment<Terms> poly;
                load_matrices(poly, p_shared + k * 16 + rows_first(lane, p_stride), p_plane);
                mma(h, poly, b, 0);
            }
#pragma unroll
            for (int i = 0; i < 4; ++i) dg[n][i] += weight[i >> 1] * h[i];
        }
#pragma unroll 1
        for (int n = 0; n < p_units / 8; ++n) {
            Fragment<Terms> b[2];
#pragma unroll
            for (int t = 0; t < Terms; ++t) {
#pragma unroll
                for (int i = 0; i < 4; ++i) {
                    b[i >> 1].term[t][i & 1] = *reinterpret_cast<const uint32_t*>(
                        z + state_at<Terms>((n * 8 + r) * 32 + i * 8 + column, t));
                }
            }
            float h[4];
            mma_first(h, g[0], b[0], 0);
            mma(h, g[1], b[1], 0);
            float* at = dp_shared + r * dp_stride + n * 8 + column;
#pragma unroll
            for (int i = 0; i < 4; ++i) {
                at[(i >> 1) * 8 * dp_stride + (i & 1)] += weight[i >> 1] * h[i];
            }
        }
        __syncwarp();
    }

    // Zero where the other position is not visible, in the 16 rows whose diagonal
    // this is.
    __device__ __forceinline__ void mask(float (&w)[2][4]) const {
#pragma unroll
        for (int i = 0; i < 8; ++i) {
            const int column = (i >> 2) * 8 + (lane & 3) * 2 + (i & 1);
            const int row = (lane >> 2) + (i >> 1 & 1) * 8;
            if (Form::Keys ? column < row : column > row) w[i >> 2][i & 3] = 0.f;
        }
    }

    // Adds 16 positions of the other side; `ahead` is the first one minus the
    // block's first row. `for_p`, `for_g`, `for_v`: which gradients take part.
    // g_steps: the width of g / 16 where it is read from shared memory.
    template <bool for_p, bool for_g, bool for_v>
    __device__ __forceinline__ void add_others(const OtherRows& o, int step, int ahead, bool causal,
                                               int g_steps) {
        constexpr bool kNeedsG = for_p || for_v, kNeedsP = Form::HasPoly && (for_g || for_v);
        constexpr bool kNeedsC = for_p || for_g;
        if (causal && (Form::Keys ? ahead < first_row() : ahead > first_row())) return;
        const uint16_t* og = o.g + step * 16 * o.g_stride;
        const uint16_t* op = o.p + step * 16 * o.p_stride;
        const uint16_t* ox = o.x + step * 16 * (D + 8);
        float wg[2][4], wp[2][4], c[2][4];
        if constexpr (kNeedsG) {
            if constexpr (Form::OneBlock) {
#pragma unroll
                for (int k = 0; k < 2; ++k) {
                    Fragment<Terms> b;
                    load_matrices(b, og + k * 16 + columns_first(lane, o.g_stride), o.g_plane);
#pragma unroll
                    for (int j = 0; j < 2; ++j) {
                        if (k == 0) {
                            mma_first(wg[j], g[k], b, j);
                        } else {
                            mma(wg[j], g[k], b, j);
                        }
                    }
                }
            } else {
                clear(wg);
#pragma unroll 1
                for (int k = 0; k < g_steps; ++k) {
                    Fragment<Terms> b;
                    load_matrices(b, og + k * 16 + columns_first(lane, o.g_stride), o.g_plane);
                    Fragment<Terms> a;
                    load_matrices(a, g_shared + k * 16 + rows_first(lane, g_stride), g_plane);
                    mma(wg[0], a, b, 0);
                    mma(wg[1], a, b, 1);
                }
            }
        }
        if constexpr (kNeedsP) {
#pragma unroll
            for (int k = 0; k < Form::PolySteps; ++k) {
                if (!Form::OneBlock && k >= p_steps) break;
                Fragment<Terms> b;
                load_matrices(b, op + k * 16 + columns_first(lane, o.p_stride), o.p_plane);
                Fragment<Terms> a;
                load_matrices(a, p_shared + k * 16 + rows_first(lane, p_stride), p_plane);
#pragma unroll
                for (int j = 0; j < 2; ++j) {
                    if (k == 0) {
                        mma_first(wp[j], a, b, j);
                    } else {
                        mma(wp[j], a, b, j);
                    }
                }
            }
        }
        if constexpr (kNeedsC) {
#pragma unroll
            for (int i = 0; i < 8; ++i) {
                c[i >> 2][i & 3] = Form::Keys
                                       ? o.w[step * 16 + (i >> 2) * 8 + (lane & 3) * 2 + (i & 1)]
                                       : weight[i >> 1 & 1];
            }
#pragma unroll
            for (int k = 0; k < D / 16; ++k) {
                Fragment<Terms> b;
                load_matrices(b, ox + k * 16 + columns_first(lane, D + 8), Form::RawPlane);
                mma(c[0], x[k], b, 0);
                mma(c[1], x[k], b, 1);
            }
        }
        Fragment<Terms> for_dg, for_dp, for_dv;
        if (causal && ahead == first_row()) {
            if constexpr (kNeedsG) mask(wg);
            if constexpr (kNeedsC) mask(c);
        }
        if constexpr (for_v) {
            float w[2][4];
#pragma unroll
            for (int i = 0; i < 8; ++i) {
                w[i >> 2][i & 3] =
                    Form::HasPoly ? wg[i >> 2][i & 3] * wp[i >> 2][i & 3] : wg[i >> 2][i & 3];
            }
            for_dv = as_operand<Terms>(w[0], w[1]);
        }
        if constexpr (for_p) {
            float w[2][4];
#pragma unroll
            for (int i = 0; i < 8; ++i) w[i >> 2][i & 3] = wg[i >> 2][i & 3] * c[i >> 2][i & 3];
            for_dp = as_operand<Terms>(w[0], w[1]);
        }
        if constexpr (for_g) {
            if constexpr (Form::HasPoly) {
#pragma unroll
                for (int i = 0; i < 8; ++i) c[i >> 2][i & 3] *= wp[i >> 2][i & 3];
            }
            for_dg = as_operand<Terms>(c[0], c[1]);
        }
        if constexpr (for_g) {
#pragma unroll
            for (int n = 0; n < 2; ++n) {
                Fragment<Terms> b;
                load_matrices_transposed(b, og + n * 16 + rows_first(lane, o.g_stride), o.g_plane);
                mma(dg[2 * n], for_dg, b, 0);
                mma(dg[2 * n + 1], for_dg, b, 1);
            }
        }
        if constexpr (for_p) {
#pragma unroll
            for (int n = 0; n < Form::PolySteps; ++n) {
                if (!Form::OneBlock && n >= p_steps) break;
                Fragment<Terms> b;
                load_matrices_transposed(b, op + n * 16 + rows_first(lane, o.p_stride), o.p_plane);
                mma(dp[2 * n], for_dp, b, 0);
                mma(dp[2 * n + 1], for_dp, b, 1);
            }
        }
        if constexpr (for_v) {
#pragma unroll
            for (int n = 0; n < D / 16; ++n) {
                Fragment<Terms> b;
                load_matrices_transposed(b, ox + n * 16 + rows_first(lane, D + 8), Form::RawPlane);
                mma(dv[2 * n], for_dv, b, 0);
                mma(dv[2 * n + 1], for_dv, b, 1);
            }
        }
    }
};

}  // namespace slay::kernels
