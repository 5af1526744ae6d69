// standard: softmax(q.k / sqrt(d)) v with the scores materialised, as in the paper.
#include <ATen/ATen.h>

#include <cmath>
#include <limits>

#include "engine/attention/check_shapes.h"
#include "engine/attention/variants.h"

namespace slay {
namespace {

class StandardAttention : public Attention {
  public:
    using Attention::Attention;

    at::Tensor forward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) override {
        check_shapes(config(), q, k, v);
        const std::int64_t length = q.size(2);
        const auto as_batch = [&](const at::Tensor& x) {
            return x.reshape({q.size(0) * q.size(1), length, q.size(3)});
        };
        // The scale goes into the product; beta = 0 ignores the first argument.
        at::Tensor scores =
            at::baddbmm(at::zeros({1, 1, 1}, q.options()), as_batch(q), as_batch(k).transpose(1, 2),
                        0, 1 / std::sqrt(config().head_dim));
        if (config().causal) {
            const at::Tensor future =
                at::ones({length, length}, q.options().dtype(at::kBool)).triu_(1);
            scores.masked_fill_(future, -std::numeric_limits<double>::infinity());
        }
        // at::softmax accumulates in float32 for the half types.
        const at::Tensor weights = at::softmax(scores, -1);
        return at::bmm(weights, as_batch(v)).view(q.sizes());
    }
};

}  // namespace

AttentionPtr make_standard(const AttentionConfig& config) {
    return std::make_unique<StandardAttention>(config);
}

PlainOutput plain_softmax(const PlainInput& input) {
    const double d = static_cast<double>(input.q.size(3));
    at::Tensor weights = (input.q.matmul(input.k.transpose(-1, -2)) / std::sqrt(d)).exp();
    if (input.causal) weights = weights.tril();
    return {weights.matmul(input.v) / weights.sum({-1}, /*keepdim=*/true), {}, {}};
}

}  // namespace slay
