// One launch of a kernel that takes one struct, with as much shared memory as it needs.
#pragma once

#include <cuda_runtime.h>

namespace slay::kernels {

template <typename Arguments>
cudaError_t launch(void (*kernel)(Arguments), dim3 grid, int threads, int shared_bytes,
                   cudaStream_t stream, const Arguments& arguments) {
    const void* function = reinterpret_cast<const void*>(kernel);
    if (shared_bytes > 48 * 1024) {
        const cudaError_t status = cudaFuncSetAttribute(
            function, cudaFuncAttributeMaxDynamicSharedMemorySize, shared_bytes);
        if (status != cudaSuccess) return status;
    }
    void* parameters[] = {const_cast<Arguments*>(&arguments)};
    return cudaLaunchKernel(function, grid, dim3(threads), parameters, shared_bytes, stream);
}

}  // namespace slay::kernels
