#include "engine/core/cost_shape.h"

#include <algorithm>

#include "engine/core/data_type.h"
#include "engine/core/own_variant.h"

namespace slay {

CostShape cost_shape(const Point& point) {
    const Parameters& p = point.parameters;
    CostShape shape{};
    shape.batch = p.real("batch", 1);
    shape.heads = p.real("heads", 8);
    shape.length = p.real("length", 1024);
    shape.width = p.real("width", 256);
    shape.head_dim = p.real("head_dim", shape.width / shape.heads);
    const auto type = parse_data_type(p.text("dtype", "float32")).value_or(DataType::float32);
    shape.dtype = to_string(type);
    shape.element_bytes = bytes_of(type);
    shape.nodes = p.real("nodes");
    shape.prf = p.real("prf_features");
    shape.poly = p.real("poly_features");
    shape.causal = p.flag("causal", true);
    shape.layer = p.text("lane", "layer") == "layer";
    const std::string pass = p.text("pass", "forward");
    shape.forward = pass != "backward";
    shape.backward = pass != "forward";
    shape.variant = find_variant(point.variant);
    shape.own_linear = is_own_variant(point.variant) && p.text("complexity") == "linear";
    return shape;
}

bool is_quadratic(const CostShape& shape) {
    if (shape.own_linear) return false;
    return !shape.variant || shape.variant->complexity == Complexity::quadratic;
}
bool is_fused_softmax(const CostShape& shape) {
    return shape.variant && shape.variant->name == "standard-fused";
}

bool is_fused_linear(const CostShape& shape, bool cuda) {
    const double d = shape.head_dim;
    // Two-term operands take twice the shared memory.
    const double factor = fused_terms(shape) == 1 ? 512 : 128;
    // Gradients of signed sums, and of relu in more than bfloat16, take the chunked form.
    const bool chunked =
        shape.variant && (shape.variant->signed_estimate ||
                          (shape.variant->name == "performer" && shape.dtype != "bfloat16"));
    return cuda && !is_quadratic(shape) && !shape.own_linear && !(shape.backward && chunked) &&
           shape.dtype != "float64" && (d == 16 || d == 32 || d == 64 || d == 128) &&
           shape.poly <= 64 && features_of(shape) <= factor * std::max(1.0, shape.poly);
}

bool is_tiled_yat(const CostShape& shape, bool cuda) {
    return cuda && shape.variant && shape.variant->family == Family::exact_yat &&
           shape.dtype != "float64" && shape.head_dim <= 128;
}

double fused_terms(const CostShape& shape) {
    return shape.dtype == "bfloat16" && !shape.variant->signed_estimate ? 1 : 2;
}

double features_of(const CostShape& shape) {
    const double product =
        std::max(1.0, shape.nodes) * std::max(1.0, shape.prf) * std::max(1.0, shape.poly);
    if (product > 1) return product;
    return shape.variant && shape.variant->name == "cosformer" ? 2 * shape.head_dim
                                                               : shape.head_dim;
}

double pair_cost(const CostShape& shape) {
    if (shape.poly > 0) return std::max(1.0, shape.nodes) * shape.prf + shape.poly;
    return features_of(shape);
}

double accumulator_bytes(const CostShape& shape) {
    return shape.dtype == "float64" ? 8 : 4;
}

}  // namespace slay
