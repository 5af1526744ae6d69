// Moves blocks of positions between [B, H, L, d] tensors of any strides and type and the chunked
// layout [c, B, H, C, d] of the compute type.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "engine/attention/feature_map.h"

namespace slay {

// Positions [start, start + count) in `chunks` chunks of `chunk` positions; the last chunk may be
// part empty. `reversed`: chunks from last to first (positions inside a chunk keep their order).
struct BlockRange {
    std::int64_t start = 0;
    std::int64_t count = 0;
    std::int64_t chunk = 0;
    bool reversed = false;
    std::int64_t chunks() const { return (count + chunk - 1) / chunk; }
};

// Rows past the end are zero.
at::Tensor load_block(const at::Tensor& x, const BlockRange& range, at::ScalarType type);

// The same for a tensor of one figure per position, [B, H, L] -> [c, B, H, C, 1]; padding is
// `fill`.
at::Tensor load_figures(const at::Tensor& x, const BlockRange& range, double fill);

// v with a column of ones for the denominator and zeros up to `columns`; [c*B*H, C, columns].
at::Tensor load_extended(const at::Tensor& v, const BlockRange& range, at::ScalarType type,
                         std::int64_t columns);

// [c, B, H, C, 1] positions as the map's positional factor counts them.
at::Tensor block_positions(const BlockRange& range, at::Device device);

void store_block(const at::Tensor& block, const BlockRange& range, at::Tensor& x);

// Columns of [v, 1] as the matrix kernels like them: d + 1, on a GPU a multiple of four.
std::int64_t extended_columns(std::int64_t head_dim, bool cuda);

// Uninitialised [B, H, L, d] whose memory is laid out as [B, L, H, d], so that merging the heads is
// a view.
at::Tensor empty_heads(at::IntArrayRef sizes, at::TensorOptions options);

}  // namespace slay
