// The parameters of a point, in the terms of the attention library.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

#include "engine/attention/attention.h"
#include "engine/core/point.h"

namespace slay {

enum class Pass { forward, backward, forward_backward };

struct PointSetup {
    std::string variant;
    std::int64_t batch = 1, heads = 8, length = 1024, width = 256, head_dim = 32;
    DataType type = DataType::float32;
    bool causal = true;
    bool layer = true;  // the layer lane; else the core alone
    Pass pass = Pass::forward;
    bool clustered = false;  // structured inputs; else isotropic random ones
    std::uint64_t seed = 0;
    Parameters own;  // the variant's own parameters

    bool needs_gradients() const { return pass != Pass::forward; }
    AttentionConfig attention_config() const;
};

// Absent parameters take the defaults of the schema. A point that pools seeds is set up with the
// first of them, or with `seed`.
PointSetup point_setup(const Point& point);
PointSetup point_setup(const Point& point, std::int64_t seed);

}  // namespace slay
