// One launch of a kernel that takes one struct, with as much shared memory as it needs.
#pragma once

#include <cuda_runtime.h>

namespace slay::kernels {

// With `overlaps` (compute capability 9.0) blocks may start once all blocks of the kernel before
// have started and have let them (let_next_grid_start); the kernel has to wait_for_previous_grid.
template <typename Arguments>
cudaError_t launch(void (*kernel)(Arguments), dim3 grid, int threads, int shared_bytes,
                   cudaStream_t stream, const Arguments& arguments, bool overlaps = false) {
    const void* function = reinterpret_cast<const void*>(kernel);
    if (shared_bytes > 48 * 1024) {
        const cudaError_t status = cudaFuncSetAttribute(
            function, cudaFuncAttributeMaxDynamicSharedMemorySize, shared_bytes);
        if (status != cudaSuccess) return status;
    }
    void* parameters[] = {const_cast<Arguments*>(&arguments)};
    cudaLaunchAttribute attribute{};
    attribute.id = cudaLaunchAttributeProgrammaticStreamSerialization;
    attribute.val.programmaticStreamSerializationAllowed = 1;
    cudaLaunchConfig_t config{};
    config.gridDim = grid;
    config.blockDim = dim3(threads);
    config.dynamicSmemBytes = static_cast<std::size_t>(shared_bytes);
    config.stream = stream;
    config.attrs = &attribute;
    config.numAttrs = overlaps ? 1 : 0;
    return cudaLaunchKernelExC(&config, function, parameters);
}

// Both do nothing in a kernel that was launched without `overlaps`, or before sm_90.
__device__ __forceinline__ void let_next_grid_start() {
#if __CUDA_ARCH__ >= 900
    asm volatile("griddepcontrol.launch_dependents;");
#endif
}

// Until all the kernels before are done and what they wrote is visible.
__device__ __forceinline__ void wait_for_previous_grid() {
#if __CUDA_ARCH__ >= 900
    asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}

}  // namespace slay::kernels
