// The thread that owns the executor: takes jobs in order, and tells its session what came of them.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine/core/sweep_spec.h"
#include "engine/run/executor.h"
#include "engine/run/host_run.h"
#include "engine/run/runner.h"

namespace slay {

// How the thread speaks: every call comes on the engine's thread.
struct EngineListener {
    std::function<void(std::vector<DeviceInfo>, std::string error)> engine_loaded;
    std::function<void(std::uint64_t serial, const Event&)> event;
    std::function<void(std::uint64_t serial, std::string error)> run_ended;
    // What is said beside the events of a run on another host: a connection lost, and found again.
    std::function<void(std::uint64_t serial, std::string text)> noted;
};

struct RunJob {
    std::uint64_t serial = 0;
    SweepSpec spec;
    RunOptions options;
    std::shared_ptr<RunControl> control;
    HostTarget host = {};  // without a name: this machine
};

class EngineThread {
  public:
    using ExecutorFactory = std::function<Result<std::unique_ptr<Executor>>()>;

    EngineThread(ExecutorFactory factory, EngineListener listener);
    ~EngineThread();  // stops the run in flight and joins

    void load();
    void run(RunJob job);

  private:
    using Job = std::function<void()>;
    void post(Job job);
    void loop(std::stop_token stop);
    bool ensure_executor();  // on the thread
    void execute(const RunJob& job);
    Result<RunRecord> measure(const RunJob& job, const EventSink& sink);
    Result<Executor*> executor_for(const SweepSpec& spec);

    ExecutorFactory factory_;
    EngineListener listener_;
    std::unique_ptr<Executor> executor_;  // touched on the thread only
    // Workers for somebody's code, where executor_ measures in this process.
    std::unique_ptr<Executor> workers_;
    std::string load_error_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<Job> jobs_;
    std::vector<std::weak_ptr<RunControl>> controls_;
    std::jthread thread_;  // last: joined before what it uses goes
};

}  // namespace slay
