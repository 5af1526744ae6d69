#include "engine/experiments/reference.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <functional>

#include "engine/attention/attention.h"
#include "engine/attention/quadrature.h"

namespace slay {
namespace {

constexpr std::int64_t kBlockBytes = 64 << 20;  // of the scores of one block of rows
// Multiply-adds above which float64 would take minutes.
constexpr double kCpuFloat64Work = 2e11;
constexpr double kGpuFloat64Work = 2e14;

// Kernel values from x [B, H, rows, columns].
using Kernel = std::function<at::Tensor(const at::Tensor& x)>;

at::Tensor unit(const at::Tensor& u) {
    return u / u.norm(2, -1, true).clamp_min(1e-12);
}

// y_i = sum_j K_ij v_j / (sum_j K_ij + delta), j <= i when causal.
at::Tensor kernel_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                            bool causal, const Kernel& kernel) {
    const at::NoGradGuard no_grad;
    const at::Tensor q_unit = unit(q), k_unit = unit(k);
    at::Tensor result = at::empty_like(v, at::MemoryFormat::Contiguous);
    const std::int64_t length = q.size(2);
    const std::int64_t row_bytes =
        q.size(0) * q.size(1) * length * static_cast<std::int64_t>(q.element_size());
    const std::int64_t block = std::clamp<std::int64_t>(kBlockBytes / row_bytes, 1, length);
    for (std::int64_t begin = 0; begin < length; begin += block) {
        const std::int64_t rows = std::min(block, length - begin);
        const std::int64_t columns = causal ? begin + rows : length;
        const at::Tensor x = at::matmul(q_unit.narrow(2, begin, rows),
                                        k_unit.narrow(2, 0, columns).transpose(-2, -1));
        at::Tensor weights = kernel(x);
        if (causal) weights.tril_(begin);
        const at::Tensor sums = weights.sum(-1, true).add_(kDenominatorDelta);
        result.narrow(2, begin, rows)
            .copy_(at::matmul(weights, v.narrow(2, 0, columns)).div_(sums));
    }
    return result;
}

}  // namespace

at::Tensor exact_yat(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, bool causal,
                     double epsilon) {
    return kernel_attention(q, k, v, causal, [epsilon](const at::Tensor& x) {
        const at::Tensor distance = x.mul(-2).add_(2 + epsilon).clamp_min_(epsilon);
        return x.square().div_(distance);
    });
}

at::Tensor quadrature_yat(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                          bool causal, double epsilon, int nodes) {
    const GaussLaguerre rule = gauss_laguerre(nodes);
    const double c = 2 + epsilon;
    return kernel_attention(q, k, v, causal, [&rule, c](const at::Tensor& x) {
        at::Tensor sum = at::zeros_like(x);
        for (std::size_t r = 0; r < rule.nodes.size(); ++r) {
            sum.add_(x.mul(2 * rule.nodes[r] / c).exp_(), rule.weights[r] / c);
        }
        return sum.mul_(x.square());
    });
}

at::Tensor uniform_attention(const at::Tensor& v, bool causal) {
    const at::NoGradGuard no_grad;
    if (!causal) return v.mean(2, true).expand_as(v).contiguous();
    const at::Tensor counts = at::arange(1, v.size(2) + 1, v.options()).view({1, 1, -1, 1});
    return v.cumsum(2).div_(counts);
}

at::ScalarType reference_type(std::int64_t batch, std::int64_t heads, std::int64_t length,
                              std::int64_t head_dim, bool gpu) {
    const double cells = static_cast<double>(batch) * static_cast<double>(heads) *
                         static_cast<double>(length) * static_cast<double>(length);
    const double work = cells * static_cast<double>(2 * head_dim);
    return work <= (gpu ? kGpuFloat64Work : kCpuFloat64Work) ? at::kDouble : at::kFloat;
}

OutputError compare_outputs(const at::Tensor& approximate, const at::Tensor& exact) {
    const at::NoGradGuard no_grad;
    const at::Tensor a = approximate.to(at::kDouble).flatten();
    const at::Tensor e = exact.to(at::kDouble).flatten();
    const at::Tensor difference = a - e;
    const double squared = difference.square().sum().item<double>();
    const double exact_norm = e.norm().item<double>();
    const double norms = exact_norm * a.norm().item<double>();
    OutputError error;
    error.relative_l2 = std::sqrt(squared) / exact_norm;
    error.cosine = at::dot(a, e).item<double>() / norms;
    error.mse = squared / static_cast<double>(e.numel());
    return error;
}

}  // namespace slay
