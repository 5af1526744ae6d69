#include "engine/attention/feature_map.h"

#include <ATen/ATen.h>

namespace slay {

at::Tensor expand(const Features& features) {
    const auto& inner = features.inner;
    const std::int64_t batch = inner.size(0) * inner.size(1) * inner.size(2);
    const std::int64_t positions = inner.size(3);
    if (!features.outer.defined()) return inner.reshape({batch, positions, inner.size(4)});
    return at::mul(features.outer.unsqueeze(-1), inner.unsqueeze(-2))
        .view({batch, positions, features.outer.size(4) * inner.size(4)});
}

}  // namespace slay
