// The fused forward and backward passes on tensors: layouts, types, refusals, and the time of both
// together:  fused_backward_torch_check [check|time]
#include <ATen/ATen.h>
#include <c10/cuda/CUDAStream.h>
#include <cuda_runtime_api.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cstdio>
#include <random>
#include <string>

#include "engine/kernels/fused_backward_torch.h"
#include "engine/kernels/fused_linear_torch.h"
#include "tests/kernels/fused_reference.h"
#include "tests/kernels/tensor_reference.h"

namespace slay::kernels {
namespace {

constexpr double kDelta = 1e-6;

FusedBackward::Gradients run_both(FusedLinear& forward, FusedBackward& backward,
                                  const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                  const at::Tensor& dy, bool causal) {
    const FusedLinear::Output out = forward.forward(q, k, v, causal, kDelta, true);
    return backward.backward({q, k, v, out.y, out.correction, out.denominators, dy}, causal,
                             kDelta);
}

FeatureMap anchor_map(const at::Tensor& q, int p) {
    std::mt19937_64 rng(3);
    return make_map(Kind::anchor, static_cast<int>(q.size(1)), static_cast<int>(q.size(3)), 2, 16,
                    p, rng);
}

bool check(const char* name, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
           bool causal) {
    const FeatureMap map = anchor_map(q, 32);
    FusedLinear forward(map);
    FusedBackward backward(map);
    const std::string reason = backward.unsupported(q, k, v);
    if (!reason.empty()) {
        std::printf("%s: unsupported: %s\n", name, reason.c_str());
        return false;
    }
    const at::Tensor dy = at::randn_like(v);
    const FusedBackward::Gradients got = run_both(forward, backward, q, k, v, dy, causal);
    const auto leaf = [](const at::Tensor& x) { return x.to(at::kDouble).requires_grad_(true); };
    const at::Tensor q64 = leaf(q), k64 = leaf(k), v64 = leaf(v);
    const at::AutoGradMode with_grad(true);
    const auto expected = torch::autograd::grad({plain_anchor(map, q64, k64, v64, causal, kDelta)},
                                                {q64, k64, v64}, {dy.to(at::kDouble)});
    const double bound = q.scalar_type() == at::kFloat ? 1e-4 : 1e-2;
    const at::Tensor parts[] = {got.q, got.k, got.v};
    double errors[3];
    bool good = got.k.is_alias_of(got.q) && got.v.is_alias_of(got.q);
    for (int i = 0; i < 3; ++i) {
        errors[i] =
            ((parts[i].to(at::kDouble) - expected[i]).norm() / expected[i].norm()).item<double>();
        good = good && errors[i] < bound;
    }
    std::printf("%s, %s, %s: dq %.1e dk %.1e dv %.1e %s\n", name,
                bound < 1e-3 ? "float32" : "bfloat16", causal ? "causal" : "bidirectional",
                errors[0], errors[1], errors[2], good ? "ok" : "WRONG");
    return good;
}

int check_all() {
    int wrong = 0;
    for (const at::ScalarType type : {at::kBFloat16, at::kFloat}) {
        const auto options = at::TensorOptions().device(at::kCUDA).dtype(type);
        for (const bool causal : {true, false}) {
            const at::Tensor qkv = at::randn({2, 1501, 3, 4, 32}, options);
            const auto part = [&](int i) { return qkv.select(2, i).transpose(1, 2); };
            wrong += !check("views of a projection", part(0), part(1), part(2), causal);
            const at::Tensor t = at::randn({3, 1, 2, 700, 64}, options);
            wrong += !check("contiguous", t[0], t[1], t[2], causal);
            const at::Tensor odd = at::randn({3, 1, 2, 32, 333}, options).transpose(3, 4);
            wrong += !check("transposed", odd[0], odd[1], odd[2], causal);
            const at::Tensor off = at::randn({3 * 2 * 77 * 64 + 1}, options)
                                       .narrow(0, 1, 3 * 2 * 77 * 64)
                                       .view({3, 1, 2, 77, 64});
            wrong += !check("address off by one element", off[0], off[1], off[2], causal);
        }
        const at::Tensor other = at::randn({1, 2, 9, 24}, options);
        wrong += FusedBackward(anchor_map(other, 32)).unsupported(other, other, other).empty();
        const at::Tensor usual = at::randn({1, 2, 9, 32}, options);
        const at::Tensor half = at::randn({1, 2, 99, 32}, options.dtype(at::kHalf));
        wrong += FusedBackward(anchor_map(half, 32)).unsupported(half, half, half).empty();
        FeatureMap cancelling = anchor_map(usual, 32);
        cancelling.cancels = true;
        wrong += FusedBackward(cancelling).unsupported(usual, usual, usual).empty();
    }
    std::printf("%d wrong\n", wrong);
    return wrong;
}

void measure(at::ScalarType type, int d, int p, std::int64_t length) {
    const auto options = at::TensorOptions().device(at::kCUDA).dtype(type);
    const at::Tensor qkv = at::randn({1, length, 3, 8, d}, options);
    const auto part = [&](int i) { return qkv.select(2, i).transpose(1, 2); };
    const at::Tensor dy = at::randn({1, length, 8, d}, options).transpose(1, 2);
    const FeatureMap map = anchor_map(part(0), p);
    FusedLinear forward(map);
    FusedBackward backward(map);
    at::Tensor flush = at::empty({64 << 20}, options.dtype(at::kFloat));
    const cudaStream_t stream = c10::cuda::getCurrentCUDAStream();
    cudaEvent_t events[2];
    for (auto& event : events) cudaEventCreate(&event);
    std::vector<float> times;
    for (int i = 0; i < 23; ++i) {
        flush.fill_(i);
        cudaEventRecord(events[0], stream);
        run_both(forward, backward, part(0), part(1), part(2), dy, true);
        cudaEventRecord(events[1], stream);
        cudaEventSynchronize(events[1]);
        float ms = 0;
        cudaEventElapsedTime(&ms, events[0], events[1]);
        if (i >= 3) times.push_back(ms);
    }
    std::nth_element(times.begin(), times.begin() + times.size() / 2, times.end());
    std::printf("forward + backward, core, %s d=%d P=%d L=%lld: %.3f ms\n", c10::toString(type), d,
                p, static_cast<long long>(length), times[times.size() / 2]);
}

}  // namespace
}  // namespace slay::kernels

int main(int argc, char** argv) {
    using namespace slay::kernels;
    const std::string mode = argc > 1 ? argv[1] : "check";
    if (mode == "check") return check_all() == 0 ? 0 : 1;
    for (const at::ScalarType type : {at::kBFloat16, at::kFloat}) {
        measure(type, 32, 32, 1024);
        measure(type, 32, 32, 32768);
        measure(type, 64, 16, 32768);
    }
    return 0;
}
