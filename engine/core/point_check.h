// Whether a point can be measured: for points that no plan of this process made, such as those of a
// stranger's journal.
#pragma once

#include "engine/core/point.h"
#include "engine/core/result.h"

namespace slay {

// Sets head_dim = width / heads. An error where the size is impossible: E not divisible by H, a
// head dimension that is no multiple of 4 or above 256, tensors of 2^63 bytes and more.
Status complete_shape(Parameters& parameters);

// Refuses a point whose id is not the one that its content gives, of an unknown experiment or
// variant, or with a parameter that these do not have or that is beyond its range.
Status check_point(const Point& point);

}  // namespace slay
