// The fused linear attention on tensors: layouts, strides, scratch and refusals.
#include <ATen/ATen.h>
#include <c10/cuda/CUDAStream.h>

#include <cstdio>
#include <random>

#include "engine/kernels/fused_linear_torch.h"
#include "tests/kernels/fused_reference.h"

namespace slay::kernels {
namespace {

at::Tensor factors(const at::Tensor& u, const std::vector<double>& weights, std::int64_t heads,
                   std::int64_t count) {
    const std::int64_t d = u.size(3);
    const at::Tensor w =
        at::from_blob(const_cast<double*>(weights.data()), {heads, count, d}, at::kDouble)
            .to(u.device());
    return at::matmul(u, w.transpose(1, 2));
}

// The plain product form of the anchor map in float64.
at::Tensor plain(const FeatureMap& map, const at::Tensor& q, const at::Tensor& k,
                 const at::Tensor& v, bool causal) {
    const at::Tensor offset =
        at::from_blob(const_cast<double*>(map.offset.data()), {map.g}, at::kDouble).to(q.device());
    at::Tensor g[2], poly[2];
    for (int i = 0; i < 2; ++i) {
        const at::Tensor u = (i == 0 ? q : k).to(at::kDouble);
        const at::Tensor unit = u / u.norm(2, {-1}, true).clamp_min(1e-12);
        g[i] = at::exp(factors(unit, map.omega, map.heads, map.g) + offset);
        poly[i] = factors(unit, map.first, 1, map.p).square();
    }
    at::Tensor w =
        at::matmul(g[0], g[1].transpose(2, 3)) * at::matmul(poly[0], poly[1].transpose(2, 3));
    if (causal) w = w.tril();
    return at::matmul(w, v.to(at::kDouble)) / (w.sum(-1, true) + 1e-6);
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
    const at::Tensor expected = plain(map, q, k, v, causal);
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
