// State kernels, operands of one term.
#include "engine/kernels/state_launch.cuh"

namespace slay::kernels {

template cudaError_t run_states<1>(KernelArguments, int, unsigned, cudaStream_t);

}  // namespace slay::kernels
