// g(u) and poly(u) of 16 rows by one warp: z = W u on tensor cores, W split into two bf16 terms.
#pragma once

#include "engine/kernels/kernel_arguments.cuh"
#include "engine/kernels/split.cuh"

namespace slay::kernels {

// 16 rows of q or k as mma's a fragments, from shared memory [row][D + 8]; a lane's two rows are
// r = lane / 4 and r + 8.
template <int D, int Terms>
struct RowTile {
    Fragment<Terms> u[D / 16];
    float inverse[2];  // 1 / max(|u|, 1e-12), or 1

    __device__ __forceinline__ RowTile(const uint16_t* rows, int plane, bool normalise, int lane) {
#pragma unroll
        for (int k = 0; k < D / 16; ++k) {
            load_matrices(u[k], rows + k * 16 + rows_first(lane, D + 8), plane);
        }
        inverse[0] = inverse[1] = 1.f;
        if (normalise) form_norms(lane);
    }

    // The diagonals of u u^T: an a fragment's registers 0, 2 and 1, 3 are b fragments of its rows.
    __device__ __forceinline__ void form_norms(int lane) {
        float low[4], high[4];
        if constexpr (Terms > 1) {
            mma_first(low, u[0].term[0], u[0].term[1][0], u[0].term[1][2]);
            mma_first(high, u[0].term[0], u[0].term[1][1], u[0].term[1][3]);
#pragma unroll
            for (int k = 1; k < D / 16; ++k) {
                mma(low, u[k].term[0], u[k].term[1][0], u[k].term[1][2]);
                mma(high, u[k].term[0], u[k].term[1][1], u[k].term[1][3]);
            }
#pragma unroll
            for (int i = 0; i < 4; ++i) {
                low[i] *= 2.f;
                high[i] *= 2.f;
            }
            mma(low, u[0].term[0], u[0].term[0][0], u[0].term[0][2]);
            mma(high, u[0].term[0], u[0].term[0][1], u[0].term[0][3]);
        } else {
            mma_first(low, u[0].term[0], u[0].term[0][0], u[0].term[0][2]);
            mma_first(high, u[0].term[0], u[0].term[0][1], u[0].term[0][3]);
        }
#pragma unroll
        for (int k = 1; k < D / 16; ++k) {
            mma(low, u[k].term[0], u[k].term[0][0], u[k].term[0][2]);
            mma(high, u[k].term[0], u[k].term[0][1], u[k].term[0][3]);
        }
        const bool odd = lane & 4;  // row r lies in column r % 2 of the quad's lane r / 2
        const int source = (lane & 28) | (lane >> 3);
        const float squares[2] = {__shfl_sync(0xffffffffu, odd ? low[1] : low[0], source),
                                  __shfl_sync(0xffffffffu, odd ? high[3] : high[2], source)};
#pragma unroll
        for (int i = 0; i < 2; ++i) inverse[i] = fminf(inverse_root(squares[i]), 1e12f);
    }

    // z[row][8 features] = W u; `fragments` is the tile's first fragment.
    __device__ __forceinline__ void project(float (&z)[4], const uint4* fragments, int lane) const {
        uint4 b[D / 16];
#pragma unroll
        for (int k = 0; k < D / 16; ++k) b[k] = __ldg(fragments + k * 32 + lane);
        mma_first(z, u[0].term[0], b[0].z, b[0].w);
#pragma unroll
        for (int k = 1; k < D / 16; ++k) mma(z, u[k].term[0], b[k].z, b[k].w);
        if constexpr (Terms > 1) {
#pragma unroll
            for (int k = 0; k < D / 16; ++k) mma(z, u[k].term[1], b[k].x, b[k].y);
        }
#pragma unroll
        for (int k = 0; k < D / 16; ++k) mma(z, u[k].term[0], b[k].x, b[k].y);
    }
};

// The features of the usual maps, known when the kernel is compiled: P > 0 stands for squares of P
// projections times 32 exponentials of normalised vectors. P <= 0 is whatever the arguments say.
template <int P>
__device__ __forceinline__ DeviceFeatures known_features(const DeviceFeatures& given) {
    DeviceFeatures f = given;
    if constexpr (P > 0) {
        f.g_padded = kBlock;
        f.p_units = f.p_padded = P;
        f.products = f.rotate = 0;
        f.factor = Factor::exponential;
        f.normalise = true;
    }
    return f;
}

// Which tiles of eight features a warp forms: `count` of them, `step` apart.
struct TileRange {
    int first, step, count;

    // Part `part` of the tiles first ... first + tiles - 1 shared out to `parts` warps; evenly, so
    // that the count is known, where P is.
    template <int P>
    static __device__ __forceinline__ TileRange share(int first, int tiles, int part, int parts) {
        return {first + part, parts, P > 0 ? tiles / parts : (tiles - part + parts - 1) / parts};
    }
};

// `apply(n, z)` for the projections on each tile of the range.
template <int D, int Terms, typename Apply>
__device__ __forceinline__ void project_tiles(const RowTile<D, Terms>& rows, const uint4* weights,
                                              TileRange range, int lane, Apply apply) {
#pragma unroll(D* Terms <= 64 ? 2 : 1)
    for (int i = 0; i < range.count; ++i) {
        const int n = range.first + i * range.step;
        float z[4];
        rows.project(z, weights + n * (D / 16) * 32, lane);
        apply(n, z);
    }
}

template <int Terms, typename Store>
__device__ __forceinline__ void store_tile(int n, const float (&z)[4], Store& store) {
    store(n, split<Terms>(z[0], z[1]), split<Terms>(z[2], z[3]));
}

// g of the range's tiles: `store(n, pair, pair)` for rows r and r + 8. Zero in padded features
// (their weights are zero, the offset of their exponential is -infinity) and in rows from `count`
// on. `position` is that of the first row.
template <int D, int Terms, typename Store>
__device__ __forceinline__ void form_g(const RowTile<D, Terms>& rows, const DeviceFeatures& f,
                                       const uint4* omega, TileRange range, std::int64_t position,
                                       int count, int lane, Store store) {
    const float2* offsets = reinterpret_cast<const float2*>(f.offset) + (lane & 3);
    const auto exponent = [&](float z, int i, const float2& offset) {
        return exp2_fast(fmaf(z, rows.inverse[i >> 1], i & 1 ? offset.y : offset.x));
    };
    // Rows past the end: where g(0) is not zero, unless poly is.
    const auto cut = [&](float(&z)[4]) {
        if (f.p_units > 1 || count >= 16) return;
        if ((lane >> 2) >= count) z[0] = z[1] = 0.f;
        if ((lane >> 2) + 8 >= count) z[2] = z[3] = 0.f;
    };
    if (f.factor == Factor::exponential) {
        project_tiles(rows, omega, range, lane, [&](int n, float(&z)[4]) {
            const float2 offset = __ldg(offsets + n * 4);
#pragma unroll
            for (int i = 0; i < 4; ++i) z[i] = exponent(z[i], i, offset);
            cut(z);
            store_tile<Terms>(n, z, store);
        });
    } else if (f.factor == Factor::exponential_square) {
        project_tiles(rows, omega, range, lane, [&](int n, float(&z)[4]) {
            const float2 offset = __ldg(offsets + n * 4);
#pragma unroll
            for (int i = 0; i < 4; ++i) {
                const float x = z[i] * rows.inverse[i >> 1];
                z[i] = x * x * exponent(z[i], i, offset);
            }
            store_tile<Terms>(n, z, store);
        });
    } else if (f.factor == Factor::elu_plus_one) {
        project_tiles(rows, omega, range, lane, [&](int n, float(&z)[4]) {
            const float2 offset = __ldg(offsets + n * 4);
#pragma unroll
            for (int i = 0; i < 4; ++i) {
                const float x = z[i] * rows.inverse[i >> 1];
                z[i] = x > 0.f ? x + 1.f : exp2_fast(fmaf(x, kLog2E, i & 1 ? offset.y : offset.x));
            }
            cut(z);
            store_tile<Terms>(n, z, store);
        });
    } else {
        float turn[2][2];  // cos and sin of the rows' positions
#pragma unroll
        for (int i = 0; i < 2; ++i) {
            turn[i][0] = turn[i][1] = rows.inverse[i];
            if (f.rotate == 0) continue;
            const auto row = static_cast<float>(position + (lane >> 2) + i * 8);
            __sincosf(f.position_scale * row, &turn[i][1], &turn[i][0]);
        }
        project_tiles(rows, omega, range, lane, [&](int n, float(&z)[4]) {
            const bool sine = n * 8 >= f.rotate;
#pragma unroll
            for (int i = 0; i < 4; ++i) {
                z[i] = fmaxf(z[i], 0.f) * (sine ? turn[i >> 1][1] : turn[i >> 1][0]);
            }
            store_tile<Terms>(n, z, store);
        });
    }
}

// poly of the range's tiles, likewise. Zero in rows of zeros.
template <int D, int Terms, typename Store>
__device__ __forceinline__ void form_poly(const RowTile<D, Terms>& rows, const DeviceFeatures& f,
                                          TileRange range, int lane, Store store) {
    if (f.products == 0) {
        project_tiles(rows, f.poly[0], range, lane, [&](int n, float(&z)[4]) {
#pragma unroll
            for (int i = 0; i < 4; ++i) {
                z[i] *= rows.inverse[i >> 1];
                z[i] *= z[i];
            }
            store_tile<Terms>(n, z, store);
        });
        return;
    }
    project_tiles(rows, f.poly[0], range, lane, [&](int n, float(&z)[4]) {
        const int at = n * (D / 16) * 32;
        float other[4];
        rows.project(other, f.poly[1] + at, lane);
#pragma unroll
        for (int i = 0; i < 4; ++i) z[i] *= other[i];
        if (f.products == 2) {
            float third[4];
            rows.project(third, f.poly[2] + at, lane);
            rows.project(other, f.poly[3] + at, lane);
#pragma unroll
            for (int i = 0; i < 4; ++i) z[i] = fmaf(third[i], other[i], z[i]);
        }
#pragma unroll
        for (int i = 0; i < 4; ++i) z[i] *= rows.inverse[i >> 1] * rows.inverse[i >> 1];
        store_tile<Terms>(n, z, store);
    });
}

}  // namespace slay::kernels
