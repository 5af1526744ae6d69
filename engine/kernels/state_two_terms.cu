// State kernels, operands of two terms.
#include "engine/kernels/state_launch.cuh"

namespace slay::kernels {

template cudaError_t run_states<2>(KernelArguments, int, unsigned, cudaStream_t);

}  // namespace slay::kernels
