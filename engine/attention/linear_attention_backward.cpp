// With O_i = sum_j K_ij [v_j, 1] = [N_i, D_i] and y = N / (D + delta), the gradient of O_i is
//   G_i = [dy_i, -(dy_i . y_i)] / (D_i + delta).
// Then d Psi(q_i) = S_i G_i with the prefix state S_i = sum_{j<=i} Psi(k_j) [v_j, 1]^T, and
// d Psi(k_j) = U_j [v_j, 1], d v_j = U_j^T Psi(k_j) with the suffix state
// U_j = sum_{i>=j} Psi(q_i) G_i^T. One walk forward gives dq, one walk back dk and dv.
#include <ATen/ATen.h>

#include "engine/attention/linear_pass.h"

namespace slay {
namespace {

struct Saved {
    const at::Tensor& q;
    const at::Tensor& k;
    const at::Tensor& v;
    const LinearAttentionResult& forward;
    const at::Tensor& dy;
    double delta;
};

// G of one block, [N, C, columns]; zero for padding.
at::Tensor output_gradient(const LinearPass& pass, const Saved& saved, const BlockRange& range) {
    const std::int64_t d = saved.dy.size(3);
    const at::Tensor dy = load_block(saved.dy, range, pass.type());
    at::Tensor y = load_block(saved.forward.output, range, pass.type());
    if (saved.forward.correction.defined())
        y.add_(load_block(saved.forward.correction, range, pass.type()));
    const at::Tensor scale =
        load_figures(saved.forward.denominators, range, 1).add_(saved.delta).reciprocal_();
    at::Tensor result =
        at::empty({dy.size(0), dy.size(1), dy.size(2), dy.size(3), pass.columns()}, dy.options());
    if (pass.columns() > d + 1) result.narrow(4, d, pass.columns() - d).zero_();
    at::Tensor numerator = result.narrow(4, 0, d);
    at::mul_out(numerator, dy, scale);
    result.narrow(4, d, 1).copy_((numerator * y).sum({-1}, /*keepdim=*/true).neg_());
    return result.view({-1, range.chunk, pass.columns()});
}

// Gradients of the factors from those of the scores: rows' factors against the others'.
FeatureGradients from_scores(const at::Tensor& score_gradient, const BlockFeatures& rows,
                             const BlockFeatures& columns) {
    FeatureGradients result;
    if (!rows.outer.defined()) {
        result.inner = at::bmm(score_gradient, columns.inner);
        return result;
    }
    const at::Tensor outer = at::bmm(rows.outer, columns.outer.transpose(1, 2));
    result.inner = at::bmm(score_gradient * outer, columns.inner);
    const at::Tensor inner = at::bmm(rows.inner, columns.inner.transpose(1, 2));
    result.outer = at::bmm(score_gradient * inner, columns.outer);
    return result;
}

FeatureGradients zero_gradients(const BlockFeatures& at) {
    FeatureGradients result;
    result.inner = at::zeros_like(at.inner);
    if (at.outer.defined()) result.outer = at::zeros_like(at.outer);
    return result;
}

void query_walk(const LinearPass& pass, const Saved& saved, at::Tensor& dq) {
    at::Tensor states = pass.single() ? at::Tensor() : pass.empty_states();
    for (std::int64_t b = 0; b < pass.blocks(); ++b) {
        const BlockRange range = pass.range(b, false);
        const at::Tensor values = pass.extended(saved.v, range);
        const at::Tensor g = output_gradient(pass, saved, range);
        const BlockFeatures keys = pass.features(saved.k, range);
        const BlockFeatures queries = pass.features(saved.q, range);
        at::Tensor score_gradient = at::bmm(g, values.transpose(1, 2));
        pass.mask(score_gradient);
        FeatureGradients gradients = from_scores(score_gradient, queries, keys);
        if (!pass.single()) {
            const bool last = b + 1 == pass.blocks();
            pass.fill_states(states, keys.expanded(), values, range.chunks() - (last ? 1 : 0));
            pass.add_state_gradient(queries, g, pass.before(states, range.chunks()), gradients);
            if (!last) pass.carry(states, range.chunks());
        }
        store_block(pass.input_gradient(queries, gradients), range, dq);
    }
}

void key_walk(const LinearPass& pass, const Saved& saved, at::Tensor& dk, at::Tensor& dv) {
    const std::int64_t d = saved.v.size(3);
    at::Tensor states = pass.single() ? at::Tensor() : pass.empty_states();
    for (std::int64_t b = pass.blocks() - 1; b >= 0; --b) {
        const BlockRange range = pass.range(b, true);
        const at::Tensor values = pass.extended(saved.v, range);
        const at::Tensor g = output_gradient(pass, saved, range);
        const BlockFeatures keys = pass.features(saved.k, range);
        const BlockFeatures queries = pass.features(saved.q, range);
        at::Tensor score_gradient = at::bmm(g, values.transpose(1, 2));
        pass.mask(score_gradient);
        FeatureGradients gradients = from_scores(score_gradient.transpose(1, 2), keys, queries);
        at::Tensor value_gradient =
            at::bmm(pass.scores(queries, keys).transpose(1, 2), g.narrow(2, 0, d));
        if (!pass.single()) {
            const bool last = b == 0;
            pass.fill_states(states, queries.expanded(), g, range.chunks() - (last ? 1 : 0));
            const at::Tensor after = pass.before(states, range.chunks());
            pass.add_state_gradient(keys, values, after, gradients);
            value_gradient.baddbmm_(keys.expanded(), after.narrow(2, 0, d));
            if (!last) pass.carry(states, range.chunks());
        }
        store_block(pass.input_gradient(keys, gradients), range, dk);
        store_block(value_gradient.view({range.chunks(), dv.size(0), dv.size(1), range.chunk, d}),
                    range, dv);
    }
}

void bidirectional_backward(const LinearPass& pass, const Saved& saved, QkvGradients& result) {
    const std::int64_t d = saved.v.size(3);
    const at::Tensor key_state = total_state(pass, saved.k, saved.v);
    at::Tensor query_state = at::zeros_like(key_state);
    for (std::int64_t b = 0; b < pass.blocks(); ++b) {
        const BlockRange range = pass.range(b, false);
        const at::Tensor g = output_gradient(pass, saved, range);
        const BlockFeatures queries = pass.features(saved.q, range);
        FeatureGradients gradients = zero_gradients(queries);
        query_state.baddbmm_(queries.expanded().transpose(1, 2), g);
        pass.add_state_gradient(queries, g, key_state, gradients);
        store_block(pass.input_gradient(queries, gradients), range, result.q);
    }
    for (std::int64_t b = 0; b < pass.blocks(); ++b) {
        const BlockRange range = pass.range(b, false);
        const BlockFeatures keys = pass.features(saved.k, range);
        FeatureGradients gradients = zero_gradients(keys);
        pass.add_state_gradient(keys, pass.extended(saved.v, range), query_state, gradients);
        store_block(pass.input_gradient(keys, gradients), range, result.k);
        const at::Tensor dv = at::bmm(keys.expanded(), query_state.narrow(2, 0, d));
        store_block(dv.view({1, saved.v.size(0), saved.v.size(1), range.chunk, d}), range,
                    result.v);
    }
}

}  // namespace

QkvGradients linear_attention_backward(const at::Tensor& q, const at::Tensor& k,
                                       const at::Tensor& v, const LinearAttentionResult& forward,
                                       const at::Tensor& dy,
                                       const LinearAttentionOptions& options) {
    const at::NoGradGuard no_grad;
    const LinearPass pass(q, v, options);
    const Saved saved{q, k, v, forward, dy, options.delta};
    QkvGradients result{empty_heads(q.sizes(), q.options()), empty_heads(k.sizes(), k.options()),
                        empty_heads(v.sizes(), v.options())};
    if (options.causal || pass.single()) {
        query_walk(pass, saved, result.q);
        key_walk(pass, saved, result.k, result.v);
    } else {
        bidirectional_backward(pass, saved, result);
    }
    return result;
}

}  // namespace slay
