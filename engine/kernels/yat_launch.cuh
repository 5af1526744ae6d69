// Arguments of the exact Yat kernels from a pass, and the launches that both directions share.
#pragma once

#include <algorithm>

#include "engine/kernels/launch.cuh"
#include "engine/kernels/yat_parts.cuh"

namespace slay::kernels {

// A tensor of a half type as an operand.
inline YatOperand yat_operand(const TensorView& view) {
    return {static_cast<const uint16_t*>(view.data), view.batch_stride, view.head_stride,
            view.row_stride, 0};
}

// Planes in scratch memory, [B*H][plane][padded L][dim], as an operand.
inline YatOperand yat_operand(const void* planes, int count, const YatArguments& args, int dim) {
    const std::int64_t plane = args.padded * dim;
    const std::int64_t head = plane * count;
    return {static_cast<const uint16_t*>(planes), head * args.heads, head, dim, plane};
}

inline YatArguments yat_arguments(const YatShape& shape, std::int64_t splits, float epsilon,
                                  float delta) {
    YatArguments args{};
    args.length = shape.length;
    args.padded = yat_padded_length(shape.length);
    args.chunk = yat_chunk(shape.length, splits);
    args.splits = splits;
    args.heads = static_cast<int>(shape.heads);
    args.pairs = static_cast<int>(shape.batch * shape.heads);
    args.head_dim = shape.head_dim;
    args.type = shape.type;
    args.causal = shape.causal;
    args.quarter_epsilon = epsilon / 4;
    args.delta = delta;
    return args;
}

// As YatPlace takes it apart.
inline dim3 yat_grid(const YatArguments& args, int rows) {
    const std::int64_t blocks = (args.length + rows - 1) / rows * args.splits * args.pairs;
    return dim3(static_cast<unsigned>(blocks));
}

// Bytes of shared memory; `other` rows at most are summed by one block.
template <YatPass pass, int D, YatLane lane>
int yat_launch_bytes(const YatArguments& args) {
    const std::int64_t other = std::min(args.chunk, args.length);
    return static_cast<int>(yat_shared_bytes(pass, D, lane, other > yat_flush_rows(lane)));
}

}  // namespace slay::kernels
