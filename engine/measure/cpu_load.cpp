#include "engine/measure/cpu_load.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <string>

namespace slay {
namespace {

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

}  // namespace

CpuLoad::CpuLoad() : begin_(read()) {}

CpuLoad::Reading CpuLoad::read() {
    Reading reading;
    std::ifstream file("/proc/stat");
    std::string label;
    double user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0;
    if (!(file >> label >> user >> nice >> system >> idle >> iowait >> irq >> softirq)) {
        return reading;
    }
    const double ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    reading.busy_seconds = (user + nice + system + irq + softirq) / ticks;
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    reading.own_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    reading.wall_seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
    reading.known = true;
    return reading;
}

std::optional<double> CpuLoad::others() const {
    const Reading now = read();
    const double wall = now.wall_seconds - begin_.wall_seconds;
    // /proc/stat counts in hundredths of a second: a shorter interval says nothing.
    if (!now.known || !begin_.known || wall < 0.1) return std::nullopt;
    const double others =
        (now.busy_seconds - begin_.busy_seconds) - (now.own_seconds - begin_.own_seconds);
    return std::max(0.0, others / wall);
}

}  // namespace slay
