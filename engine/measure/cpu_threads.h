// The number of CPU threads a run computes with: fixed and recorded.
#pragma once

#include "engine/core/sweep_spec.h"

namespace slay {

// As the measurement asks; else as the user prefers, or all that LibTorch took at its start.
int threads_of(const Measurement& measurement);

class ThreadScope {
  public:
    explicit ThreadScope(int threads);
    ~ThreadScope();
    ThreadScope(const ThreadScope&) = delete;
    ThreadScope& operator=(const ThreadScope&) = delete;

  private:
    int before_;
};

}  // namespace slay
