#include "engine/task_models/step_runner.h"

#include "engine/measure/recorded_graph.h"

namespace slay {
namespace {

constexpr int kLaunchedFirst = 3;  // kernels chosen, workspaces taken

}  // namespace

struct StepRunner::Recorder {
    explicit Recorder(at::Device device) : stream(device.index()) {}
    RecordableStream stream;
    RecordedGraph graph;
    int runs = 0;
};

StepRunner::StepRunner(at::Device device, std::function<void()> step)
    : step_(std::move(step)),
      recorder_(device.is_cuda() ? std::make_unique<Recorder>(device) : nullptr) {}

StepRunner::~StepRunner() = default;

void StepRunner::run() {
    if (!recorder_) return step_();
    if (launch_ == "graph") return recorder_->graph.replay();
    if (launch_ != "eager" || recorder_->runs++ < kLaunchedFirst) return step_();
    std::string why;
    launch_ = recorder_->graph.record(step_, why) ? "graph" : "eager: " + why;
    run();
}

}  // namespace slay
