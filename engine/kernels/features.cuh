// g(u) and poly(u) of 16 rows by one warp, from their projections.
#pragma once

#include "engine/kernels/known_map.h"
#include "engine/kernels/row_tile.cuh"

namespace slay::kernels {

// The arguments with what is known of the map `P` (known_map.h) as constants.
template <int D, int P>
__device__ __forceinline__ DeviceFeatures known_features(const DeviceFeatures& given) {
    DeviceFeatures f = given;
    if constexpr (P > 0) {
        f.g_padded = kBlock;
        f.p_units = f.p_padded = P;
        f.products = f.rotate = 0;
        f.mix = nullptr;
        f.factor = Factor::exponential;
        f.normalise = true;
        f.identity = false;
    } else if constexpr (takes_elements(P)) {
        f.g_padded = P == kElu ? D : 2 * D;
        f.p_units = 1;
        f.rotate = P == kElu ? 0 : D;
        f.factor = P == kElu ? Factor::elu_plus_one : Factor::relu;
        f.normalise = false;
        f.identity = true;
    } else {
        f.identity = false;
    }
    if constexpr (P == kRelu || P == kExponential || P == kExponentialSquare) {
        f.p_units = 1;
        f.rotate = 0;
        f.factor = P == kRelu          ? Factor::relu
                   : P == kExponential ? Factor::exponential
                                       : Factor::exponential_square;
        f.normalise = P != kRelu;
    }
    return f;
}

// Which tiles of eight features a warp forms: `count` of them, `step` apart.
struct TileRange {
    int first, step, count;

    // Part `part` of the tiles first ... first + tiles - 1 shared out to `parts` warps; the count
    // is known where P and `parts` are and the tiles come out even.
    template <int P>
    static __device__ __forceinline__ TileRange share(int first, int tiles, int part, int parts) {
        const bool even = (P > 0 || takes_elements(P)) && tiles % parts == 0;
        return {first + part, parts, even ? tiles / parts : (tiles - part + parts - 1) / parts};
    }
};

// `apply(n, z)` for the projections on each tile of the range (identity: the elements of u, over
// again).
template <int unroll, int D, int Terms, typename Apply>
__device__ __forceinline__ void project_tiles(const RowTile<D, Terms>& rows, const uint4* weights,
                                              bool identity, TileRange range, int lane,
                                              Apply apply) {
#pragma unroll(D* Terms <= 64 ? 2 : 1)
    for (int i = 0; i < range.count; ++i) {
        const int n = range.first + i * range.step;
        float z[4];
        if (identity) {
            rows.elements(z, n % (D / 8), lane);
        } else {
            rows.project(z, weights, n, lane);
        }
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
template <int unroll, int D, int Terms, typename Store>
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
        project_tiles<unroll>(rows, omega, f.identity, range, lane, [&](int n, float(&z)[4]) {
            const float2 offset = __ldg(offsets + n * 4);
#pragma unroll
            for (int i = 0; i < 4; ++i) z[i] = exponent(z[i], i, offset);
            cut(z);
            store_tile<Terms>(n, z, store);
        });
    } else if (f.factor == Factor::exponential_square) {
        project_tiles<unroll>(rows, omega, f.identity, range, lane, [&](int n, float(&z)[4]) {
            const float2 offset = __ldg(offsets + n * 4);
#pragma unroll
            for (int i = 0; i < 4; ++i) {
                const float x = z[i] * rows.inverse[i >> 1];
                z[i] = x * x * exponent(z[i], i, offset);
            }
            store_tile<Terms>(n, z, store);
        });
    } else if (f.factor == Factor::elu_plus_one) {
        project_tiles<unroll>(rows, omega, f.identity, range, lane, [&](int n, float(&z)[4]) {
            float2 offset = make_float2(0.f, 0.f);
            if (!f.identity) offset = __ldg(offsets + n * 4);
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
        project_tiles<unroll>(rows, omega, f.identity, range, lane, [&](int n, float(&z)[4]) {
            const bool sine = n * 8 >= f.rotate;
#pragma unroll
            for (int i = 0; i < 4; ++i) {
                z[i] = fmaxf(z[i], 0.f) * (sine ? turn[i >> 1][1] : turn[i >> 1][0]);
            }
            store_tile<Terms>(n, z, store);
        });
    }
}

// Products of projections, or squares of them, for tile n of poly.
template <int D, int Terms>
__device__ __forceinline__ void product_tile(float (&z)[4], const RowTile<D, Terms>& rows,
                                             const DeviceFeatures& f, int n, int lane) {
    rows.project(z, f.poly[0], n, lane);
    if (f.products == 0) {
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            z[i] *= rows.inverse[i >> 1];
            z[i] *= z[i];
        }
        return;
    }
    float other[4];
    rows.project(other, f.poly[1], n, lane);
#pragma unroll
    for (int i = 0; i < 4; ++i) z[i] *= other[i];
    if (f.products == 2) {
        float third[4];
        rows.project(third, f.poly[2], n, lane);
        rows.project(other, f.poly[3], n, lane);
#pragma unroll
        for (int i = 0; i < 4; ++i) z[i] = fmaf(third[i], other[i], z[i]);
    }
#pragma unroll
    for (int i = 0; i < 4; ++i) z[i] *= rows.inverse[i >> 1] * rows.inverse[i >> 1];
}

// Tile n of mix times the products: their tiles, two at a time, are an a fragment.
template <int D, int Terms>
__device__ __forceinline__ void mixed_tile(float (&z)[4], const RowTile<D, Terms>& rows,
                                           const DeviceFeatures& f, int n, int lane) {
    const int steps = f.p_padded / 16;
    const uint4* fragments = f.mix + n * weight_tile(f.p_padded) + lane;
    z[0] = z[1] = z[2] = z[3] = 0.f;
#pragma unroll 1
    for (int k = 0; k < steps; ++k) {
        Fragment<3> s;
#pragma unroll
        for (int half = 0; half < 2; ++half) {
            float products[4];
            product_tile(products, rows, f, 2 * k + half, lane);
#pragma unroll
            for (int i = 0; i < 2; ++i) {
                const SplitPair<3> pair = split<3>(products[2 * i], products[2 * i + 1]);
#pragma unroll
                for (int t = 0; t < 3; ++t) s.term[t][2 * half + i] = pair.term[t];
            }
        }
        const uint4 b = __ldg(fragments + k * 32);
        const uint2 third =
            __ldg(reinterpret_cast<const uint2*>(fragments - lane + steps * 32) + k * 32 + lane);
        mma(z, s.term[0], third.x, third.y);
        mma(z, s.term[1], b.z, b.w);
        mma(z, s.term[2], b.x, b.y);
        mma(z, s.term[0], b.z, b.w);
        mma(z, s.term[1], b.x, b.y);
        mma(z, s.term[0], b.x, b.y);
    }
}

// poly of the range's tiles, likewise. Zero in rows of zeros.
template <int unroll, int D, int Terms, typename Store>
__device__ __forceinline__ void form_poly(const RowTile<D, Terms>& rows, const DeviceFeatures& f,
                                          TileRange range, int lane, Store store) {
#pragma unroll(D* Terms <= 32 ? 2 : 1)
    for (int i = 0; i < range.count; ++i) {
        const int n = range.first + i * range.step;
        float z[4];
        if (Terms > 1 && f.mix) {
            mixed_tile(z, rows, f, n, lane);
        } else {
            product_tile(z, rows, f, n, lane);
        }
        store_tile<Terms>(n, z, store);
    }
}

}  // namespace slay::kernels
