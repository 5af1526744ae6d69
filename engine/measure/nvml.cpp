#include "engine/measure/nvml.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "engine/core/statistics.h"

namespace slay {
namespace {

// The few declarations needed of nvml.h, which is not on a machine with a driver alone.
using NvmlReturn = int;  // 0: success
constexpr int kClockSm = 1;

struct ReasonName {
    std::uint64_t bit;
    const char* name;
};
constexpr std::array<ReasonName, 5> kReasons{{{0x04, "software power cap"},
                                              {0x08, "hardware slowdown"},
                                              {0x20, "software thermal slowdown"},
                                              {0x40, "hardware thermal slowdown"},
                                              {0x80, "hardware power brake"}}};

}  // namespace

struct Nvml::Functions {
    void* library = nullptr;
    NvmlReturn (*init)() = nullptr;
    NvmlReturn (*shutdown)() = nullptr;
    NvmlReturn (*handle_by_pci)(const char*, void**) = nullptr;
    NvmlReturn (*clock)(void*, int, unsigned*) = nullptr;
    NvmlReturn (*max_clock)(void*, int, unsigned*) = nullptr;
    NvmlReturn (*power)(void*, unsigned*) = nullptr;               // milliwatts
    NvmlReturn (*throttle)(void*, unsigned long long*) = nullptr;  // bits
    NvmlReturn (*driver)(char*, unsigned) = nullptr;

    template <typename F>
    bool find(F& function, const char* name) {
        function = reinterpret_cast<F>(dlsym(library, name));
        return function != nullptr;
    }

    bool load() {
        library = dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL);
        return library && find(init, "nvmlInit_v2") && find(shutdown, "nvmlShutdown") &&
               find(handle_by_pci, "nvmlDeviceGetHandleByPciBusId_v2") &&
               find(clock, "nvmlDeviceGetClockInfo") &&
               find(max_clock, "nvmlDeviceGetMaxClockInfo") &&
               find(power, "nvmlDeviceGetPowerUsage") &&
               (find(throttle, "nvmlDeviceGetCurrentClocksEventReasons") ||
                find(throttle, "nvmlDeviceGetCurrentClocksThrottleReasons")) &&
               find(driver, "nvmlSystemGetDriverVersion");
    }

    ~Functions() {
        if (library) dlclose(library);
    }
};

std::vector<std::string> throttle_reasons(std::uint64_t bits) {
    std::vector<std::string> names;
    for (const ReasonName& reason : kReasons) {
        if (bits & reason.bit) names.emplace_back(reason.name);
    }
    return names;
}

Nvml::Nvml() : functions_(std::make_unique<Functions>()) {}

std::unique_ptr<Nvml> Nvml::open(const std::string& pci_bus_id) {
    std::unique_ptr<Nvml> nvml(new Nvml);
    if (!nvml->functions_->load() || nvml->functions_->init() != 0) {
        nvml->functions_->shutdown = nullptr;  // nothing to shut down
        return nullptr;
    }
    if (nvml->functions_->handle_by_pci(pci_bus_id.c_str(), &nvml->device_) != 0) return nullptr;
    return nvml;
}

Nvml::~Nvml() {
    if (functions_->shutdown) functions_->shutdown();
}

std::optional<ClockReading> Nvml::read() const {
    ClockReading reading;
    if (functions_->clock(device_, kClockSm, &reading.sm_mhz) != 0) return std::nullopt;
    unsigned milliwatts = 0;
    unsigned long long bits = 0;
    // These are refused on some boards; a clock alone is worth having.
    if (functions_->max_clock(device_, kClockSm, &reading.max_sm_mhz) != 0) reading.max_sm_mhz = 0;
    if (functions_->power(device_, &milliwatts) == 0) reading.watts = milliwatts / 1000.0;
    if (functions_->throttle(device_, &bits) == 0) reading.throttle_bits = bits;
    return reading;
}

std::string Nvml::driver_version() const {
    std::array<char, 96> text{};
    if (functions_->driver(text.data(), static_cast<unsigned>(text.size())) != 0) return {};
    return text.data();
}

void ClockLog::read(double now_seconds, double min_interval_seconds) {
    if (!nvml_ || now_seconds - latest_ < min_interval_seconds) return;
    latest_ = now_seconds;
    if (const auto reading = nvml_->read()) readings_.push_back(*reading);
}

bool ClockLog::throttled() const {
    return std::any_of(readings_.begin(), readings_.end(), [](const ClockReading& reading) {
        return !throttle_reasons(reading.throttle_bits).empty();
    });
}

double ClockLog::median_sm_mhz() const {
    if (readings_.empty()) return 0;
    std::vector<double> clocks;
    for (const ClockReading& reading : readings_) clocks.push_back(reading.sm_mhz);
    return median(clocks);
}

double ClockLog::median_watts() const {
    if (readings_.empty()) return 0;
    std::vector<double> watts;
    for (const ClockReading& reading : readings_) watts.push_back(reading.watts);
    return median(watts);
}

std::string ClockLog::describe() const {
    if (readings_.empty()) return "clocks unknown";
    const auto [low, high] = std::minmax_element(
        readings_.begin(), readings_.end(),
        [](const ClockReading& a, const ClockReading& b) { return a.sm_mhz < b.sm_mhz; });
    std::string text = low->sm_mhz == high->sm_mhz
                           ? fmt::format("SM {} MHz", low->sm_mhz)
                           : fmt::format("SM {}-{} MHz", low->sm_mhz, high->sm_mhz);
    if (high->max_sm_mhz > 0) text += fmt::format(" (max {})", high->max_sm_mhz);
    if (median_watts() > 0) text += fmt::format(", {:.0f} W", median_watts());
    return text;
}

std::string ClockLog::throttling() const {
    if (readings_.empty()) return "unknown";
    std::uint64_t bits = 0;
    std::size_t affected = 0;
    for (const ClockReading& reading : readings_) {
        bits |= reading.throttle_bits;
        affected += throttle_reasons(reading.throttle_bits).empty() ? 0 : 1;
    }
    if (affected == 0) return "none";
    return fmt::format("{} in {} of {} readings", fmt::join(throttle_reasons(bits), ", "), affected,
                       readings_.size());
}

}  // namespace slay
