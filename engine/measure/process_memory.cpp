#include "engine/measure/process_memory.h"

#include <fcntl.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <thread>

namespace slay {
namespace {

// Allocations from here on are mapped one by one. Smaller ones share the heap, which is trimmed
// before a measurement begins.
constexpr int kMapThreshold = 64 * 1024;

double status_bytes(const char* key) {
    std::ifstream file("/proc/self/status");
    std::string line;
    const std::size_t length = std::strlen(key);
    while (std::getline(file, line)) {
        if (line.compare(0, length, key) != 0) continue;
        std::istringstream rest(line.substr(length + 1));
        double kibibytes = 0;
        rest >> kibibytes;
        return kibibytes * 1024;
    }
    return 0;
}

// Sets VmHWM back to VmRSS; false where the kernel does not offer it.
bool reset_peak() {
    const int descriptor = ::open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) return false;
    const bool written = ::write(descriptor, "5", 1) == 1;
    ::close(descriptor);
    // Some sandboxes accept the write and do nothing.
    return written && peak_resident_bytes() <= resident_bytes() * 1.02 + 1e6;
}

class ResidentSampler {
  public:
    ResidentSampler() : thread_([this](std::stop_token stop) { run(stop); }) {}
    double finish() {
        thread_.request_stop();
        thread_.join();
        return std::max(peak_, resident_bytes());
    }

  private:
    void run(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            peak_ = std::max(peak_, resident_bytes());
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    }
    double peak_ = 0;
    std::jthread thread_;
};

}  // namespace

double resident_bytes() {
    return status_bytes("VmRSS");
}
double peak_resident_bytes() {
    return status_bytes("VmHWM");
}
double data_bytes() {
    return status_bytes("VmData");
}

void map_large_allocations() {
    mallopt(M_MMAP_THRESHOLD, kMapThreshold);
    mallopt(M_MMAP_MAX, std::numeric_limits<int>::max());
    mallopt(M_TRIM_THRESHOLD, kMapThreshold);
}

ResidentPeak measure_resident_peak(const std::function<void()>& work) {
    malloc_trim(0);
    ResidentPeak result;
    if (reset_peak()) {
        const double before = resident_bytes();
        work();
        result.absolute_bytes = peak_resident_bytes();
        result.growth_bytes = std::max(0.0, result.absolute_bytes - before);
        return result;
    }
    const double before = resident_bytes();
    ResidentSampler sampler;
    try {
        work();
    } catch (...) {
        sampler.finish();
        throw;
    }
    result.absolute_bytes = sampler.finish();
    result.growth_bytes = std::max(0.0, result.absolute_bytes - before);
    result.sampled = true;
    return result;
}

DataLimit::DataLimit(double bytes) {
    rlimit limit{};
    if (getrlimit(RLIMIT_DATA, &limit) != 0) return;
    previous_ = limit.rlim_cur;
    const double wanted = data_bytes() + bytes;
    if (limit.rlim_max != RLIM_INFINITY && wanted > static_cast<double>(limit.rlim_max)) return;
    limit.rlim_cur = static_cast<rlim_t>(wanted);
    in_force_ = setrlimit(RLIMIT_DATA, &limit) == 0;
}

DataLimit::~DataLimit() {
    if (!in_force_) return;
    rlimit limit{};
    if (getrlimit(RLIMIT_DATA, &limit) != 0) return;
    limit.rlim_cur = previous_;
    setrlimit(RLIMIT_DATA, &limit);
}

}  // namespace slay
