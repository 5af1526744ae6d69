// Runs a training step again and again. On a GPU the first steps are launched kernel by kernel,
// then one is recorded as a CUDA graph and played: the steps of a tiny model are hundreds of
// kernels that take longer to launch than to run.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <string>

namespace slay {

// `step` takes its inputs from tensors that stay where they are, always with the same shapes, and
// never waits for the device. While a runner lives, this thread's work on its device goes to a
// stream of the runner's; what was queued before is waited for.
class StepRunner {
  public:
    StepRunner(at::Device device, std::function<void()> step);
    ~StepRunner();
    StepRunner(const StepRunner&) = delete;
    StepRunner& operator=(const StepRunner&) = delete;

    void run();

    // "graph", "eager", or "eager: " and why the step could not be recorded.
    const std::string& launch() const { return launch_; }

  private:
    struct Recorder;
    std::function<void()> step_;
    std::unique_ptr<Recorder> recorder_;  // null where nothing is recorded
    std::string launch_ = "eager";
};

}  // namespace slay
