// Output kernels, operands of one term.
#include "engine/kernels/output_launch.cuh"

namespace slay::kernels {

template cudaError_t run_outputs<1>(const KernelArguments&, int, bool, unsigned, cudaStream_t);

}  // namespace slay::kernels
