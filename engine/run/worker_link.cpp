#include "engine/run/worker_link.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <fstream>

#include "engine/core/units.h"

namespace slay {
namespace {

using Kind = LinkEnd::Kind;
using Clock = std::chrono::steady_clock;

constexpr int look_milliseconds = 20;  // how late a stop or a pause can be noticed
constexpr double send_seconds = 30;
constexpr double question_seconds = 120;  // to measure a device's rates
constexpr double usual_share_of_memory = 0.9;

// How many processes the system has ended for want of memory; nothing where it does not tell.
std::optional<long> oom_kills() {
    std::ifstream file("/proc/vmstat");
    std::string key;
    for (long value = 0; file >> key >> value;)
        if (key == "oom_kill") return value;
    return std::nullopt;
}

double seconds_since(Clock::time_point then) {
    return std::chrono::duration<double>(Clock::now() - then).count();
}

}  // namespace

double limit_seconds(const WorkerLimits& limits, const Point& point) {
    if (limits.point_seconds > 0) return limits.point_seconds;
    return std::max(limits.least_point_seconds, limits.patience * point.prediction.seconds);
}

struct WorkerLink::Watch {
    RunControl* control = nullptr;
    double seconds = 0;        // of the whole exchange
    double quiet_seconds = 0;  // between two lines of the exchange; heartbeats are none
    double memory_bytes = 0;
    Clock::time_point begin = Clock::now();
    Clock::time_point progress = Clock::now();
    std::optional<Clock::time_point> stop_sent;
    bool pause_sent = false;
    std::size_t bytes = 0;
    int messages = 0;

    void forget_time() { begin = progress = Clock::now(); }
};

WorkerLink::WorkerLink(std::unique_ptr<ChildProcess> child, const WorkerLimits& limits)
    : child_(std::move(child)),
      limits_(limits),
      pid_(child_->pid()),
      lines_(limits.line_bytes),
      oom_kills_(oom_kills()),
      heard_(Clock::now()) {}

Result<std::unique_ptr<WorkerLink>> WorkerLink::start(const ChildCommand& command,
                                                      const WorkerLimits& limits,
                                                      RunControl* control) {
    auto child = ChildProcess::start(command);
    if (!child) return child.error();
    std::unique_ptr<WorkerLink> link(new WorkerLink(std::move(*child), limits));
    Watch watch;
    watch.seconds = watch.quiet_seconds = limits.start_seconds;
    RunControl none;
    watch.control = control ? control : &none;
    const LinkEnd end = link->exchange(std::string(no_exchange), watch, [&](const EventBody& body) {
        auto ready = worker_ready(body);
        if (ready) link->ready_ = std::move(*ready);
        return ready.has_value();
    });
    if (end.kind == Kind::stopped)
        return Error{ErrorKind::cancelled, "stopped while a worker was starting"};
    if (end.lost()) return Error{ErrorKind::internal, "it " + end.text};
    return link;
}

bool WorkerLink::answers() {
    if (!end_ && child_->has_exited()) died();
    return !end_;
}

Result<DeviceAnswer> WorkerLink::ask_device(const std::string& device) {
    std::optional<DeviceAnswer> answer;
    RunControl none;
    Watch watch;
    watch.control = &none;
    watch.seconds = watch.quiet_seconds = question_seconds;
    exchange_ = next_exchange();
    heard_ = Clock::now();
    LinkEnd end;
    if (!send(to_body(DeviceQuestion{device})))
        end = died();
    else
        end = exchange(exchange_, watch, [&](const EventBody& body) {
            answer = device_answer(body);
            return answer.has_value();
        });
    if (end.lost()) return Error{ErrorKind::internal, "the worker " + end.text};
    return *answer;
}

Result<Provenance> WorkerLink::ask_provenance(const SweepSpec& spec, const std::string& device) {
    std::optional<Provenance> provenance;
    RunControl none;
    const LinkEnd end = measure(spec, device, {}, {}, none, [&](const EventBody& body) {
        if (const auto* resumed = std::get_if<RunResumed>(&body)) provenance = resumed->provenance;
        return true;
    });
    if (end.lost()) return Error{ErrorKind::internal, "the worker " + end.text};
    if (!provenance) return Error{ErrorKind::internal, "the worker did not say where it measures"};
    return *provenance;
}

LinkEnd WorkerLink::measure(const SweepSpec& spec, const std::string& device,
                            const std::string& folder, std::span<const Point> points,
                            RunControl& control, const Take& take) {
    if (end_) return *end_;
    Watch watch;
    watch.control = &control;
    for (const Point& point : points) {
        const double limit = limit_seconds(limits_, point);
        watch.seconds += limit;
        watch.quiet_seconds = std::max(watch.quiet_seconds, limit);
    }
    if (points.empty()) watch.seconds = watch.quiet_seconds = question_seconds;
    watch.memory_bytes = limits_.memory_bytes;
    if (watch.memory_bytes <= 0 && !ready_.devices.empty())
        watch.memory_bytes = usual_share_of_memory * ready_.devices.back().memory_bytes;  // its cpu
    exchange_ = next_exchange();
    heard_ = Clock::now();
    if (!send(to_body(RunFolderNote{folder})) || !send(plan_of(spec, device, points)))
        return died();
    return exchange(exchange_, watch, take);
}

bool WorkerLink::send(EventBody body) {
    return child_->send(sent_.line(exchange_, std::move(body)), send_seconds);
}

// Until the exchange's last line, or until something is amiss. What has been said is read before
// the clock is looked at, so that a parent which slept itself blames nobody.
LinkEnd WorkerLink::exchange(const std::string& name, Watch& watch, const Take& take) {
    for (;;) {
        const bool gone = child_->has_exited();  // then what it said is all there
        const std::size_t held = lines_.bytes().size();
        const bool open = child_->read(lines_.bytes(), look_milliseconds);
        const bool quiet = lines_.bytes().size() == held;
        if (auto end = take_lines(name, watch, take)) return *end;
        // A process that it started may hold its pipe open after its death.
        if (!open || (quiet && gone)) return died();
        if (watch.control->stop_requested() && !watch.stop_sent) {
            watch.stop_sent = Clock::now();
            if (watch.pause_sent) watch.forget_time();
            if (name == no_exchange) return lose(Kind::stopped, "was stopped");
            if (!send(RunFinished{RunOutcome::cancelled, {}, {}})) return died();
        }
        if (!watch.pause_sent && watch.control->paused()) {
            watch.pause_sent = true;
            if (name != no_exchange && !send(RunPaused{})) return died();
        }
        if (auto end = overstepped(watch)) return *end;
    }
}

std::optional<LinkEnd> WorkerLink::take_lines(const std::string& name, Watch& watch,
                                              const Take& take) {
    while (const auto line = lines_.next()) {
        const Result<Event> event = parse_line(*line);
        if (!event)
            return lose(Kind::nonsense, fmt::format("said what is no line of a worker ({}): \"{}\"",
                                                    event.error().message, clean_text(*line, 80)));
        if (!received_.follows(*event))
            return lose(Kind::nonsense,
                        fmt::format("left out or repeated a line (its number is {})", event->seq));
        heard_ = Clock::now();
        if (const auto heartbeat = worker_heartbeat(event->body)) {
            resident_bytes_ = heartbeat->resident_bytes;
            continue;
        }
        if (event->run != name)
            return lose(Kind::nonsense, "spoke of a plan that it was not given");
        watch.progress = heard_;
        watch.bytes += line->size();
        const bool is_message = std::holds_alternative<Message>(event->body);
        if ((is_message && ++watch.messages > limits_.plan_messages) ||
            watch.bytes > limits_.plan_bytes)
            return lose(Kind::nonsense, fmt::format("said too much ({}, {} messages)",
                                                    format_bytes(static_cast<double>(watch.bytes)),
                                                    watch.messages));
        if (std::holds_alternative<RunPaused>(event->body)) {
            // Tells whoever watches, and waits for the user here.
            watch.control->wait_while_paused();
            watch.pause_sent = false;
            watch.forget_time();
            heard_ = Clock::now();
            if (!watch.control->stop_requested() && !send(RunContinued{})) return died();
            continue;
        }
        if (std::holds_alternative<RunContinued>(event->body)) continue;
        if (!take(event->body))
            return lose(Kind::nonsense,
                        fmt::format("said what has no place here: \"{}\"", clean_text(*line, 80)));
        const bool last = std::holds_alternative<RunFinished>(event->body) ||
                          worker_ready(event->body) || device_answer(event->body);
        if (!last) continue;
        LinkEnd end;
        if (watch.stop_sent) end.kind = Kind::stopped;
        return end;
    }
    if (lines_.too_long())
        return lose(Kind::nonsense,
                    fmt::format("began a line of more than {}",
                                format_bytes(static_cast<double>(limits_.line_bytes))));
    return std::nullopt;
}

std::optional<LinkEnd> WorkerLink::overstepped(const Watch& watch) {
    if (watch.stop_sent) {
        if (seconds_since(*watch.stop_sent) < limits_.stop_seconds) return std::nullopt;
        return lose(Kind::stopped, "did not stop when asked to");
    }
    if (seconds_since(heard_) > limits_.silence_seconds)
        return lose(Kind::silent, fmt::format("gave no sign of life for {}",
                                              format_duration(limits_.silence_seconds)));
    if (watch.pause_sent) return std::nullopt;  // it may be in a sample that takes long
    if (seconds_since(watch.progress) > watch.quiet_seconds)
        return lose(Kind::overdue, fmt::format("got no further for {}, the limit of a point",
                                               format_duration(watch.quiet_seconds)));
    if (seconds_since(watch.begin) > watch.seconds)
        return lose(Kind::overdue, fmt::format("took longer than {}, the limit of its points",
                                               format_duration(watch.seconds)));
    if (watch.memory_bytes > 0 && resident_bytes_ > watch.memory_bytes)
        return lose(Kind::over_memory,
                    fmt::format("took {} of memory; the limit is {}", format_bytes(resident_bytes_),
                                format_bytes(watch.memory_bytes)));
    return std::nullopt;
}

LinkEnd WorkerLink::lose(Kind kind, std::string text) {
    const ChildEnd& end = child_->kill();
    if (kind != Kind::stopped && !end.tail.empty()) text += "; its last messages: " + end.tail;
    end_ = LinkEnd{kind, std::move(text), false};
    return *end_;
}

LinkEnd WorkerLink::died() {
    const ChildEnd& end = child_->wait();
    end_ = LinkEnd{Kind::died, end.text(), false};
    if (end.signal == SIGKILL && oom_kills() != oom_kills_) {
        end_->for_memory = true;
        end_->text += ", most likely by the system for want of memory";
    }
    return *end_;
}

}  // namespace slay
