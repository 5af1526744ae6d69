#include "engine/attention/slay_feature_map.h"

#include <ATen/ATen.h>

namespace slay {

Features SlayFeatureMap::features(const Block& u) const {
    Features result;
    result.vectors = unit_vectors(u.values);
    if (polynomial_) result.outer = polynomial_->forward(result.vectors.unit, result.saved);
    result.inner = exponential_.forward(result.vectors.unit);
    return result;
}

at::Tensor SlayFeatureMap::backward(const Block&, const Features& at,
                                    const FeatureGradients& gradients) const {
    at::Tensor unit = exponential_.backward(at.inner, gradients.inner);
    if (polynomial_) unit.add_(polynomial_->backward(at.saved, gradients.outer));
    return unit_vectors_backward(at.vectors, unit);
}

}  // namespace slay
