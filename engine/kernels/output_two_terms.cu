// Output kernels, operands of two terms.
#include "engine/kernels/output_launch.cuh"

namespace slay::kernels {

template cudaError_t run_outputs<2>(const KernelArguments&, int, bool, unsigned, cudaStream_t);

}  // namespace slay::kernels
