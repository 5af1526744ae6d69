// The anchor map's attention on tensors, in float64 and quadratic, for the checks of the fused
// calls.
#pragma once

#include <ATen/ATen.h>

#include <vector>

#include "engine/kernels/feature_map.h"

namespace slay::kernels {

// u W^T for each head; one set of weights [heads, count, d] may serve all.
inline at::Tensor projected(const at::Tensor& u, const std::vector<double>& weights,
                            std::int64_t heads, std::int64_t count) {
    const at::Tensor w =
        at::from_blob(const_cast<double*>(weights.data()), {heads, count, u.size(3)}, at::kDouble)
            .to(u.device());
    return at::matmul(u, w.transpose(1, 2));
}

// y of float64 q, k, v [B, H, L, d]; differentiable.
inline at::Tensor plain_anchor(const FeatureMap& map, const at::Tensor& q, const at::Tensor& k,
                               const at::Tensor& v, bool causal, double delta) {
    const at::Tensor offset =
        at::from_blob(const_cast<double*>(map.offset.data()), {map.g}, at::kDouble).to(q.device());
    at::Tensor g[2], poly[2];
    for (int i = 0; i < 2; ++i) {
        const at::Tensor& u = i == 0 ? q : k;
        const at::Tensor unit = u / u.norm(2, {-1}, true).clamp_min(1e-12);
        g[i] = at::exp(projected(unit, map.omega, map.heads, map.g) + offset);
        poly[i] = projected(unit, map.first, 1, map.p).square();
    }
    at::Tensor w =
        at::matmul(g[0], g[1].transpose(2, 3)) * at::matmul(poly[0], poly[1].transpose(2, 3));
    if (causal) w = w.tril();
    return at::matmul(w, v) / (w.sum(-1, true) + delta);
}

}  // namespace slay::kernels
