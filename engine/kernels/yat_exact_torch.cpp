#include "engine/kernels/yat_exact_torch.h"

#include <ATen/Functions.h>
#include <ATen/cuda/CUDAContext.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include "engine/kernels/yat_exact.h"

namespace slay::kernels {
namespace {

YatShape shape_of(const at::Tensor& q, bool causal) {
    YatShape shape;
    shape.batch = q.size(0);
    shape.heads = q.size(1);
    shape.length = q.size(2);
    shape.head_dim = static_cast<int>((q.size(3) + 7) / 8 * 8);
    shape.causal = causal;
    shape.type = q.scalar_type() == at::kFloat  ? YatType::float32
                 : q.scalar_type() == at::kHalf ? YatType::float16
                                                : YatType::bfloat16;
    return shape;
}

// Rows of 16-byte pieces, which the kernels copy: as it is if it has them, padded with zeros or
// made contiguous otherwise.
at::Tensor in_pieces(const at::Tensor& t) {
    if (t.size(3) % 8 != 0) return at::constant_pad_nd(t, {0, 8 - t.size(3) % 8});
    const auto size = static_cast<std::int64_t>(t.element_size());
    bool aligned =
        t.stride(3) == 1 && reinterpret_cast<std::uintptr_t>(t.const_data_ptr()) % 16 == 0;
    for (int i = 0; i < 3; ++i) aligned = aligned && t.stride(i) * size % 16 == 0;
    return aligned ? t : t.contiguous();
}

TensorView view_of(const at::Tensor& t) {
    if (!t.defined()) return {};
    return {t.data_ptr(), t.stride(0), t.stride(1), t.stride(2)};
}

at::Tensor scratch_of(const YatPlan& plan, const at::Tensor& q) {
    return at::empty({static_cast<std::int64_t>(plan.scratch_bytes)}, q.options().dtype(at::kByte));
}

int multiprocessors(const at::Tensor& q) {
    return at::cuda::getDeviceProperties(q.get_device())->multiProcessorCount;
}

// [B, H, L, d rounded up to 8], laid out [B, L, H, d].
at::Tensor empty_output(const at::Tensor& q, const YatShape& shape) {
    return at::empty({shape.batch, shape.length, shape.heads, shape.head_dim}, q.options())
        .transpose(1, 2);
}

}  // namespace

std::string exact_yat_unsupported(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                  double epsilon) {
    if (q.dim() != 4 || !q.sizes().equals(k.sizes()) || !q.sizes().equals(v.sizes()))
        return "q, k and v are not of one shape [B, H, L, d]";
    for (const at::Tensor* t : {&q, &k, &v}) {
        if (!t->is_cuda() || t->device() != q.device()) return "not on one CUDA device";
        if (t->scalar_type() != q.scalar_type()) return "q, k and v are not of one type";
    }
    if (q.scalar_type() != at::kBFloat16 && q.scalar_type() != at::kHalf &&
        q.scalar_type() != at::kFloat)
        return "the type is not bfloat16, float16 or float32";
    const YatShape shape = shape_of(q, true);
    const std::string reason = exact_yat_unsupported(shape, epsilon);
    if (!reason.empty()) return reason;
    const cudaDeviceProp* device = at::cuda::getDeviceProperties(q.get_device());
    if (device->major < 8) return "compute capability below 8.0";
    if (device->sharedMemPerBlockOptin < exact_yat_shared_bytes(shape))
        return "too little shared memory a block";
    return {};
}

ExactYatOutput exact_yat_forward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                 const ExactYatOptions& options, bool keep_correction) {
    const c10::cuda::CUDAGuard guard(q.device());
    const at::Tensor inputs[] = {in_pieces(q), in_pieces(k), in_pieces(v)};
    YatForward pass;
    pass.shape = shape_of(q, options.causal);
    const YatPlan plan = plan_yat_forward(pass.shape, multiprocessors(q));
    ExactYatOutput output;
    output.y = empty_output(q, pass.shape);
    if (keep_correction) output.correction = empty_output(q, pass.shape);
    output.denominators =
        at::empty({q.size(0), q.size(1), q.size(2)}, q.options().dtype(at::kFloat));
    const at::Tensor scratch = scratch_of(plan, q);
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
    const at::Tensor inputs[] = {in_pieces(q), in_pieces(k), in_pieces(v), in_pieces(forward.y),
                                 in_pieces(dy)};
    at::Tensor correction = forward.correction;
    if (correction.defined()) correction = in_pieces(correction);
    const at::Tensor denominators = forward.denominators.contiguous();
    YatBackward pass;
    pass.shape = shape_of(q, options.causal);
    const YatPlan plan = plan_yat_backward(pass.shape, multiprocessors(q));
    const at::Tensor gradients =
        at::empty({pass.shape.batch, pass.shape.length, 3, pass.shape.heads, pass.shape.head_dim},
                  q.options());
    const auto part = [&](int which) { return gradients.select(2, which).transpose(1, 2); };
    const at::Tensor dq = part(0), dk = part(1), dv = part(2);
    const at::Tensor scratch = scratch_of(plan, q);
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
