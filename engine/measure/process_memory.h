// This process's resident memory: its peak growth while something runs, and a limit that turns
// "killed for memory" into an exception. Linux only.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

namespace slay {

// Bytes of /proc/self/status; 0 where the line is missing.
double resident_bytes();       // VmRSS
double peak_resident_bytes();  // VmHWM
double data_bytes();           // VmData: private writable mappings

// Gives each large tensor a mapping of its own, returned to the system when it is freed, so that
// the resident set follows what is alive.
void map_large_allocations();

struct ResidentPeak {
    double growth_bytes = 0;    // above what was resident when it began
    double absolute_bytes = 0;  // resident at the peak
    bool sampled = false;       // the kernel could not reset its mark: taken every millisecond
};

// The peak of the resident set while `work` runs.
ResidentPeak measure_resident_peak(const std::function<void()>& work);

// While alive, private memory of this process can grow by at most `bytes`: a larger allocation
// fails as one (std::bad_alloc, c10::Error) and kills nobody.
class DataLimit {
  public:
    explicit DataLimit(double bytes);
    ~DataLimit();
    DataLimit(const DataLimit&) = delete;
    DataLimit& operator=(const DataLimit&) = delete;
    bool in_force() const { return in_force_; }

  private:
    std::uint64_t previous_ = 0;
    bool in_force_ = false;
};

}  // namespace slay
