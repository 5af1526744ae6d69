#include "engine/measure/gpu.h"

#if !SLAY_HAS_CUDA

#include <stdexcept>

namespace slay {
namespace {

[[noreturn]] void no_gpu() {
    throw std::logic_error("this program was built without CUDA");
}

}  // namespace

std::vector<GpuInfo> list_gpus() {
    return {};
}
std::string cuda_runtime_version() {
    return {};
}
std::string cuda_driver_version() {
    return {};
}
double gpu_free_bytes(int) {
    no_gpu();
}
void gpu_synchronize(int) {
    no_gpu();
}
void gpu_empty_cache(int) {
    no_gpu();
}
std::string gpu_context_error(int) {
    no_gpu();
}
void gpu_limit_memory(int, double) {
    no_gpu();
}
GpuMemory gpu_memory(int) {
    no_gpu();
}
void gpu_reset_peak(int) {
    no_gpu();
}
std::unique_ptr<GpuStopwatch> make_gpu_stopwatch(int) {
    no_gpu();
}

}  // namespace slay

#endif
