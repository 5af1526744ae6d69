// Launches of the kernels with warpgroup products; as fused_forms.cuh, but for operands of one term
// and the sizes that plan_fused_linear gives them.
#pragma once

#include "engine/kernels/kernel_arguments.cuh"

namespace slay::kernels {

cudaError_t run_group_states(const KernelArguments& args, int head_dim, unsigned rows,
                             cudaStream_t stream);

// Causal, one factor, with states: the streaming form, whose row block is a number of segments.
cudaError_t run_group_streams(const KernelArguments& args, int head_dim, unsigned rows,
                              cudaStream_t stream);

cudaError_t run_group_outputs(const KernelArguments& args, int head_dim, unsigned rows,
                              cudaStream_t stream);

}  // namespace slay::kernels
