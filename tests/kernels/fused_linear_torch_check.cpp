// The fused linear attention on tensors: layouts, strides, scratch and refusals.
#include <ATen/ATen.h>
#include <c10/cuda/CUDAStream.h>

#include <cstdio>
#include <random>

#include "engine/kernels/fused_linear_torch.h"
#include "tests/kernels/fused_reference.h"
#include "tests/kernels/tensor_reference.h"

namespace slay::kernels {
namespace {

// What rounding took from y, from the byte that keeps it in 1/256 of y's last place.
at::Tensor correction_of(const at::Tensor& y, const at::Tensor& rest) {
    const at::Tensor exponent = std::get<1>(at::frexp(y.to(at::kDouble)));  // y = m 2^e, |m| < 1
    return rest.to(at::kDouble) * at::exp2(exponent.to(at::kDouble) - 16);
}

// Relative L2 allowed: the conformance bounds of the variants.
double bound(at::ScalarType type) {
    return type == at::kBFloat16 ? 5e-3 : type == at::kHalf ? 1e-3 : 1e-5;
}

bool check(const char* name, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
           bool causal) {
    std::mt19937_64 rng(3);
    const int d = static_cast<int>(q.size(3));
    const FeatureMap map = make_map(Kind::anchor, static_cast<int>(q.size(1)), d, 2, 16, 32, rng);
    FusedLinear fused(map);
    const std::string reason = fused.unsupported(q, k, v);
    if (!reason.empty()) {
        std::printf("%s: unsupported: %s\n", name, reason.c_str());
        return false;
    }
    const FusedLinear::Output output = fused.forward(q, k, v, causal, 1e-6, true);
    const auto wide = [](const at::Tensor& x) { return x.to(at::kDouble); };
    const at::Tensor expected = plain_anchor(map, wide(q), wide(k), wide(v), causal, 1e-6);
    const auto error_of = [&](const at::Tensor& y) {
        return ((y - expected).norm() / expected.norm()).item<double>();
    };
    const double error = error_of(output.y.to(at::kDouble));
    std::printf("%s, %s, %s: relative L2 %.1e", name, at::toString(q.scalar_type()),
                causal ? "causal" : "bidirectional", error);
    bool good = error < bound(q.scalar_type());
    if (output.correction.defined()) {
        const double corrected =
            error_of(output.y.to(at::kDouble) + correction_of(output.y, output.correction));
        std::printf(", before rounding %.1e", corrected);
        good = good && corrected < error;
    }
    std::printf("\n");
    return good && output.correction.defined() == (q.scalar_type() == at::kBFloat16);
}

int run() {
    int wrong = 0;
    for (const at::ScalarType type : {at::kBFloat16, at::kHalf, at::kFloat}) {
        const auto options = at::TensorOptions().device(at::kCUDA).dtype(type);
        for (const bool causal : {true, false}) {
            const at::Tensor qkv = at::randn({2, 3001, 3, 4, 32}, options);
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
    }
    const auto options = at::TensorOptions().device(at::kCUDA).dtype(at::kBFloat16);
    std::mt19937_64 rng(3);
    const FusedLinear fused(make_map(Kind::anchor, 2, 32, 2, 16, 32, rng));
    const at::Tensor wide = at::randn({1, 2, 9, 32}, options.dtype(at::kDouble));
    wrong += fused.unsupported(wide, wide, wide).empty();
    const at::Tensor narrow = wide.to(at::kHalf);
    wrong += fused.unsupported(narrow, narrow, narrow.to(at::kBFloat16)).empty();
    const at::Tensor other = at::randn({1, 2, 9, 24}, options);
    wrong += fused.unsupported(other, other, other).empty();
    std::printf("%d wrong\n", wrong);
    return wrong;
}

}  // namespace
}  // namespace slay::kernels

int main() {
    return slay::kernels::run() == 0 ? 0 : 1;
}
