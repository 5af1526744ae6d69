#include "engine/attention/linear_pass.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "engine/attention/chunk_plan.h"

namespace slay {
namespace {

// [c, B, H, C, n] -> [c*B*H, C, n]
at::Tensor as_batch(const at::Tensor& x) {
    return x.reshape({x.size(0) * x.size(1) * x.size(2), x.size(3), x.size(4)});
}

}  // namespace

LinearPass::LinearPass(const at::Tensor& q, const at::Tensor& v,
                       const LinearAttentionOptions& options)
    : options_(options),
      batch_(q.size(0)),
      heads_(q.size(1)),
      length_(q.size(2)),
      columns_(extended_columns(v.size(3), q.is_cuda())),
      type_(compute_type(q.scalar_type())),
      device_(q.device()) {
    plan_ = options.plan ? *options.plan
                         : choose_plan({.batch_heads = batch_ * heads_,
                                        .length = length_,
                                        .outer = options.map->outer_size(),
                                        .inner = options.map->inner_size(),
                                        .columns = columns_,
                                        .causal = options.causal,
                                        .cuda = q.is_cuda()});
    // Without a mask a block is one chunk.
    if (!options.causal) plan_.chunk = plan_.block;
    plan_.chunk = std::min(plan_.chunk, length_);
    plan_.block = std::max(plan_.chunk, plan_.block / plan_.chunk * plan_.chunk);
}

BlockRange LinearPass::range(std::int64_t block, bool reversed) const {
    const std::int64_t start = block * plan_.block;
    const std::int64_t count = std::min(plan_.block, length_ - start);
    return {start, count, std::min(plan_.chunk, count), reversed};
}

BlockFeatures LinearPass::features(const at::Tensor& u, const BlockRange& range) const {
    BlockFeatures result;
    result.block.values = load_block(u, range, type_);
    if (options_.map->wants_positions()) result.block.positions = block_positions(range, device_);
    result.features = options_.map->features(result.block);
    if (result.features.outer.defined()) result.outer = as_batch(result.features.outer);
    result.inner = as_batch(result.features.inner);
    return result;
}

at::Tensor LinearPass::extended(const at::Tensor& v, const BlockRange& range) const {
    return load_extended(v, range, type_, columns_);
}

at::Tensor LinearPass::scores(const BlockFeatures& q, const BlockFeatures& k) const {
    at::Tensor result = at::bmm(q.inner, k.inner.transpose(1, 2));
    if (q.outer.defined()) result.mul_(at::bmm(q.outer, k.outer.transpose(1, 2)));
    mask(result);
    return result;
}

void LinearPass::mask(at::Tensor& scores) const {
    if (options_.causal) scores.tril_();
}

at::Tensor LinearPass::empty_states() const {
    const std::int64_t chunks = plan_.block / plan_.chunk;
    at::Tensor states = at::empty({chunks + 1, batch_, heads_, options_.map->size(), columns_},
                                  at::TensorOptions().dtype(type_).device(device_));
    states.select(0, 0).zero_();
    return states;
}

void LinearPass::fill_states(at::Tensor& states, const at::Tensor& expanded,
                             const at::Tensor& values, std::int64_t chunks) const {
    if (chunks == 0) return;
    const std::int64_t count = chunks * batch_ * heads_;
    at::Tensor targets = states.narrow(0, 1, chunks).view({count, options_.map->size(), columns_});
    at::bmm_out(targets, expanded.narrow(0, 0, count).transpose(1, 2), values.narrow(0, 0, count));
    if (device_.is_cuda() && chunks > 1) {
        at::Tensor all = states.narrow(0, 0, chunks + 1);
        all.cumsum_(0);
        return;
    }
    for (std::int64_t slot = 1; slot <= chunks; ++slot)
        states.select(0, slot).add_(states.select(0, slot - 1));
}

at::Tensor LinearPass::before(const at::Tensor& states, std::int64_t chunks) const {
    return states.narrow(0, 0, chunks)
        .view({chunks * batch_ * heads_, options_.map->size(), columns_});
}

void LinearPass::carry(at::Tensor& states, std::int64_t chunks) const {
    if (chunks > 0) states.select(0, 0).copy_(states.select(0, chunks));
}

void LinearPass::add_state_gradient(const BlockFeatures& at, const at::Tensor& values,
                                    const at::Tensor& states, FeatureGradients& gradients) const {
    if (!at.outer.defined()) {
        gradients.inner.baddbmm_(values, states.transpose(1, 2));
        return;
    }
    const std::int64_t positions = values.size(0) * values.size(1);
    const std::int64_t outer = at.outer.size(2);
    const std::int64_t inner = at.inner.size(2);
    const at::Tensor product =
        at::bmm(values, states.transpose(1, 2)).view({positions, outer, inner});
    // d outer_p = sum_g (d Psi)_pg inner_g and d inner_g = sum_p (d Psi)_pg outer_p
    gradients.outer.add_(
        at::bmm(product, at.inner.view({positions, inner, 1})).view_as(gradients.outer));
    gradients.inner.add_(
        at::bmm(at.outer.view({positions, 1, outer}), product).view_as(gradients.inner));
}

at::Tensor LinearPass::input_gradient(const BlockFeatures& at,
                                      const FeatureGradients& gradients) const {
    FeatureGradients shaped;
    shaped.inner = gradients.inner.view_as(at.features.inner);
    if (at.outer.defined()) shaped.outer = gradients.outer.view_as(at.features.outer);
    return options_.map->backward(at.block, at.features, shaped);
}

}  // namespace slay
