// A point's shape as numbers to multiply, for the cost model.
#pragma once

#include <string_view>

#include "engine/core/plan.h"
#include "engine/core/variant_info.h"

namespace slay {

// The shape of a point, as numbers to multiply.
struct CostShape {
    double batch, heads, length, width, head_dim, element_bytes;
    double nodes, prf, poly;  // 0 where the variant has none
    bool causal, layer, forward, backward;
    const VariantInfo* variant;
    bool own_linear;  // a file of the user's whose preset says that it is linear in L
    std::string_view dtype;

    double tokens() const { return batch * length; }
    double rows() const { return batch * heads * length; }
    double cells() const { return rows() * length; }  // of the score matrix
};

CostShape cost_shape(const Point& point);

bool is_quadratic(const CostShape& shape);
bool is_fused_softmax(const CostShape& shape);
// Whether a linear variant's pass takes the fused CUDA kernels (engine/kernels/fused_refusal.h, in
// short).
bool is_fused_linear(const CostShape& shape, bool cuda);

// Whether exact Yat's pass takes the tiled CUDA kernels (engine/kernels/yat_exact.h).
bool is_tiled_yat(const CostShape& shape, bool cuda);

// bf16 terms of the fused linear kernel's operands.
double fused_terms(const CostShape& shape);

// F, the features of one position and head: R x M x P as far as the variant has them.
double features_of(const CostShape& shape);

// Multiply-adds of one kernel value inside a chunk: the product identity spares R x M x P.
double pair_cost(const CostShape& shape);

// Bytes of a score, a state or a denominator: float32, or float64 with float64.
double accumulator_bytes(const CostShape& shape);

// Time of one pass of the shape.
double pass_seconds(const CostShape& shape, const Measurement& measurement,
                    const DeviceRates& rates);

// Above inputs and weights, in one pass.
double peak_bytes(const CostShape& shape, bool cuda);

}  // namespace slay
