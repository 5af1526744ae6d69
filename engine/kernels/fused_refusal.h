// Whether a pass of a linear variant takes the fused kernels: the one predicate behind the choice
// at run time and behind `slay-bench list variants`.
#pragma once

#include <string>

#include "engine/kernels/fused_linear.h"
#include "engine/kernels/fused_linear_backward.h"

namespace slay::kernels {

// The element type in which a pass is computed: gradients of float16 are those of float32 copies.
Element computed_in(Element element, bool gradient);

// Why not, or empty if it does. `gradient`: a backward pass will follow. Both descriptions are of
// one map.
std::string fused_refusal(const FusedShape& shape, const PackedFeatures& features,
                          const PackedGradients& gradients, bool gradient,
                          const FusedDevice& device = {});

}  // namespace slay::kernels
