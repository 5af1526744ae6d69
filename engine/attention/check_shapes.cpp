#include "engine/attention/check_shapes.h"

#include <ATen/ATen.h>

namespace slay {

void check_shapes(const AttentionConfig& config, const at::Tensor& q, const at::Tensor& k,
                  const at::Tensor& v) {
    TORCH_CHECK(q.dim() == 4 && q.sizes().equals(k.sizes()) && q.sizes().equals(v.sizes()),
                "q, k and v must have one shape [B, H, L, d]; got ", q.sizes(), ", ", k.sizes(),
                " and ", v.sizes());
    TORCH_CHECK(q.size(1) == config.heads && q.size(3) == config.head_dim, "expected ",
                config.heads, " heads of dimension ", config.head_dim, "; got ", q.sizes());
    TORCH_CHECK(q.size(0) > 0 && q.size(2) > 0, "batch and length must be positive; got ",
                q.sizes());
    TORCH_CHECK(q.scalar_type() == k.scalar_type() && q.scalar_type() == v.scalar_type(),
                "q, k and v must have one type; got ", q.scalar_type(), ", ", k.scalar_type(),
                " and ", v.scalar_type());
    TORCH_CHECK(q.device() == k.device() && q.device() == v.device(),
                "q, k and v must be on one device; got ", q.device(), ", ", k.device(), " and ",
                v.device());
}

}  // namespace slay
