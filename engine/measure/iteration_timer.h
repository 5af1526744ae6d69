// Times one iteration on the device it runs on (measurement.md, "Latency").
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>

#include "engine/measure/gpu.h"

namespace slay {

// Something that runs again and again: only `run` is measured.
class MeasuredPass {
  public:
    virtual ~MeasuredPass() = default;
    virtual void prepare() {}  // before the measured part: the forward of a backward-only pass
    virtual void run() = 0;    // the measured part
    virtual void release() {}  // drops what `run` left, outside the measured part
};

class IterationTimer {
  public:
    // On a GPU between a pair of CUDA events; `flush_bytes` > 0 (cold lane): the L2 cache is
    // overwritten before each, by writing one buffer of that size.
    // On a CPU (no `gpu`) by steady_clock; caches are left as the round's other variants leave
    // them.
    IterationTimer(std::optional<int> gpu, double flush_bytes);

    double time_ms(MeasuredPass& pass);

  private:
    std::unique_ptr<GpuStopwatch> stopwatch_;
    at::Tensor flush_buffer_;
};

}  // namespace slay
