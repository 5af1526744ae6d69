// Exact Yat on tensors: layouts, strides, padding, gradients and refusals.
#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <cstdio>

#include "engine/kernels/yat_exact_torch.h"

namespace slay::kernels {
namespace {

constexpr double kEpsilon = 1e-3, kDelta = 1e-6;

at::Tensor plain(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, bool causal) {
    const auto unit = [](const at::Tensor& u) {
        return u / u.norm(2, {-1}, true).clamp_min(1e-12);
    };
    const at::Tensor x = at::matmul(unit(q), unit(k).transpose(2, 3));
    at::Tensor weights = x.square() / (2 + kEpsilon - 2 * x).clamp_min(kEpsilon);
    if (causal) weights = weights.tril();
    return at::matmul(weights, v) / (weights.sum(-1, true) + kDelta);
}

double relative(const at::Tensor& a, const at::Tensor& b) {
    return ((a.to(at::kDouble) - b).norm() / b.norm()).item<double>();
}

bool check(const char* name, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
           const at::Tensor& dy, bool causal) {
    const std::string reason = exact_yat_unsupported(q, k, v, kEpsilon);
    if (!reason.empty()) {
        std::printf("%s: unsupported: %s\n", name, reason.c_str());
        return false;
    }
    const ExactYatOptions options{causal, kEpsilon, kDelta};
    const bool half = q.scalar_type() != at::kFloat;
    const ExactYatOutput output = exact_yat_forward(q, k, v, options, half);
    const ExactYatGradients got = exact_yat_backward(q, k, v, output, dy, options);
    const auto leaf = [](const at::Tensor& x) { return x.to(at::kDouble).requires_grad_(true); };
    const at::Tensor q0 = leaf(q), k0 = leaf(k), v0 = leaf(v);
    const at::Tensor y = plain(q0, k0, v0, causal);
    const auto expected = torch::autograd::grad({y}, {q0, k0, v0}, {dy.to(at::kDouble)});
    const double error = relative(output.y, y.detach());
    double gradient = 0;
    for (int i = 0; i < 3; ++i)
        gradient = std::max(gradient, relative(i == 0   ? got.q
                                               : i == 1 ? got.k
                                                        : got.v,
                                               expected[i].detach()));
    const bool shapes = got.q.sizes().equals(q.sizes()) && got.v.sizes().equals(v.sizes()) &&
                        output.y.sizes().equals(q.sizes()) &&
                        output.y.transpose(1, 2).is_contiguous() == (q.size(3) % 8 == 0);
    const double bound = q.scalar_type() == at::kBFloat16 ? 5e-3 : half ? 1e-3 : 1e-5;
    const bool good = shapes && error < bound && gradient < 2 * bound;
    std::printf("%s, %s: y %.1e gradients %.1e %s\n", name, causal ? "causal" : "bidirectional",
                error, gradient, good ? "ok" : "WRONG");
    return good;
}

int run() {
    int wrong = 0;
    for (const at::ScalarType type : {at::kBFloat16, at::kHalf, at::kFloat})
        for (const bool causal : {true, false}) {
            const auto options = at::TensorOptions().device(at::kCUDA).dtype(type);
            const at::Tensor qkv = at::randn({2, 1001, 3, 4, 32}, options);
            const auto part = [&](int i) { return qkv.select(2, i).transpose(1, 2); };
            const at::Tensor dy = at::randn({2, 1001, 4, 32}, options).transpose(1, 2);
            wrong += !check("views of a projection", part(0), part(1), part(2), dy, causal);
            const at::Tensor one = at::randn({2, 4, 1, 32}, options).expand({2, 4, 1001, 32});
            wrong += !check("one gradient for all rows", part(0), part(1), part(2), one, causal);
            const at::Tensor t = at::randn({4, 1, 2, 300, 20}, options);
            wrong += !check("d not a multiple of 8", t[0], t[1], t[2], t[3], causal);
            const at::Tensor odd = at::randn({4, 1, 2, 64, 333}, options).transpose(3, 4);
            wrong += !check("transposed", odd[0], odd[1], odd[2], odd[3], causal);
            const at::Tensor late =
                at::randn({4 * 2 * 77 * 64 + 1}, options).narrow(0, 1, 4 * 2 * 77 * 64);
            const at::Tensor off = late.view({4, 1, 2, 77, 64});
            wrong += !check("address off by one element", off[0], off[1], off[2], off[3], causal);
        }
    const at::Tensor wide = at::randn({1, 2, 9, 256}, at::TensorOptions().device(at::kCUDA));
    wrong += exact_yat_unsupported(wide, wide, wide, kEpsilon).empty();
    const at::Tensor exact = at::randn({1, 2, 9, 32}, at::kDouble).to(at::kCUDA);
    wrong += exact_yat_unsupported(exact, exact, exact, kEpsilon).empty();
    const at::Tensor host = at::randn({1, 2, 9, 32});
    wrong += exact_yat_unsupported(host, host, host, kEpsilon).empty();
    std::printf("%d wrong\n", wrong);
    return wrong;
}

}  // namespace
}  // namespace slay::kernels

int main() {
    return slay::kernels::run() == 0 ? 0 : 1;
}
