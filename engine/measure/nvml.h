// SM clock, power and throttle reasons, read through NVML, which is loaded at run time and may be
// absent. Nothing here changes a setting of the GPU.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace slay {

struct ClockReading {
    unsigned sm_mhz = 0;
    unsigned max_sm_mhz = 0;
    double watts = 0;
    std::uint64_t throttle_bits = 0;  // NVML's clocks-event reasons
};

// The reasons among `bits` that slow a GPU down: power cap, thermal, hardware slowdown. Idle and
// clocks set by an administrator are none.
std::vector<std::string> throttle_reasons(std::uint64_t bits);

class Nvml {
  public:
    // nullptr when the library or the GPU of that PCI bus id ("00000000:1B:00.0") is not there.
    static std::unique_ptr<Nvml> open(const std::string& pci_bus_id);
    ~Nvml();
    Nvml(const Nvml&) = delete;
    Nvml& operator=(const Nvml&) = delete;

    std::optional<ClockReading> read() const;
    std::string driver_version() const;  // empty when it is not told

  private:
    struct Functions;
    Nvml();
    std::unique_ptr<Functions> functions_;
    void* device_ = nullptr;
};

// Readings taken around and between the samples of one point.
class ClockLog {
  public:
    explicit ClockLog(const Nvml* nvml) : nvml_(nvml) {}

    // Reads unless the latest reading is younger than `min_interval_seconds`.
    void read(double now_seconds, double min_interval_seconds);

    bool known() const { return !readings_.empty(); }
    bool throttled() const;
    double median_sm_mhz() const;    // 0 when unknown
    double median_watts() const;     // 0 when unknown
    std::string describe() const;    // "SM 1965-1980 MHz (max 1980), 402 W" or "clocks unknown"
    std::string throttling() const;  // "none", or the reasons and in how many readings

  private:
    const Nvml* nvml_;
    double latest_ = -1e300;
    std::vector<ClockReading> readings_;
};

}  // namespace slay
