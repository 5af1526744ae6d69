// What the kernels cover of every variant, found by asking Attention::kernel_refusal. Torch-free.
#pragma once

#include <vector>

#include "engine/core/kernel_coverage.h"

namespace slay {

// In the catalog's order: for each variant the pass without gradients, then with them, one row for
// each set of types (bfloat16, float16, float32) that are covered alike. Needs no device: it is
// said for one with an H100's shared memory.
std::vector<KernelCoverage> kernel_coverage();

}  // namespace slay
