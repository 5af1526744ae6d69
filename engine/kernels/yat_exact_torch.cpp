#include "engine/kernels/yat_exact_torch.h"

#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include "engine/kernels/tensor_views.h"

namespace slay::kernels {
namespace {

YatShape shape_of(const at::Tensor& q, bool causal) {
    YatShape shape;
    shape.batch = q.size(0);
    shape.heads = q.size(1);
    shape.length = q.size(2);
    shape.head_dim = exact_yat_padded(q.size(3));
    shape.causal = causal;
    shape.type = q.scalar_type() == at::kFloat  ? YatType::float32
                 : q.scalar_type() == at::kHalf ? YatType::float16
                                                : YatType::bfloat16;
    return shape;
}

// Rows of 16-byte pieces, padded with zeros where d is no multiple of 8.
at::Tensor padded(const at::Tensor& t) {
    if (t.size(3) % 8 != 0) return at::constant_pad_nd(t, {0, 8 - t.size(3) % 8});
    return in_pieces(t);
}

// [B, H, L, d rounded up to 8], laid out [B, L, H, d].
at::Tensor empty_output(const at::Tensor& q, const YatShape& shape) {
    return at::empty({shape.batch, shape.length, shape.heads, shape.head_dim}, q.options())
        .transpose(1, 2);
}

}  // namespace

std::string exact_yat_unsupported(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                  double epsilon) {
    std::string reason = unfit_inputs(q, k, v);
    if (!reason.empty()) return reason;
    return exact_yat_refusal(shape_of(q, true), epsilon, limits_of(q).shared_bytes);
}

int exact_yat_padded(std::int64_t head_dim) {
    return static_cast<int>((head_dim + 7) / 8 * 8);
}

std::string exact_yat_refusal(const YatShape& shape, double epsilon, int shared_bytes) {
    std::string reason = exact_yat_unsupported(shape, epsilon);
    if (!reason.empty()) return reason;
    if (shared_bytes < static_cast<int>(exact_yat_shared_bytes(shape)))
        return "too little shared memory a block";
    return {};
}

ExactYatOutput exact_yat_forward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                 const ExactYatOptions& options, bool keep_correction) {
    const c10::cuda::CUDAGuard guard(q.device());
    const at::Tensor inputs[] = {padded(q), padded(k), padded(v)};
    YatForward pass;
    pass.shape = shape_of(q, options.causal);
    const YatPlan plan = plan_yat_forward(pass.shape, limits_of(q).multiprocessors);
    ExactYatOutput output;
    output.y = empty_output(q, pass.shape);
    if (keep_correction) output.correction = empty_output(q, pass.shape);
    output.denominators =
        at::empty({q.size(0), q.size(1), q.size(2)}, q.options().dtype(at::kFloat));
    const at::Tensor scratch = empty_bytes(q, plan.scratch_bytes);
    pass.q = view_of(inputs[0]);
    pass.k = view_of(inputs[1]);
    pass.v = view_of(inputs[2]);
    pass.y = view_of(output.y);
    pass.correction = view_of(output.correction);
    pass.denominators = output.denominators.data_ptr<float>();
    pass.epsilon = static_cast<float>(options.epsilon);
    pass.delta = static_cast<float>(options.delta);
    pass.scratch = scratch.data_ptr();
    pass.stream = c10::cuda::getCurrentCUDAStream(q.get_device());
    C10_CUDA_CHECK(run_yat_forward(pass, plan));
    if (q.size(3) != pass.shape.head_dim) {
        output.y = output.y.narrow(3, 0, q.size(3));
        if (keep_correction) output.correction = output.correction.narrow(3, 0, q.size(3));
    }
    return output;
}

ExactYatGradients exact_yat_backward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                     const ExactYatOutput& forward, const at::Tensor& dy,
                                     const ExactYatOptions& options) {
    const c10::cuda::CUDAGuard guard(q.device());
    const at::Tensor inputs[] = {padded(q), padded(k), padded(v), padded(forward.y), padded(dy)};
    at::Tensor correction = forward.correction;
    if (correction.defined()) correction = padded(correction);
    const at::Tensor denominators = forward.denominators.contiguous();
    YatBackward pass;
    pass.shape = shape_of(q, options.causal);
    const YatPlan plan = plan_yat_backward(pass.shape, limits_of(q).multiprocessors);
    const at::Tensor gradients =
        at::empty({pass.shape.batch, pass.shape.length, 3, pass.shape.heads, pass.shape.head_dim},
                  q.options());
    const auto part = [&](int which) { return gradients.select(2, which).transpose(1, 2); };
    const at::Tensor dq = part(0), dk = part(1), dv = part(2);
    const at::Tensor scratch = empty_bytes(q, plan.scratch_bytes);
    pass.q = view_of(inputs[0]);
    pass.k = view_of(inputs[1]);
    pass.v = view_of(inputs[2]);
    pass.y = view_of(inputs[3]);
    pass.dy = view_of(inputs[4]);
    pass.correction = view_of(correction);
    pass.denominators = denominators.const_data_ptr<float>();
    pass.dq = view_of(dq);
    pass.dk = view_of(dk);
    pass.dv = view_of(dv);
    pass.epsilon = static_cast<float>(options.epsilon);
    pass.delta = static_cast<float>(options.delta);
    pass.scratch = scratch.data_ptr();
    pass.stream = c10::cuda::getCurrentCUDAStream(q.get_device());
    C10_CUDA_CHECK(run_yat_backward(pass, plan));
    const std::int64_t d = q.size(3);
    if (d == pass.shape.head_dim) return {dq, dk, dv};
    return {dq.narrow(3, 0, d), dk.narrow(3, 0, d), dv.narrow(3, 0, d)};
}

}  // namespace slay::kernels
