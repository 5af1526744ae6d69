#include "engine/kernels/fused_refusal.h"

namespace slay::kernels {

Element computed_in(Element element, bool gradient) {
    return gradient && element == Element::float16 ? Element::float32 : element;
}

std::string fused_refusal(const FusedShape& given, const PackedFeatures& features,
                          const PackedGradients& gradients, bool gradient,
                          const FusedDevice& device) {
    FusedShape shape = given;
    shape.element = computed_in(given.element, gradient);
    std::string reason = fused_linear_unsupported(shape, features, device);
    if (reason.empty() && gradient) reason = fused_backward_unsupported(shape, gradients, device);
    if (reason.empty() && gradient) reason = fused_backward_inaccurate(shape, gradients);
    return reason;
}

}  // namespace slay::kernels
