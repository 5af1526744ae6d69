#include "engine/attention/block_io.h"

#include <ATen/ATen.h>

namespace slay {
namespace {

// Applies `copy(part of x [B, H, c', C', d], part of block [c', B, H, C', d])` to the whole chunks
// and then to the part chunk at the end.
template <typename Copy>
void for_each_part(const at::Tensor& x, const at::Tensor& block, const BlockRange& range,
                   Copy copy) {
    const std::int64_t whole = range.count / range.chunk;
    const std::int64_t rest = range.count - whole * range.chunk;
    const std::int64_t chunks = range.chunks();
    if (whole > 0) {
        const std::int64_t first = range.reversed ? chunks - whole : 0;
        copy(x.narrow(2, range.start, whole * range.chunk).unflatten(2, {whole, range.chunk}),
             block.narrow(0, first, whole));
    }
    if (rest > 0) {
        const std::int64_t slot = range.reversed ? 0 : chunks - 1;
        copy(x.narrow(2, range.start + whole * range.chunk, rest).unsqueeze(2),
             block.narrow(0, slot, 1).narrow(3, 0, rest));
    }
}

at::Tensor chunk_major(const at::Tensor& part, bool reversed) {
    at::Tensor view = part.permute({2, 0, 1, 3, 4});
    return reversed && view.size(0) > 1 ? view.flip({0}) : view;
}

// Writes the block into `out`, a view of shape [c, B, H, C, d]; leaves padding alone.
void load_into(const at::Tensor& x, const BlockRange& range, const at::Tensor& out) {
    for_each_part(x, out, range, [&](const at::Tensor& source, at::Tensor target) {
        target.copy_(chunk_major(source, range.reversed));
    });
}

// The rows of the block past the end, to be cleared: an empty tensor when there are none.
at::Tensor padding(const at::Tensor& block, const BlockRange& range) {
    const std::int64_t used = range.count - (range.chunks() - 1) * range.chunk;
    return block.select(0, range.reversed ? 0 : range.chunks() - 1)
        .narrow(2, used, range.chunk - used);
}

}  // namespace

at::Tensor load_block(const at::Tensor& x, const BlockRange& range, at::ScalarType type) {
    at::Tensor block = at::empty({range.chunks(), x.size(0), x.size(1), range.chunk, x.size(3)},
                                 x.options().dtype(type));
    load_into(x, range, block);
    if (range.count % range.chunk != 0) padding(block, range).zero_();
    return block;
}

at::Tensor load_figures(const at::Tensor& x, const BlockRange& range, double fill) {
    at::Tensor block =
        at::empty({range.chunks(), x.size(0), x.size(1), range.chunk, 1}, x.options());
    load_into(x.unsqueeze(-1), range, block);
    if (range.count % range.chunk != 0) padding(block, range).fill_(fill);
    return block;
}

at::Tensor load_extended(const at::Tensor& v, const BlockRange& range, at::ScalarType type,
                         std::int64_t columns) {
    const std::int64_t d = v.size(3);
    at::Tensor block = at::empty({range.chunks(), v.size(0), v.size(1), range.chunk, columns},
                                 v.options().dtype(type));
    load_into(v, range, block.narrow(4, 0, d));
    if (columns > d + 1) block.narrow(4, d, columns - d).zero_();
    block.select(4, d).fill_(1);
    if (range.count % range.chunk != 0) padding(block, range).zero_();
    return block.view({-1, range.chunk, columns});
}

at::Tensor block_positions(const BlockRange& range, at::Device device) {
    at::Tensor positions = at::arange(range.start, range.start + range.chunks() * range.chunk,
                                      at::TensorOptions().dtype(at::kLong).device(device))
                               .view({range.chunks(), 1, 1, range.chunk, 1});
    return range.reversed ? positions.flip({0}) : positions;
}

void store_block(const at::Tensor& block, const BlockRange& range, at::Tensor& x) {
    for_each_part(x, block, range, [&](const at::Tensor& target, const at::Tensor& source) {
        const at::Tensor ordered = range.reversed && source.size(0) > 1 ? source.flip({0}) : source;
        target.permute({2, 0, 1, 3, 4}).copy_(ordered);
    });
}

std::int64_t extended_columns(std::int64_t head_dim, bool cuda) {
    return cuda ? (head_dim / 4 + 1) * 4 : head_dim + 1;
}

at::Tensor empty_heads(at::IntArrayRef sizes, at::TensorOptions options) {
    return at::empty({sizes[0], sizes[2], sizes[1], sizes[3]}, options).transpose(1, 2);
}

}  // namespace slay
