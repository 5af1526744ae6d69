// Cores of this machine that are busy with anything but this process, over an interval.
#pragma once

#include <optional>

namespace slay {

class CpuLoad {
  public:
    CpuLoad();
    // Cores busy with other work since construction; absent where /proc/stat does not tell.
    std::optional<double> others() const;

  private:
    struct Reading {
        double busy_seconds = 0;  // of all cores
        double own_seconds = 0;   // of this process
        double wall_seconds = 0;
        bool known = false;
    };
    static Reading read();
    Reading begin_;
};

}  // namespace slay
