#include "engine/measure/gpu.h"

#if SLAY_HAS_CUDA

#include <ATen/Context.h>
#include <ATen/cuda/CUDAContext.h>
#include <ATen/cuda/CUDAEvent.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#include <cuda_runtime_api.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace slay {
namespace {

namespace allocator = c10::cuda::CUDACachingAllocator;

int attribute(cudaDeviceAttr which, int index) {
    int value = 0;
    if (cudaDeviceGetAttribute(&value, which, index) == cudaSuccess) return value;
    cudaGetLastError();  // not to be found by a later check
    return 0;
}

std::string release(int version) {  // 13000 -> "13.0"
    return version > 0 ? fmt::format("{}.{}", version / 1000, version % 1000 / 10) : std::string();
}

std::string bus_id(int index) {
    std::array<char, 32> text{};
    if (cudaDeviceGetPCIBusId(text.data(), text.size(), index) == cudaSuccess) return text.data();
    cudaGetLastError();
    return {};
}

// Float32 lanes of an SM: 64 in Volta, Turing and GA100, 128 in the others since Maxwell.
int float32_lanes(const cudaDeviceProp& properties) {
    const int capability = properties.major * 10 + properties.minor;
    return capability == 70 || capability == 72 || capability == 75 || capability == 80 ? 64 : 128;
}

void make_ready() {
    at::globalContext().lazyInitDevice(at::kCUDA);
    allocator::init(c10::cuda::device_count());
}

class EventStopwatch final : public GpuStopwatch {
  public:
    explicit EventStopwatch(int index)
        : index_(static_cast<c10::DeviceIndex>(index)),
          start_(cudaEventDefault),
          stop_(cudaEventDefault) {}

    void start() override {
        const c10::cuda::CUDAGuard guard(index_);
        start_.record();
    }
    double stop() override {
        const c10::cuda::CUDAGuard guard(index_);
        stop_.record();
        stop_.synchronize();
        return start_.elapsed_time(stop_);
    }

  private:
    c10::DeviceIndex index_;
    at::cuda::CUDAEvent start_, stop_;
};

}  // namespace

std::vector<GpuInfo> list_gpus() {
    std::vector<GpuInfo> gpus;
    const int count = c10::cuda::device_count();
    for (int index = 0; index < count; ++index) {
        cudaDeviceProp properties{};
        if (cudaGetDeviceProperties(&properties, index) != cudaSuccess) {
            cudaGetLastError();
            continue;
        }
        GpuInfo gpu;
        gpu.index = index;
        gpu.name = properties.name;
        gpu.memory_bytes = static_cast<double>(properties.totalGlobalMem);
        gpu.sm_count = properties.multiProcessorCount;
        gpu.capability = fmt::format("{}.{}", properties.major, properties.minor);
        gpu.l2_bytes = properties.l2CacheSize;
        gpu.pci_bus_id = bus_id(index);
        const double sm_hertz = 1e3 * attribute(cudaDevAttrClockRate, index);
        const double memory_hertz = 1e3 * attribute(cudaDevAttrMemoryClockRate, index);
        const double bus_bytes = attribute(cudaDevAttrGlobalMemoryBusWidth, index) / 8.0;
        gpu.peak_float32_flops = 2.0 * gpu.sm_count * float32_lanes(properties) * sm_hertz;
        gpu.peak_bytes_per_second = 2.0 * memory_hertz * bus_bytes;
        gpus.push_back(gpu);
    }
    return gpus;
}

std::string cuda_runtime_version() {
    int version = 0;
    return cudaRuntimeGetVersion(&version) == cudaSuccess ? release(version) : std::string();
}

std::string cuda_driver_version() {
    int version = 0;
    return cudaDriverGetVersion(&version) == cudaSuccess ? release(version) : std::string();
}

double gpu_free_bytes(int index) {
    make_ready();
    const c10::cuda::CUDAGuard guard(static_cast<c10::DeviceIndex>(index));
    std::size_t free = 0, total = 0;
    if (cudaMemGetInfo(&free, &total) != cudaSuccess) {
        cudaGetLastError();
        return 0;
    }
    const auto stats = allocator::getDeviceStats(static_cast<c10::DeviceIndex>(index));
    return static_cast<double>(free) +
           static_cast<double>(stats.reserved_bytes[0].current - stats.allocated_bytes[0].current);
}

void gpu_synchronize(int index) {
    const c10::cuda::CUDAGuard guard(static_cast<c10::DeviceIndex>(index));
    c10::cuda::device_synchronize();
}

void gpu_empty_cache(int index) {
    const c10::cuda::CUDAGuard guard(static_cast<c10::DeviceIndex>(index));
    allocator::emptyCache();
}

std::string gpu_context_error(int index) {
    cudaGetLastError();  // an error that is not sticky ends here
    int previous = 0;
    cudaGetDevice(&previous);
    cudaError_t error = cudaSetDevice(index);
    if (error == cudaSuccess) error = cudaDeviceSynchronize();
    if (error == cudaSuccess) error = cudaSetDevice(previous);
    if (error == cudaSuccess) return {};
    cudaGetLastError();
    return cudaGetErrorString(error);
}

void gpu_limit_memory(int index, double bytes) {
    make_ready();
    cudaDeviceProp properties{};
    if (cudaGetDeviceProperties(&properties, index) != cudaSuccess) {
        cudaGetLastError();
        return;
    }
    const double share = bytes / static_cast<double>(properties.totalGlobalMem);
    allocator::setMemoryFraction(std::clamp(share, 0.0, 1.0), static_cast<c10::DeviceIndex>(index));
}

GpuMemory gpu_memory(int index) {
    make_ready();
    const auto stats = allocator::getDeviceStats(static_cast<c10::DeviceIndex>(index));
    GpuMemory memory;
    memory.allocated_bytes = static_cast<double>(stats.allocated_bytes[0].current);
    memory.peak_allocated_bytes = static_cast<double>(stats.allocated_bytes[0].peak);
    memory.peak_reserved_bytes = static_cast<double>(stats.reserved_bytes[0].peak);
    memory.allocation_retries = stats.num_alloc_retries;
    memory.driver_allocations = stats.num_device_alloc;
    return memory;
}

void gpu_reset_peak(int index) {
    allocator::resetPeakStats(static_cast<c10::DeviceIndex>(index));
}

std::unique_ptr<GpuStopwatch> make_gpu_stopwatch(int index) {
    return std::make_unique<EventStopwatch>(index);
}

}  // namespace slay

#endif
