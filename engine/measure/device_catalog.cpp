#include "engine/measure/device_catalog.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <fstream>

#include "engine/core/preferences.h"
#include "engine/measure/admission.h"
#include "engine/measure/gpu.h"

namespace slay {
namespace {

// What a data sheet promises is not what a product or a copy reaches.
constexpr double kUsualShareOfPeak = 0.6;
constexpr double kCalibrationSeconds = 0.05;

double now_seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

// Seconds of one call of `work`, by repeating it for kCalibrationSeconds after one warm-up.
template <typename Work, typename Wait>
double seconds_each(const Work& work, const Wait& wait) {
    work();
    wait();
    const double begin = now_seconds();
    int count = 0;
    double spent = 0;
    while (spent < kCalibrationSeconds || count < 2) {
        work();
        ++count;
        wait();
        spent = now_seconds() - begin;
    }
    return spent / count;
}

template <typename Wait>
void calibrate(DeviceRates& rates, at::Device device, const Wait& wait) {
    const at::NoGradGuard no_grad;
    const auto options = at::TensorOptions().dtype(at::kFloat).device(device);
    const std::int64_t n = device.is_cuda() ? 4096 : 512;
    const std::int64_t bytes = device.is_cuda() ? 256'000'000 : 64'000'000;

    const at::Tensor a = at::ones({n, n}, options), b = at::ones({n, n}, options);
    at::Tensor product = at::empty({n, n}, options);
    const double cube = static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(n);
    rates.matrix_flops = 2 * cube / seconds_each([&] { at::mm_out(product, a, b); }, wait);

    const at::Tensor source = at::ones({bytes / 4}, options);
    at::Tensor target = at::empty({bytes / 4}, options);
    // A copy reads and writes.
    rates.bytes_per_second =
        2 * static_cast<double>(bytes) / seconds_each([&] { target.copy_(source); }, wait);

    at::Tensor one = at::ones({1}, options);
    constexpr int kLaunches = 100;
    const auto launches = [&] {
        for (int i = 0; i < kLaunches; ++i) one.add_(1);
    };
    rates.launch_seconds = seconds_each(launches, wait) / kLaunches;
}

DeviceInfo describe(const GpuInfo& gpu) {
    DeviceInfo info;
    info.id = fmt::format("cuda:{}", gpu.index);
    info.name = gpu.name;
    info.memory_bytes = gpu.memory_bytes;
    info.free_bytes = gpu.memory_bytes;
    info.sm_count = gpu.sm_count;
    info.cuda = true;
    info.capability = gpu.capability;
    info.rates.name = info.id;
    info.rates.cuda = true;
    info.rates.memory_bytes = gpu.memory_bytes;
    if (gpu.peak_float32_flops > 0) {
        info.rates.matrix_flops = kUsualShareOfPeak * gpu.peak_float32_flops;
    }
    if (gpu.peak_bytes_per_second > 0) {
        info.rates.bytes_per_second = kUsualShareOfPeak * gpu.peak_bytes_per_second;
    }
    return info;
}

}  // namespace

std::string cpu_model_name() {
    std::ifstream file("/proc/cpuinfo");
    std::string line;
    while (std::getline(file, line)) {
        if (line.rfind("model name", 0) != 0) continue;
        const std::size_t colon = line.find(':');
        if (colon != std::string::npos && colon + 2 < line.size()) return line.substr(colon + 2);
    }
    return "unknown CPU";
}

DeviceInfo DeviceCatalog::cpu() {
    const auto known = std::find_if(measured_.begin(), measured_.end(),
                                    [](const DeviceInfo& info) { return info.id == "cpu"; });
    DeviceInfo info;
    if (known != measured_.end()) {
        info = *known;
    } else {
        info.id = "cpu";
        info.name = cpu_model_name();
        info.memory_bytes = host_memory_total();
        info.sm_count = at::get_num_threads();
        calibrate(info.rates, at::kCPU, [] {});
        measured_.push_back(info);
    }
    info.free_bytes = host_memory_available();
    info.rates.memory_bytes = info.free_bytes;
    return info;
}

std::vector<DeviceInfo> DeviceCatalog::devices() {
    std::vector<DeviceInfo> all;
    for (const GpuInfo& gpu : list_gpus()) {
        const DeviceInfo info = describe(gpu);
        const auto known = std::find_if(measured_.begin(), measured_.end(),
                                        [&](const DeviceInfo& each) { return each.id == info.id; });
        all.push_back(known != measured_.end() ? *known : info);
    }
    all.push_back(cpu());
    return all;
}

Result<DeviceInfo> DeviceCatalog::resolve(const std::string& device) {
    std::vector<DeviceInfo> all = devices();
    const std::string preferred = device == "auto" ? read_preferences().device : std::string();
    const std::string wanted = !preferred.empty() ? preferred
                               : device == "auto" ? all.front().id
                               : device == "cuda" ? "cuda:0"
                                                  : device;
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const DeviceInfo& info) { return info.id == wanted; });
    if (found == all.end()) {
        std::vector<std::string> names;
        for (const DeviceInfo& info : all)
            names.push_back(fmt::format("{} ({})", info.id, info.name));
        return Error{ErrorKind::no_device,
                     fmt::format("There is no device \"{}\" here{}; there is {}.", wanted,
                                 preferred.empty() ? "" : ", which the preferences name",
                                 fmt::join(names, ", "))};
    }
    if (!found->cuda) return *found;
    const bool measured = std::any_of(measured_.begin(), measured_.end(),
                                      [&](const DeviceInfo& info) { return info.id == wanted; });
    const int index = std::stoi(wanted.substr(wanted.find(':') + 1));
    try {
        if (!measured) {
            calibrate(found->rates, at::Device(wanted), [index] { gpu_synchronize(index); });
            gpu_empty_cache(index);
            measured_.push_back(*found);
        }
        found->free_bytes = gpu_free_bytes(index);
    } catch (const std::exception& error) {
        return Error{ErrorKind::no_device, fmt::format("{} ({}) is there, but does not run: {}",
                                                       wanted, found->name, error.what())};
    }
    return *found;
}

}  // namespace slay
