// Device memory that starts as NaN, and bf16 on the host, for the kernels' checks.
#pragma once

#include <cuda_runtime_api.h>

#include <algorithm>
#include <bit>
#include <cstdint>
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
    void poison() { require(cudaMemset(data_, 0xff, bytes_), "poison"); }  // NaN in every type
    void set(const void* source, std::size_t bytes) {
        require(cudaMemcpy(data_, source, bytes, cudaMemcpyHostToDevice), "copy to the device");
    }
    void read(void* target, std::size_t bytes, std::size_t offset = 0) const {
        require(
            cudaMemcpy(target, static_cast<char*>(data_) + offset, bytes, cudaMemcpyDeviceToHost),
            "copy from the device");
    }
    // The first `bytes` once more after themselves, as far as there is room.
    void repeat(std::size_t bytes) {
        require(cudaMemcpy(static_cast<char*>(data_) + bytes, data_,
                           std::min(bytes, bytes_ - bytes), cudaMemcpyDeviceToDevice),
                "repeat");
    }

  private:
    void* data_ = nullptr;
    std::size_t bytes_;
};

inline std::uint16_t to_bf16(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    return static_cast<std::uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

inline float from_bf16(std::uint16_t value) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(value) << 16);
}

}  // namespace slay::kernels
