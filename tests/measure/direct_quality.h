// The figures of kernel-quality computed directly: plain loops and the variants' plain forms, in
// float64. Torch-free, for a test that is Qt.
#pragma once

#include "engine/core/point.h"

namespace slay {

struct DirectQuality {
    double relative_l2 = 0, cosine = 0, mse = 0;
    double uniform_relative_l2 = 0;
    double quadrature_relative_l2 = 0;  // 0 where the variant has no nodes
    double nonpositive_rows = 0, minimum_denominator = 0;
};

// Of one seed; the point's type is float64.
DirectQuality direct_quality(const Point& point, std::int64_t seed);

// x^2 sum_r w_r exp(2 s_r x), C = 2 + 1e-6.
double quadrature_kernel(double x, int nodes);

}  // namespace slay
