// Ctrl-C: the first asks the run to stop after the sample in flight, the second ends the program.
#pragma once

#include <thread>

#include "engine/run/run_control.h"

namespace slay::bench {

// While it lives, SIGINT, SIGTERM and SIGHUP request a stop of `control`. What is recorded is on
// the disk at any time, so that ending at once loses only the samples in flight. One at a time.
class InterruptGuard {
  public:
    explicit InterruptGuard(RunControl& control);
    ~InterruptGuard();
    InterruptGuard(const InterruptGuard&) = delete;
    InterruptGuard& operator=(const InterruptGuard&) = delete;

    static bool interrupted();

  private:
    std::jthread listener_;
};

}  // namespace slay::bench
