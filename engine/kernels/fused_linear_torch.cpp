#include "engine/kernels/fused_linear_torch.h"

#include <ATen/Functions.h>
#include <ATen/cuda/CUDAContext.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

namespace slay::kernels {
namespace {

// Of the states stored at the same time: about what the L2 cache holds.
constexpr std::size_t kScratchBudget = std::size_t{64} << 20;

FusedShape shape_of(const at::Tensor& q, bool causal) {
    FusedShape shape;
    shape.batch = q.size(0);
    shape.heads = q.size(1);
    shape.length = q.size(2);
    shape.head_dim = static_cast<int>(q.size(3));
    shape.causal = causal;
    return shape;
}

bool aligned(const at::Tensor& t) {
    constexpr std::int64_t kElements = 8;  // of 16 bytes
    return t.stride(3) == 1 && t.stride(0) % kElements == 0 && t.stride(1) % kElements == 0 &&
           t.stride(2) % kElements == 0 && reinterpret_cast<std::uintptr_t>(t.data_ptr()) % 16 == 0;
}

TensorView view_of(const at::Tensor& t) {
    return {t.data_ptr(), t.stride(0), t.stride(1), t.stride(2)};
}

}  // namespace

std::string FusedLinear::unsupported(const at::Tensor& q, const at::Tensor& k,
                                     const at::Tensor& v) const {
    if (q.dim() != 4 || !q.sizes().equals(k.sizes()) || !q.sizes().equals(v.sizes())) {
        return "q, k and v are not of one shape [B, H, L, d]";
    }
    for (const at::Tensor* t : {&q, &k, &v}) {
        if (!t->is_cuda() || t->device() != q.device()) return "not on one CUDA device";
        if (t->scalar_type() != at::kBFloat16) return "the type is not bfloat16";
    }
    const cudaDeviceProp* device = at::cuda::getDeviceProperties(q.get_device());
    if (device->major < 8) return "compute capability below 8.0";
    // The largest streamed block of threads.
    if (device->sharedMemPerBlockOptin < 200 * 1024)
        return "less than 200 KB of shared memory a block";
    return fused_linear_unsupported(shape_of(q, true), packed_);
}

FusedLinear::Output FusedLinear::forward(const at::Tensor& q, const at::Tensor& k,
                                         const at::Tensor& v, bool causal, double delta,
                                         bool keep_correction) {
    const c10::cuda::CUDAGuard guard(q.device());
    const at::Tensor inputs[] = {aligned(q) ? q : q.contiguous(), aligned(k) ? k : k.contiguous(),
                                 aligned(v) ? v : v.contiguous()};
    if (!words_.defined() || words_.device() != q.device()) {
        words_ = at::from_blob(packed_.words.data(),
                               {static_cast<std::int64_t>(packed_.words.size())}, at::kInt)
                     .to(q.device());
    }
    FusedLinearPass pass;
    pass.shape = shape_of(q, causal);
    const FusedPlan plan = plan_fused_linear(
        pass.shape, packed_, at::cuda::getDeviceProperties(q.get_device())->multiProcessorCount,
        kScratchBudget);
    Output output;
    output.y = at::empty({q.size(0), q.size(2), q.size(1), q.size(3)}, q.options()).transpose(1, 2);
    output.denominators =
        at::empty({q.size(0), q.size(1), q.size(2)}, q.options().dtype(at::kFloat));
    if (keep_correction) {
        output.correction =
            at::empty({q.size(0), q.size(2), q.size(1), q.size(3)}, q.options()).transpose(1, 2);
        pass.residual = view_of(output.correction);
    }
    const at::Tensor scratch =
        at::empty({static_cast<std::int64_t>(plan.scratch_bytes)}, q.options().dtype(at::kByte));
    pass.q = view_of(inputs[0]);
    pass.k = view_of(inputs[1]);
    pass.v = view_of(inputs[2]);
    pass.y = view_of(output.y);
    pass.denominators = output.denominators.data_ptr<float>();
    pass.delta = static_cast<float>(delta);
    pass.features = &packed_;
    pass.device_words = words_.data_ptr();
    pass.scratch = scratch.data_ptr();
    pass.stream = c10::cuda::getCurrentCUDAStream(q.get_device());
    C10_CUDA_CHECK(run_fused_linear(pass, plan));
    return output;
}

}  // namespace slay::kernels
