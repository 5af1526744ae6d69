// The rows of one warp in the gradient kernel: operands and gradients in registers, and what a unit
// of the state or 16 positions of the other side add to them.
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
    static constexpr int D = Form::D, MT = Form::RowTiles, Terms = Form::Terms;
    static constexpr int kPolyTiles = Form::HasPoly ? 2 * Form::PolySteps : 1;
    static constexpr int kValueTiles = Form::Keys ? D / 8 : 1;

    Fragment<Terms> x[MT][D / 16];  // dN or v
    Fragment<Terms> g[MT][2];       // of one block of 32
    float weight[MT][2];            // dD or 1
    float dg[MT][4][4];
    float dp[MT][kPolyTiles][4];
    float dv[MT][kValueTiles][4];

    uint16_t* g_shared;  // of the warp's first tile: row 16 warp of the block
    uint16_t* p_shared;
    float* dp_shared;
    int g_stride, g_plane, p_stride, p_plane, dp_stride;
    int p_steps, p_units;
    int warp, lane;

    __device__ __forceinline__ int row_of(int m) const { return (m * Form::Warps + warp) * 16; }
    __device__ __forceinline__ uint16_t* g_of(int m) const {
        return g_shared + m * Form::Warps * 16 * g_stride;
    }
    __device__ __forceinline__ uint16_t* p_of(int m) const {
        return p_shared + m * Form::Warps * 16 * p_stride;
    }
    __device__ __forceinline__ float* dp_of(int m) const {
        return dp_shared + m * Form::Warps * 16 * dp_stride;
    }

    template <int N>
    __device__ __forceinline__ static void clear(float (&a)[MT][N][4]) {
#pragma unroll
        for (int m = 0; m < MT; ++m) {
#pragma unroll
            for (int i = 0; i < N * 4; ++i) a[m][i / 4][i % 4] = 0.f;
        }
    }

    __device__ __forceinline__ void load_block(int block) {
#pragma unroll
        for (int m = 0; m < MT; ++m) {
#pragma unroll
            for (int i = 0; i < 2; ++i) {
                load_matrices(g[m][i], g_of(m) + block * 32 + i * 16 + rows_first(lane, g_stride),
                              g_plane);
            }
        }
    }

    // poly of rows r and r + 8 for p and p + 1.
    __device__ __forceinline__ SplitPair<Terms> poly_pair(int m, int i, int p) const {
        SplitPair<Terms> pair;
        const uint16_t* at = p_of(m) + ((lane >> 2) + i * 8) * p_stride + p;
#pragma unroll
        for (int t = 0; t < Terms; ++t) {
            pair.term[t] = *reinterpret_cast<const uint32_t*>(at + t * p_plane);
        }
        return pair;
    }

    // dv += (scale o g) U for one unit, [32][D + 8] in shared memory.
    __device__ __forceinline__ void add_value(const SplitPair<Terms> (&scale)[MT][2],
                                              const uint16_t* state) {
#pragma unroll
        for (int k = 0; k < 2; ++k) {
            Fragment<Terms> scaled[MT];
#pragma unroll
            for (int m = 0; m < MT; ++m) {
                scaled[m] = g[m][k];
                if constexpr (Form::HasPoly) {
#pragma unroll
                    for (int i = 0; i < 4; ++i) {
                        SplitPair<Terms> element;
#pragma unroll
                        for (int t = 0; t < Terms; ++t) element.term[t] = g[m][k].term[t][i];
                        element = multiply(element, scale[m][i & 1]);
#pragma unroll
                        for (int t = 0; t < Terms; ++t) scaled[m].term[t][i] = element.term[t];
                    }
                }
            }
#pragma unroll
            for (int n = 0; n < D / 16; ++n) {
                Fragment<Terms> b;
                load_matrices_transposed(
                    b, state + k * 16 * (D + 8) + n * 16 + rows_first(lane, D + 8),
                    Form::StagePlane);
#pragma unroll
                for (int m = 0; m < MT; ++m) {
                    mma(dv[m][Form::Keys ? 2 * n : 0], scaled[m], b, 0);
                    mma(dv[m][Form::Keys ? 2 * n + 1 : 0], scaled[m], b, 1);
                }
            }
        }
    }

    // h = S x for 16 g from 16 half on.
    __device__ __forceinline__ void state_product(float (&h)[MT][2][4], const uint16_t* state,
                                                  int half) const {
#pragma unroll
        for (int k = 0; k < D / 16; ++k) {
            Fragment<Terms> b;
            load_matrices(b, state + half * 16 * (D + 8) + k * 16 + columns_first(lane, D + 8),
                          Form::StagePlane);
#pragma unroll
            for (int m = 0; m < MT; ++m) {
#pragma unroll
                for (int j = 0; j < 2; ++j) {
                    if (k == 0) {
                        mma_first(h[m][j], x[m][k], b, j);
                    } else {
                        mma(h[m][j], x[m][k], b, j);
                    }
                }
            }
        }
    }

    // Units p .. p + 3 of the block whose g is loaded: dg_m += poly_p (S_p x)_m and
    // dp_p += g . (S_p x).
    template <bool gradient, bool value>
    __device__ __forceinline__ void add_four_units(int p, const uint16_t* states) {
        float part[MT][2][4];
#pragma unroll
        for (int u = 0; u < 4; ++u) {
            const uint16_t* state = states + u * 32 * (D + 8);
            SplitPair<Terms> scale[MT][2];
            float poly[MT][2];
#pragma unroll
            for (int m = 0; m < MT; ++m) {
#pragma unroll
                for (int i = 0; i < 2; ++i) {
                    const SplitPair<Terms> pair = poly_pair(m, i, p + (u & 2));
                    scale[m][i] = u & 1 ? twice_high(pair) : twice_low(pair);
                    poly[m][i] = u & 1 ? high_float(pair) : low_float(pair);
                    part[m][i][u] = 0.f;
                }
            }
            if constexpr (gradient) {
#pragma unroll
                for (int half = 0; half < 2; ++half) {
                    float h[MT][2][4];
                    state_product(h, state, half);
#pragma unroll
                    for (int m = 0; m < MT; ++m) {
#pragma unroll
                        for (int i = 0; i < 4; ++i) {
                            // Register i of an a fragment: rows r + 8 (i & 1), tile i / 2.
                            const float2 own = floats(g[m][half], i);
                            const float* of = h[m][i >> 1] + (i & 1) * 2;
                            float* to = dg[m][half * 2 + (i >> 1)] + (i & 1) * 2;
                            to[0] += poly[m][i & 1] * of[0];
                            to[1] += poly[m][i & 1] * of[1];
                            // One chain of multiply-adds.
                            float& sum = part[m][i & 1][u];
                            sum = fmaf(own.x, of[0], sum);
                            sum = fmaf(own.y, of[1], sum);
                        }
                    }
                }
            }
            if constexpr (value) add_value(scale, state);
        }
        if constexpr (gradient) {
#pragma unroll
            for (int m = 0; m < MT; ++m) {
#pragma unroll
                for (int i = 0; i < 2; ++i) {
                    const float sum = quad_sums(part[m][i], lane);
                    dp_of(m)[((lane >> 2) + i * 8) * dp_stride + p + (lane & 3)] += sum;
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
                float h[MT][2][4];
                state_product(h, state, half);
#pragma unroll
                for (int m = 0; m < MT; ++m) {
#pragma unroll
                    for (int i = 0; i < 8; ++i)
                        dg[m][half * 2 + i / 4][i % 4] += h[m][i / 4][i % 4];
                }
            }
        }
        const SplitPair<Terms> none[MT][2] = {};
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
                for (int m = 0; m < MT; ++m) {
#pragma unroll
                    for (int i = 0; i < 4; ++i) {
                        dg[m][n][i] += weight[m][i >> 1] * (i & 1 ? sum.y : sum.x);
                    }
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
            float h[MT][4] = {};
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
#pragma unroll
                for (int m = 0; m < MT; ++m) {
                    Fragment<Terms> poly;
                    load_matrices(poly, p_of(m) + k * 16 + rows_first(lane, p_stride), p_plane);
                    mma(h[m], poly, b, 0);
                }
            }
#pragma unroll
            for (int m = 0; m < MT; ++m) {
#pragma unroll
                for (int i = 0; i < 4; ++i) dg[m][n][i] += weight[m][i >> 1] * h[m][i];
            }
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
#pragma unroll
            for (int m = 0; m < MT; ++m) {
                float h[4];
                mma_first(h, g[m][0], b[0], 0);
                mma(h, g[m][1], b[1], 0);
                float* at = dp_of(m) + r * dp_stride + n * 8 + column;
#pragma unroll
                for (int i = 0; i < 4; ++i) {
                    at[(i >> 1) * 8 * dp_stride + (i & 1)] += weight[m][i >> 1] * h[i];
                }
            }
        }
        __syncwarp();
    }

    // Zero where the other position is not visible, in the 16 rows whose diagonal this is.
    __device__ __forceinline__ void mask(float (&w)[2][4]) const {
#pragma unroll
        for (int i = 0; i < 8; ++i) {
            const int column = (i >> 2) * 8 + (lane & 3) * 2 + (i & 1);
            const int row = (lane >> 2) + (i >> 1 & 1) * 8;
            if (Form::Keys ? column < row : column > row) w[i >> 2][i & 3] = 0.f;
        }
    }

    // Adds 16 positions of the other side; `ahead` is the first one minus the block's first row.
    // `for_p`, `for_g`, `for_v`: which gradients take part. g_steps: the width of g / 16 where it
    // is read from shared memory.
    template <bool for_p, bool for_g, bool for_v>
    __device__ __forceinline__ void add_others(const OtherRows& o, int step, int ahead, bool causal,
                                               int g_steps) {
        constexpr bool kNeedsG = for_p || for_v, kNeedsP = Form::HasPoly && (for_g || for_v);
        constexpr bool kNeedsC = for_p || for_g;
        bool active[MT];
        bool any = false;
#pragma unroll
        for (int m = 0; m < MT; ++m) {
            active[m] = !causal || (Form::Keys ? ahead >= row_of(m) : ahead <= row_of(m));
            any = any || active[m];
        }
        if (!any) return;
        const uint16_t* og = o.g + step * 16 * o.g_stride;
        const uint16_t* op = o.p + step * 16 * o.p_stride;
        const uint16_t* ox = o.x + step * 16 * (D + 8);
        float wg[MT][2][4], wp[MT][2][4], c[MT][2][4];
        if constexpr (kNeedsG) {
            if constexpr (Form::OneBlock) {
#pragma unroll
                for (int k = 0; k < 2; ++k) {
                    Fragment<Terms> b;
                    load_matrices(b, og + k * 16 + columns_first(lane, o.g_stride), o.g_plane);
#pragma unroll
                    for (int m = 0; m < MT; ++m) {
#pragma unroll
                        for (int j = 0; j < 2; ++j) {
                            if (k == 0) {
                                mma_first(wg[m][j], g[m][k], b, j);
                            } else {
                                mma(wg[m][j], g[m][k], b, j);
                            }
                        }
                    }
                }
            } else {
                clear(wg);
#pragma unroll 1
                for (int k = 0; k < g_steps; ++k) {
                    Fragment<Terms> b;
                    load_matrices(b, og + k * 16 + columns_first(lane, o.g_stride), o.g_plane);
#pragma unroll
                    for (int m = 0; m < MT; ++m) {
                        Fragment<Terms> a;
                        load_matrices(a, g_of(m) + k * 16 + rows_first(lane, g_stride), g_plane);
                        mma(wg[m][0], a, b, 0);
                        mma(wg[m][1], a, b, 1);
                    }
                }
            }
        }
        if constexpr (kNeedsP) {
            clear(wp);
#pragma unroll
            for (int k = 0; k < Form::PolySteps; ++k) {
                if (!Form::OneBlock && k >= p_steps) break;
                Fragment<Terms> b;
                load_matrices(b, op + k * 16 + columns_first(lane, o.p_stride), o.p_plane);
#pragma unroll
                for (int m = 0; m < MT; ++m) {
                    Fragment<Terms> a;
                    load_matrices(a, p_of(m) + k * 16 + rows_first(lane, p_stride), p_plane);
                    mma(wp[m][0], a, b, 0);
                    mma(wp[m][1], a, b, 1);
                }
            }
        }
        if constexpr (kNeedsC) {
#pragma unroll
            for (int m = 0; m < MT; ++m) {
#pragma unroll
                for (int i = 0; i < 8; ++i) {
                    c[m][i >> 2][i & 3] =
                        Form::Keys ? o.w[step * 16 + (i >> 2) * 8 + (lane & 3) * 2 + (i & 1)]
                                   : weight[m][i >> 1 & 1];
                }
            }
#pragma unroll
            for (int k = 0; k < D / 16; ++k) {
                Fragment<Terms> b;
                load_matrices(b, ox + k * 16 + columns_first(lane, D + 8), Form::RawPlane);
#pragma unroll
                for (int m = 0; m < MT; ++m) {
                    mma(c[m][0], x[m][k], b, 0);
                    mma(c[m][1], x[m][k], b, 1);
                }
            }
        }
        Fragment<Terms> for_dg[MT], for_dp[MT], for_dv[MT];
#pragma unroll
        for (int m = 0; m < MT; ++m) {
            if (causal && ahead == row_of(m)) {
                if constexpr (kNeedsG) mask(wg[m]);
                if constexpr (kNeedsC) mask(c[m]);
            }
            if constexpr (for_v) {
                float w[2][4];
#pragma unroll
                for (int i = 0; i < 8; ++i) {
                    w[i >> 2][i & 3] = Form::HasPoly ? wg[m][i >> 2][i & 3] * wp[m][i >> 2][i & 3]
                                                     : wg[m][i >> 2][i & 3];
                }
                for_dv[m] = as_operand<Terms>(w[0], w[1]);
            }
            if constexpr (for_p) {
                float w[2][4];
#pragma unroll
                for (int i = 0; i < 8; ++i)
                    w[i >> 2][i & 3] = wg[m][i >> 2][i & 3] * c[m][i >> 2][i & 3];
                for_dp[m] = as_operand<Terms>(w[0], w[1]);
            }
            if constexpr (for_g) {
                if constexpr (Form::HasPoly) {
#pragma unroll
                    for (int i = 0; i < 8; ++i) c[m][i >> 2][i & 3] *= wp[m][i >> 2][i & 3];
                }
                for_dg[m] = as_operand<Terms>(c[m][0], c[m][1]);
            }
        }
        if constexpr (for_g) {
#pragma unroll
            for (int n = 0; n < 2; ++n) {
                Fragment<Terms> b;
                load_matrices_transposed(b, og + n * 16 + rows_first(lane, o.g_stride), o.g_plane);
#pragma unroll
                for (int m = 0; m < MT; ++m) {
                    if (MT > 1 && !active[m]) continue;
                    mma(dg[m][2 * n], for_dg[m], b, 0);
                    mma(dg[m][2 * n + 1], for_dg[m], b, 1);
                }
            }
        }
        if constexpr (for_p) {
#pragma unroll
            for (int n = 0; n < Form::PolySteps; ++n) {
                if (!Form::OneBlock && n >= p_steps) break;
                Fragment<Terms> b;
                load_matrices_transposed(b, op + n * 16 + rows_first(lane, o.p_stride), o.p_plane);
#pragma unroll
                for (int m = 0; m < MT; ++m) {
                    if (MT > 1 && !active[m]) continue;
                    mma(dp[m][2 * n], for_dp[m], b, 0);
                    mma(dp[m][2 * n + 1], for_dp[m], b, 1);
                }
            }
        }
        if constexpr (for_v) {
#pragma unroll
            for (int n = 0; n < D / 16; ++n) {
                Fragment<Terms> b;
                load_matrices_transposed(b, ox + n * 16 + rows_first(lane, D + 8), Form::RawPlane);
#pragma unroll
                for (int m = 0; m < MT; ++m) {
                    if (MT > 1 && !active[m]) continue;
                    mma(dv[m][2 * n], for_dv[m], b, 0);
                    mma(dv[m][2 * n + 1], for_dv[m], b, 1);
                }
            }
        }
    }
};

}  // namespace slay::kernels
