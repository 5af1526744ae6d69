// What somebody's attention has to show before it is timed: that it is an attention. There is no
// formula to hold it to, so it is held to what every attention does.
//
//   output      [B, H, L, d] of the inputs' type, on their device, finite
//   inputs      left as they were
//   values      another v gives another y
//   repeats     the same inputs give the same y
//   batch       a sequence alone gives what it gives beside another, where both are taken
//   layout      views of a layer's projection give what contiguous tensors give
//   causal      what comes after position i does not change y_i; and where the point is not causal,
//               it does
//   precision   y of the point's type against y of the same code in float64, where it takes that
//   gradients   where a backward pass is measured: finite, and the slope of y along a direction
//
// At L = 37 and 129, or at the point's own length, where a package takes no other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/core/data_type.h"
#include "engine/core/parameters.h"
#include "engine/core/result.h"

namespace slay {

struct OwnRequest {
    std::string variant;
    Parameters parameters;  // file, sha256
    std::int64_t heads = 8, head_dim = 32;
    std::int64_t batch = 1, length = 1024;  // of the point, for code that takes no other shape
    bool causal = true;
    bool gradients = false;
    DataType type = DataType::float32;
    std::string device = "cpu";
    std::uint64_t seed = 0;
};

struct OwnVerdict {
    enum class Kind { passed, incorrect, unsupported };
    Kind kind = Kind::passed;
    std::string text;            // what was shown, or what is wrong and where
    std::optional<double> error;  // relative L2 against its own float64
};

// Throws what the code throws (std::runtime_error, c10::Error), and what a lost CUDA context gives.
OwnVerdict own_conformance(const OwnRequest& request);

}  // namespace slay
