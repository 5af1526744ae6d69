// The compiled instances of BackwardLaunch, one file each.
#pragma once

#include "engine/kernels/fused_linear_backward.h"

namespace slay::kernels {

struct BackwardArguments;

#define SLAY_BACKWARD_INSTANCE(name)                                                      \
    cudaError_t name(const BackwardArguments& args, const FusedPlan& plan, unsigned rows, \
                     cudaStream_t stream)
SLAY_BACKWARD_INSTANCE(backward_bf16_d16);
SLAY_BACKWARD_INSTANCE(backward_bf16_d32);
SLAY_BACKWARD_INSTANCE(backward_bf16_d64);
SLAY_BACKWARD_INSTANCE(backward_bf16_d128);
SLAY_BACKWARD_INSTANCE(backward_fp32_d16);
SLAY_BACKWARD_INSTANCE(backward_fp32_d32);
SLAY_BACKWARD_INSTANCE(backward_fp32_d64);
SLAY_BACKWARD_INSTANCE(backward_fp32_d128);
#undef SLAY_BACKWARD_INSTANCE

}  // namespace slay::kernels
