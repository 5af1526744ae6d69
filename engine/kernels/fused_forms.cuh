// The kernels' launches. Each is instantiated in a file of its own, so that they compile side by
// side.
#pragma once

#include "engine/kernels/kernel_arguments.cuh"

namespace slay::kernels {

// States of the wave's first `formed` segments; `rows` is B * H.
template <int Terms>
cudaError_t run_states(KernelArguments args, int head_dim, unsigned rows, cudaStream_t stream);

template <int Terms>
cudaError_t run_scan(const KernelArguments& args, unsigned rows, cudaStream_t stream);

// The wave's output rows, or all of them. `wide` as in FusedPlan.
template <int Terms>
cudaError_t run_outputs(const KernelArguments& args, int head_dim, bool wide, unsigned rows,
                        cudaStream_t stream);

}  // namespace slay::kernels
