// K = x^2 / (C - 2x) with the clamp C - 2x >= eps. Written as eps + max(2 - 2x, 0), which is exact
// near x = 1, where C itself has no digits left in float32.
#include "engine/attention/spherical_yat.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "engine/attention/block_io.h"
#include "engine/attention/recomputing_pass.h"
#include "engine/attention/unit_vectors.h"

#if SLAY_HAS_CUDA
#include "engine/kernels/yat_exact_torch.h"
#endif

namespace slay {
namespace {

constexpr std::int64_t kGpuScores = std::int64_t{1} << 25;  // elements of a block of scores
constexpr std::int64_t kCpuScores = std::int64_t{1} << 20;

// [B, H, L, d] -> [B*H, L, d], contiguous, in the compute type.
at::Tensor as_batch(const at::Tensor& x) {
    return x.to(compute_type(x.scalar_type()))
        .contiguous()
        .view({x.size(0) * x.size(1), x.size(2), x.size(3)});
}

at::Tensor extended_values(const at::Tensor& v) {
    return load_extended(v, {0, v.size(2), v.size(2), false}, compute_type(v.scalar_type()),
                         extended_columns(v.size(3), v.is_cuda()));
}

struct Rows {
    std::int64_t first = 0;
    std::int64_t count = 0;
    std::int64_t columns = 0;  // keys seen by the last row
};

class Walk {
  public:
    Walk(const at::Tensor& q, const SphericalYatOptions& options)
        : length_(q.size(2)), causal_(options.causal), rows_(options.block_rows) {
        if (rows_ > 0) return;
        const std::int64_t budget = q.is_cuda() ? kGpuScores : kCpuScores;
        rows_ = std::clamp<std::int64_t>(budget / (q.size(0) * q.size(1) * length_), 32, 2048);
    }
    std::int64_t blocks() const { return (length_ + rows_ - 1) / rows_; }
    Rows rows(std::int64_t block) const {
        const std::int64_t first = block * rows_;
        const std::int64_t count = std::min(rows_, length_ - first);
        return {first, count, causal_ ? first + count : length_};
    }
    // Clears what lies in a row's future; only the last square of the block has any.
    void mask(at::Tensor& scores, const Rows& rows) const {
        if (causal_) scores.narrow(2, rows.first, rows.count).tril_();
    }

  private:
    std::int64_t length_;
    bool causal_;
    std::int64_t rows_;
};

// x of a block of rows, [B*H, rows, columns].
at::Tensor cosines(const at::Tensor& q, const at::Tensor& k, const Rows& rows) {
    return at::bmm(q.narrow(1, rows.first, rows.count),
                   k.narrow(1, 0, rows.columns).transpose(1, 2));
}

at::Tensor clamped_denominator(const at::Tensor& x, double epsilon) {
    return x.mul(-2).add_(2).clamp_min_(0).add_(epsilon);
}

#if SLAY_HAS_CUDA

kernels::ExactYatOptions kernel_options(const SphericalYatOptions& options) {
    return {options.causal, options.epsilon, options.delta};
}

LinearAttentionResult fused_forward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                    const SphericalYatOptions& options) {
    const kernels::ExactYatOutput output =
        kernels::exact_yat_forward(q, k, v, kernel_options(options), options.keep_correction);
    return {output.y, output.denominators, output.correction};
}

QkvGradients fused_backward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                            const LinearAttentionResult& forward, const at::Tensor& dy,
                            const SphericalYatOptions& options) {
    const kernels::ExactYatGradients gradients = kernels::exact_yat_backward(
        q, k, v, {forward.output, forward.denominators, forward.correction}, dy,
        kernel_options(options));
    return {gradients.q, gradients.k, gradients.v};
}

#else

// Built without CUDA: never called.
LinearAttentionResult fused_forward(const at::Tensor&, const at::Tensor&, const at::Tensor&,
                                    const SphericalYatOptions&) {
    return {};
}
QkvGradients fused_backward(const at::Tensor&, const at::Tensor&, const at::Tensor&,
                            const LinearAttentionResult&, const at::Tensor&,
                            const SphericalYatOptions&) {
    return {};
}

#endif

}  // namespace

bool spherical_yat_fused([[maybe_unused]] const at::Tensor& q, [[maybe_unused]] const at::Tensor& k,
                         [[maybe_unused]] const at::Tensor& v,
                         [[maybe_unused]] const SphericalYatOptions& options) {
#if SLAY_HAS_CUDA
    return q.is_cuda() && options.block_rows == 0 &&
           kernels::exact_yat_unsupported(q, k, v, options.epsilon).empty();
#else
    return false;
#endif
}

std::string spherical_yat_refusal([[maybe_unused]] const SphericalYatOptions& options,
                                  [[maybe_unused]] const AttentionConfig& config,
                                  [[maybe_unused]] const KernelQuestion& question) {
#if SLAY_HAS_CUDA
    kernels::YatShape shape;
    shape.heads = config.heads;
    shape.length = question.length;
    shape.head_dim = kernels::exact_yat_padded(config.head_dim);
    shape.causal = config.causal;
    switch (question.type) {
        case DataType::float64:
            return "no kernel computes in float64";
        case DataType::float32:
        case DataType::tf32:
            shape.type = kernels::YatType::float32;
            break;
        case DataType::bfloat16:
            shape.type = kernels::YatType::bfloat16;
            break;
        case DataType::float16:
            shape.type = kernels::YatType::float16;
            break;
    }
    return kernels::exact_yat_refusal(shape, options.epsilon, kernels::FusedDevice{}.shared_bytes);
#else
    return "this program was built without its CUDA kernels";
#endif
}

LinearAttentionResult spherical_yat_forward(const at::Tensor& q, const at::Tensor& k,
                                            const at::Tensor& v,
                                            const SphericalYatOptions& options) {
    const at::NoGradGuard no_grad;
    if (spherical_yat_fused(q, k, v, options)) return fused_forward(q, k, v, options);
    const std::int64_t d = v.size(3);
    const at::Tensor queries = unit_vectors(as_batch(q)).unit;
    const at::Tensor keys = unit_vectors(as_batch(k)).unit;
    const at::Tensor values = extended_values(v);
    LinearAttentionResult result{
        empty_heads(v.sizes(), v.options()),
        at::empty({q.size(0), q.size(1), q.size(2)}, queries.options()),
        options.keep_correction ? empty_heads(v.sizes(), v.options()) : at::Tensor()};
    const Walk walk(q, options);
    for (std::int64_t b = 0; b < walk.blocks(); ++b) {
        const Rows rows = walk.rows(b);
        at::Tensor kernel = cosines(queries, keys, rows);
        const at::Tensor denominator = clamped_denominator(kernel, options.epsilon);
        kernel.square_().div_(denominator);
        walk.mask(kernel, rows);
        const at::Tensor sums = at::bmm(kernel, values.narrow(1, 0, rows.columns))
                                    .view({q.size(0), q.size(1), rows.count, values.size(2)});
        const at::Tensor total = sums.narrow(3, d, 1);
        result.denominators.narrow(2, rows.first, rows.count).copy_(total.squeeze(3));
        const at::Tensor y = sums.narrow(3, 0, d) / (total + options.delta);
        result.output.narrow(2, rows.first, rows.count).copy_(y);
        if (result.correction.defined())
            result.correction.narrow(2, rows.first, rows.count)
                .copy_(y - y.to(result.output.scalar_type()));
    }
    return result;
}

QkvGradients spherical_yat_backward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                    const LinearAttentionResult& forward, const at::Tensor& dy,
                                    const SphericalYatOptions& options) {
    const at::NoGradGuard no_grad;
    if (spherical_yat_fused(q, k, v, options)) return fused_backward(q, k, v, forward, dy, options);
    const std::int64_t d = v.size(3);
    const UnitVectors queries = unit_vectors(as_batch(q));
    const UnitVectors keys = unit_vectors(as_batch(k));
    const at::Tensor values = extended_values(v);

    // G_i = [dy_i, -(dy_i . y_i)] / (D_i + delta), [B*H, L, columns]
    at::Tensor g = at::zeros_like(values);
    const at::Tensor scale =
        (forward.denominators + options.delta).reciprocal_().view({-1, q.size(2), 1});
    at::Tensor numerator = g.narrow(2, 0, d);
    at::mul_out(numerator, as_batch(dy), scale);
    at::Tensor y = as_batch(forward.output);
    if (forward.correction.defined()) y = y + as_batch(forward.correction);
    g.narrow(2, d, 1).copy_((numerator * y).sum({-1}, true).neg_());

    at::Tensor dq = at::empty_like(queries.unit);
    at::Tensor dk = at::zeros_like(keys.unit);
    at::Tensor dv = at::zeros_like(numerator, at::MemoryFormat::Contiguous);
    const Walk walk(q, options);
    for (std::int64_t b = 0; b < walk.blocks(); ++b) {
        const Rows rows = walk.rows(b);
        const at::Tensor row_g = g.narrow(1, rows.first, rows.count);
        const at::Tensor x = cosines(queries.unit, keys.unit, rows);
        const at::Tensor denominator = clamped_denominator(x, options.epsilon);
        at::Tensor kernel = x.square().div_(denominator);
        walk.mask(kernel, rows);
        dv.narrow(1, 0, rows.columns).baddbmm_(kernel.transpose(1, 2), row_g.narrow(2, 0, d));
        // dK/dx = 2 (x + K) / (C - 2x), and 2x / eps where the clamp holds
        at::Tensor slope = at::where(x < 1, kernel, 0.0).add_(x).mul_(2).div_(denominator);
        walk.mask(slope, rows);
        slope.mul_(at::bmm(row_g, values.narrow(1, 0, rows.columns).transpose(1, 2)));
        dq.narrow(1, rows.first, rows.count)
            .copy_(at::bmm(slope, keys.unit.narrow(1, 0, rows.columns)));
        dk.narrow(1, 0, rows.columns)
            .baddbmm_(slope.transpose(1, 2), queries.unit.narrow(1, rows.first, rows.count));
    }
    return {unit_vectors_backward(queries, dq).view(q.sizes()).to(q.scalar_type()),
            unit_vectors_backward(keys, dk).view(k.sizes()).to(k.scalar_type()),
            dv.view(v.sizes()).to(v.scalar_type())};
}

at::Tensor spherical_yat(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                         const SphericalYatOptions& options) {
    return RecomputingPass<SphericalYatOptions, spherical_yat_forward, spherical_yat_backward>::of(
        q, k, v, options);
}

}  // namespace slay
