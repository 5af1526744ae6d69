// A parent's end of one worker: starts it, asks it, watches over it, and says how it ended.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "engine/run/child_process.h"
#include "engine/run/worker_protocol.h"

namespace slay {

// When a worker counts as lost. Times in seconds, sizes in bytes.
struct WorkerLimits {
    double start_seconds = 300;   // until it has said who it is: it loads LibTorch and CUDA
    double silence_seconds = 60;  // without a line; heartbeats come twice a second
    double stop_seconds = 10;     // from a stop asked for until it has stopped
    // Of one point: `point_seconds`, or, where that is 0, `patience` times what was predicted, and
    // `least_point_seconds` at least.
    double point_seconds = 0;
    double least_point_seconds = 300;
    double patience = 50;
    double memory_bytes = 0;  // resident; 0: 90 % of its host's memory
    std::size_t line_bytes = std::size_t{16} << 20;
    std::size_t plan_bytes = std::size_t{512} << 20;  // said about one plan, all lines together
    int plan_messages = 1000;                         // messages about one plan
};

double limit_seconds(const WorkerLimits& limits, const Point& point);

// How an exchange ended.
struct LinkEnd {
    enum class Kind {
        answered,     // as the protocol has it
        stopped,      // a stop was requested
        died,         // by itself
        silent,       // no line, not even a heartbeat: stopped, or stuck as a whole
        overdue,      // its measuring took longer than the limit
        over_memory,  // above the limit of resident memory
        nonsense,     // said what the protocol does not know, or too much
    };
    Kind kind = Kind::answered;
    std::string text;         // a predicate of the worker: "was ended by signal 11 (...)"
    bool for_memory = false;  // it died, and the system has ended processes for want of memory
    bool lost() const { return kind != Kind::answered && kind != Kind::stopped; }
};

class WorkerLink {
  public:
    // Starts the worker and waits until it is ready. `control`, where there is one, can stop that.
    static Result<std::unique_ptr<WorkerLink>> start(const ChildCommand& command,
                                                     const WorkerLimits& limits,
                                                     RunControl* control);

    const WorkerReady& ready() const { return ready_; }
    pid_t pid() const { return pid_; }
    bool alive() const { return !end_.has_value(); }
    bool answers();  // looks whether it is still there, for one that is idle

    // Which device of the worker `device` names; the outer error is that of a lost worker.
    Result<DeviceAnswer> ask_device(const std::string& device);
    Result<Provenance> ask_provenance(const SweepSpec& spec, const std::string& device);

    // Measures the points side by side. Every line of the plan comes to `take`, the last one
    // included; false from it: the line makes no sense. After any other end than `answered` or a
    // stop that the worker obeyed the worker is gone.
    using Take = std::function<bool(const EventBody& body)>;
    // `folder`: the run's, where the worker can reach it; else empty.
    LinkEnd measure(const SweepSpec& spec, const std::string& device, const std::string& folder,
                    std::span<const Point> points, RunControl& control, const Take& take);

  private:
    using Clock = std::chrono::steady_clock;
    struct Watch;  // what an exchange looks at while it waits

    WorkerLink(std::unique_ptr<ChildProcess> child, const WorkerLimits& limits);
    bool send(EventBody body);
    LinkEnd exchange(const std::string& name, Watch& watch, const Take& take);
    std::optional<LinkEnd> take_lines(const std::string& name, Watch& watch, const Take& take);
    std::optional<LinkEnd> overstepped(const Watch& watch);
    LinkEnd lose(LinkEnd::Kind kind, std::string text);
    LinkEnd died();
    std::string next_exchange() { return std::to_string(++exchanges_); }

    std::unique_ptr<ChildProcess> child_;
    const WorkerLimits limits_;
    const pid_t pid_;
    WorkerReady ready_;
    LineBuffer lines_;
    LineNumbers sent_, received_;
    double resident_bytes_ = 0;      // as its latest heartbeat says
    std::optional<long> oom_kills_;  // of the system, when the worker started
    std::uint64_t exchanges_ = 0;
    std::string exchange_ = std::string(no_exchange);
    Clock::time_point heard_;     // the last line
    std::optional<LinkEnd> end_;  // once it is gone
};

}  // namespace slay
