// The one check of q, k, v at the door of every variant.
#pragma once

#include "engine/attention/attention.h"

namespace slay {

// Throws c10::Error with the shapes in its message.
void check_shapes(const AttentionConfig& config, const at::Tensor& q, const at::Tensor& k,
                  const at::Tensor& v);

}  // namespace slay
