#include "engine/attention/linear_attention.h"

#include <ATen/ATen.h>

#include "engine/attention/linear_pass.h"
#include "engine/attention/recomputing_pass.h"

namespace slay {
namespace {

// Divides by the denominators and writes y and D of one block. sums: [N, C, columns].
void store_output(const LinearPass& pass, const at::Tensor& sums, const BlockRange& range,
                  double delta, LinearAttentionResult& result) {
    const std::int64_t batch = result.output.size(0);
    const std::int64_t heads = result.output.size(1);
    const std::int64_t d = result.output.size(3);
    const at::Tensor block = sums.view({range.chunks(), batch, heads, range.chunk, pass.columns()});
    const at::Tensor denominators = block.narrow(4, d, 1);
    const at::Tensor y = block.narrow(4, 0, d) / (denominators + delta);
    store_block(y, range, result.output);
    if (result.correction.defined())
        store_block(y - y.to(result.output.scalar_type()), range, result.correction);
    at::Tensor figures = result.denominators.unsqueeze(-1);
    store_block(denominators, range, figures);
}

void causal_forward(const LinearPass& pass, const at::Tensor& q, const at::Tensor& k,
                    const at::Tensor& v, double delta, LinearAttentionResult& result) {
    at::Tensor states = pass.single() ? at::Tensor() : pass.empty_states();
    for (std::int64_t b = 0; b < pass.blocks(); ++b) {
        const BlockRange range = pass.range(b, false);
        const at::Tensor values = pass.extended(v, range);
        const BlockFeatures keys = pass.features(k, range);
        const BlockFeatures queries = pass.features(q, range);
        at::Tensor sums = at::bmm(pass.scores(queries, keys), values);
        if (!pass.single()) {
            const bool last = b + 1 == pass.blocks();
            pass.fill_states(states, keys.expanded(), values, range.chunks() - (last ? 1 : 0));
            sums.baddbmm_(queries.expanded(), pass.before(states, range.chunks()));
            if (!last) pass.carry(states, range.chunks());
        }
        store_output(pass, sums, range, delta, result);
    }
}

void bidirectional_forward(const LinearPass& pass, const at::Tensor& q, const at::Tensor& k,
                           const at::Tensor& v, double delta, LinearAttentionResult& result) {
    if (pass.single()) return causal_forward(pass, q, k, v, delta, result);
    const at::Tensor state = total_state(pass, k, v);
    for (std::int64_t b = 0; b < pass.blocks(); ++b) {
        const BlockRange range = pass.range(b, false);
        const at::Tensor sums = at::bmm(pass.features(q, range).expanded(), state);
        store_output(pass, sums, range, delta, result);
    }
}

}  // namespace

at::Tensor total_state(const LinearPass& pass, const at::Tensor& u, const at::Tensor& v) {
    at::Tensor state;
    for (std::int64_t b = 0; b < pass.blocks(); ++b) {
        const BlockRange range = pass.range(b, false);
        const at::Tensor expanded = pass.features(u, range).expanded();
        const at::Tensor extended = pass.extended(v, range);
        if (state.defined())
            state.baddbmm_(expanded.transpose(1, 2), extended);
        else
            state = at::bmm(expanded.transpose(1, 2), extended);
    }
    return state;
}

bool wants_correction(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
    return compute_type(q.scalar_type()) != q.scalar_type() && at::GradMode::is_enabled() &&
           (q.requires_grad() || k.requires_grad() || v.requires_grad());
}

LinearAttentionResult linear_attention_forward(const at::Tensor& q, const at::Tensor& k,
                                               const at::Tensor& v,
                                               const LinearAttentionOptions& options) {
    const at::NoGradGuard no_grad;
    const LinearPass pass(q, v, options);
    LinearAttentionResult result;
    result.output = empty_heads(v.sizes(), v.options());
    if (options.keep_correction) result.correction = empty_heads(v.sizes(), v.options());
    result.denominators =
        at::empty({q.size(0), q.size(1), q.size(2)}, q.options().dtype(pass.type()));
    if (options.causal)
        causal_forward(pass, q, k, v, options.delta, result);
    else
        bidirectional_forward(pass, q, k, v, options.delta, result);
    return result;
}

at::Tensor linear_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                            const LinearAttentionOptions& options) {
    return RecomputingPass<LinearAttentionOptions, linear_attention_forward,
                           linear_attention_backward>::of(q, k, v, options);
}

}  // namespace slay
