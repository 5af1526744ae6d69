// How a pass of exact Yat is cut into ranges, and how its scratch memory is laid out.
#include <algorithm>
#include <cmath>

#include "engine/kernels/yat_exact.h"
#include "engine/kernels/yat_sizes.h"

namespace slay::kernels {
namespace {

// Bytes of scratch memory as they are taken, in order.
class Layout {
  public:
    std::size_t take(std::int64_t elements, std::size_t size) {
        const std::size_t at = bytes_;
        bytes_ += (static_cast<std::size_t>(elements) * size + 255) / 256 * 256;
        return at;
    }
    std::size_t bytes() const { return bytes_; }

  private:
    std::size_t bytes_ = 0;
};

// The fewest ranges that keep every multiprocessor busy, by a model of the time in steps (a block
// and 64 rows of the other side). Blocks start in the order of their lengths, so that causal ones
// even out; equal ones come in waves. Ranges' sums are written and read once more.
std::int64_t choose_splits(const YatShape& shape, YatPass pass, int multiprocessors) {
    const int dim = yat_padded_dim(shape.head_dim);
    const YatLane lane = yat_lane(shape.type);
    const YatBlock block = yat_block(pass, dim, lane);
    const bool wide = pass == YatPass::forward && lane == YatLane::bfloat16 && dim <= 64;
    const int block_rows = wide ? yat_wide_rows(dim) : block.rows();
    const int resident = wide ? yat_wide_resident(dim) : block.resident;
    const std::int64_t pairs = shape.batch * shape.heads;
    const std::int64_t rows = (shape.length + block_rows - 1) / block_rows;
    const std::int64_t tiles = (shape.length + 63) / 64;
    const double slots = static_cast<double>(multiprocessors) * resident;
    const double visible = shape.causal ? 0.5 * (1 + 1.0 / static_cast<double>(rows)) : 1.0;
    const double all = static_cast<double>(pairs * rows * tiles) * visible;
    std::int64_t best = 1;
    double least = 0;
    for (const std::int64_t splits : {1, 2, 3, 4, 6, 8, 12, 16, 24, 32}) {
        const auto range = static_cast<double>(yat_chunk(shape.length, splits) / 64);
        if (splits > 1 && range < 4) break;
        const double blocks = static_cast<double>(pairs * rows * splits) * visible;
        const double extra = splits == 1 ? 0 : 1.5 + 1.5 * all / slots / range;
        double time = range;
        if (blocks > slots && shape.causal) time = std::max(range, all / slots) + 0.15 * range;
        if (blocks > slots && !shape.causal) time = std::ceil(blocks / slots) * range;
        time += extra;
        if (splits == 1 || time < 0.95 * least) {
            best = splits;
            least = time;
        }
    }
    return best;
}

std::int64_t ranges_of(const YatShape& shape, YatPass pass, int multiprocessors,
                       std::int64_t splits) {
    return yat_ranges(shape.length,
                      splits > 0 ? splits : choose_splits(shape, pass, multiprocessors));
}

}  // namespace

std::string exact_yat_unsupported(const YatShape& shape, double epsilon) {
    if (shape.head_dim < 8 || shape.head_dim > 128 || shape.head_dim % 8 != 0)
        return "the head dimension is not a multiple of 8 up to 128";
    if (shape.batch * shape.heads > 65535) return "more than 65535 heads in a batch";
    if (shape.batch < 1 || shape.heads < 1 || shape.length < 1) return "an empty tensor";
    if (!(epsilon >= 1e-10 && epsilon <= 1e3)) return "epsilon is not between 1e-10 and 1e3";
    return {};
}

std::size_t exact_yat_shared_bytes(const YatShape& shape) {
    const int dim = yat_padded_dim(shape.head_dim);
    const YatLane lane = yat_lane(shape.type);
    std::size_t most = 0;
    for (const YatPass pass : {YatPass::forward, YatPass::queries, YatPass::keys})
        most =
            std::max(most, yat_shared_bytes(pass, dim, lane, shape.length > yat_flush_rows(lane)));
    return most;
}

YatPlan plan_yat_forward(const YatShape& shape, int multiprocessors, std::int64_t splits) {
    YatPlan plan;
    plan.splits = ranges_of(shape, YatPass::forward, multiprocessors, splits);
    plan.scratch_bytes = yat_forward_scratch(shape, plan).bytes;
    return plan;
}

YatPlan plan_yat_backward(const YatShape& shape, int multiprocessors, std::int64_t splits) {
    YatPlan plan;
    plan.splits = ranges_of(shape, YatPass::queries, multiprocessors, splits);
    plan.key_splits = ranges_of(shape, YatPass::keys, multiprocessors, splits);
    plan.scratch_bytes = yat_backward_scratch(shape, plan).bytes;
    return plan;
}

YatScratch yat_forward_scratch(const YatShape& shape, const YatPlan& plan) {
    const std::int64_t pairs = shape.batch * shape.heads;
    const std::int64_t rows = pairs * yat_padded_length(shape.length);
    const std::int64_t dim = yat_padded_dim(shape.head_dim);
    const YatLane lane = yat_lane(shape.type);
    Layout layout;
    YatScratch at;
    if (yat_raw(lane)) {
        at.inverse_q = layout.take(rows, 4);
        at.inverse_k = layout.take(rows, 4);
    } else {
        at.q = layout.take(rows * dim * 2, 2);
        at.k = layout.take(rows * dim * 2, 2);
    }
    if (lane != YatLane::bfloat16) at.v = layout.take(rows * dim * yat_terms(lane), 2);
    if (plan.splits > 1) {
        at.partials = layout.take(plan.splits * pairs * shape.length * dim, 4);
        at.partial_sums = layout.take(plan.splits * pairs * shape.length, 4);
    }
    at.bytes = layout.bytes();
    return at;
}

YatScratch yat_backward_scratch(const YatShape& shape, const YatPlan& plan) {
    const std::int64_t pairs = shape.batch * shape.heads;
    const std::int64_t rows = pairs * yat_padded_length(shape.length);
    const std::int64_t dim = yat_padded_dim(shape.head_dim);
    const YatLane lane = yat_lane(shape.type);
    Layout layout;
    YatScratch at;
    if (yat_raw(lane)) {
        at.inverse_k = layout.take(rows, 4);
    } else {
        at.q = layout.take(rows * dim * 2, 2);
        at.k = layout.take(rows * dim * 2, 2);
    }
    if (lane != YatLane::bfloat16) {
        for (std::size_t* part : {&at.q_in, &at.k_in, &at.v, &at.dy})
            *part = layout.take(rows * dim * yat_terms(lane), 2);
    }
    at.columns = layout.take(rows, 16);
    // dq is done before the parts of dk and dv take its place.
    const std::int64_t part = pairs * shape.length * dim;
    at.partials = layout.take(std::max(plan.splits, 2 * plan.key_splits) * part, 4);
    at.partials_k = at.partials;
    at.partials_v = at.partials + static_cast<std::size_t>(plan.key_splits * part) * 4;
    at.bytes = layout.bytes();
    return at;
}

}  // namespace slay::kernels
