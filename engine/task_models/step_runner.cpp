#include "engine/task_models/step_runner.h"

#if SLAY_HAS_CUDA
#include <ATen/cuda/CUDAContext.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include <optional>

namespace slay {

struct StepRunner::Recorder {
    explicit Recorder(at::Device device) : on(device) {
        c10::cuda::getCurrentCUDAStream().synchronize();
        // The default stream cannot be recorded.
        use.emplace(c10::cuda::getStreamFromPool(/*isHighPriority=*/false, device.index()));
    }
    ~Recorder() {
        try {
            c10::cuda::getCurrentCUDAStream().synchronize();
        } catch (const std::exception&) {  // a lost context: whoever works next is told
        }
    }

    // Nothing runs while it is recorded. False, and `why`, where the step cannot be.
    bool record(const std::function<void()>& step, std::string& why) {
        graph.emplace();
        try {
            graph->capture_begin();
            step();
            graph->capture_end();
            return true;
        } catch (const c10::OutOfMemoryError&) {
            end_early();
            throw;
        } catch (const std::exception& error) {
            why = error.what();
            why = why.substr(0, why.find('\n'));
            end_early();
            return false;
        }
    }

    void end_early() {
        try {
            graph->capture_end();
        } catch (const std::exception&) {  // the first error is the one to tell
        }
        graph.reset();
    }

    static constexpr int launched_first = 3;  // kernels chosen, workspaces taken
    c10::cuda::CUDAGuard on;
    std::optional<c10::cuda::CUDAStreamGuard> use;
    std::optional<at::cuda::CUDAGraph> graph;
    int runs = 0;
};

StepRunner::StepRunner(at::Device device, std::function<void()> step)
    : step_(std::move(step)),
      recorder_(device.is_cuda() ? std::make_unique<Recorder>(device) : nullptr) {}

void StepRunner::run() {
    if (!recorder_ || (!recorder_->graph && launch_ != "eager")) return step_();
    if (recorder_->graph) return recorder_->graph->replay();
    if (recorder_->runs++ < Recorder::launched_first) return step_();
    std::string why;
    launch_ = recorder_->record(step_, why) ? "graph" : "eager: " + why;
    run();
}

}  // namespace slay
#else
namespace slay {

struct StepRunner::Recorder {};

StepRunner::StepRunner(at::Device, std::function<void()> step) : step_(std::move(step)) {}

void StepRunner::run() {
    step_();
}

}  // namespace slay
#endif

namespace slay {

StepRunner::~StepRunner() = default;

}  // namespace slay
