// What measurement needs of CUDA, so that no other file includes a CUDA header. Built without CUDA
// there are simply no GPUs.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace slay {

struct GpuInfo {
    int index = 0;
    std::string name;
    double memory_bytes = 0;
    int sm_count = 0;
    std::string capability;  // "9.0"
    double l2_bytes = 0;
    std::string pci_bus_id;         // as NVML takes it
    double peak_float32_flops = 0;  // from clocks and cores: before anything was measured
    double peak_bytes_per_second = 0;
};

// The CUDA devices; empty without CUDA, a driver or a GPU. Makes no context.
std::vector<GpuInfo> list_gpus();
std::string cuda_runtime_version();  // "13.0"; empty without CUDA
std::string cuda_driver_version();   // "13.0", the highest CUDA release the driver runs; or empty

double gpu_free_bytes(int index);  // free for this process, the allocator's cache included
void gpu_synchronize(int index);
void gpu_empty_cache(int index);

// Empty while the context answers; else the error that every later call would give.
std::string gpu_context_error(int index);

// The allocator hands out at most this much; more is an out-of-memory error.
void gpu_limit_memory(int index, double bytes);

struct GpuMemory {
    double allocated_bytes = 0, peak_allocated_bytes = 0, peak_reserved_bytes = 0;
    std::int64_t allocation_retries = 0;  // since the start of the process
    std::int64_t driver_allocations = 0;  // cudaMalloc calls since then; a large one takes 0.1 s
};
GpuMemory gpu_memory(int index);
void gpu_reset_peak(int index);

// A pair of CUDA events on the current stream.
class GpuStopwatch {
  public:
    virtual ~GpuStopwatch() = default;
    virtual void start() = 0;
    virtual double stop() = 0;  // waits for the work; ms between start and here, on the GPU
};
std::unique_ptr<GpuStopwatch> make_gpu_stopwatch(int index);

}  // namespace slay
