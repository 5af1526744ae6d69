// Device memory for the kernels' own checks: poisoned, freed at the scope's end.
#pragma once

#include <cuda_runtime_api.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>

namespace slay::kernels {

inline void require(cudaError_t status, const char* what) {
    if (status == cudaSuccess) return;
    std::printf("CUDA: %s: %s\n", what, cudaGetErrorString(status));
    std::exit(2);
}

class DeviceBuffer {
  public:
    explicit DeviceBuffer(std::size_t bytes) : bytes_(bytes) {
        require(cudaMalloc(&data_, std::max<std::size_t>(bytes, 16)), "allocate");
        poison();
    }
    ~DeviceBuffer() { cudaFree(data_); }
    DeviceBuffer(const DeviceBuffer&) = delete;
    DeviceBuffer& operator=(const DeviceBuffer&) = delete;
    void* get() const { return data_; }
    std::size_t bytes() const { return bytes_; }
    // NaN in bfloat16, float16 and float32.
    void poison() { require(cudaMemset(data_, 0xff, bytes_), "poison"); }

  private:
    void* data_ = nullptr;
    std::size_t bytes_;
};

}  // namespace slay::kernels
