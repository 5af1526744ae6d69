#include "engine/run/worker_serve.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <exception>
#include <fstream>
#include <mutex>
#include <thread>

#include "engine/core/descriptor.h"
#include "engine/core/time_stamp.h"
#include "engine/core/units.h"
#include "engine/run/worker_protocol.h"

namespace slay {
namespace {

constexpr std::size_t longest_line = std::size_t{64} << 20;  // bytes; a plan is far shorter

double resident_bytes() {
    std::ifstream file("/proc/self/statm");
    double total = 0, resident = 0;
    file >> total >> resident;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

[[noreturn]] void end_process(int code) {
    _exit(code);  // LibTorch's threads may be anywhere: no destructor waits for them
}

// The lines that go out; any thread may write.
class Output {
  public:
    explicit Output(int descriptor) : descriptor_(descriptor) {}

    void write(std::string_view exchange, EventBody body) {
        const std::lock_guard lock(mutex_);
        // Nobody reads any more.
        if (!write_whole(descriptor_, numbers_.line(exchange, std::move(body)))) end_process(0);
    }

  private:
    const int descriptor_;
    std::mutex mutex_;
    LineNumbers numbers_;
};

// What an executor tells of one plan.
class Teller final : public PointObserver {
  public:
    Teller(Output& output, const std::string& exchange) : output_(output), exchange_(exchange) {}

    void point_started(const Point& point) override { tell(PointStarted{point.id}); }
    void samples_taken(const Point& point, std::string_view metric, std::int64_t first_round,
                       std::span<const double> values) override {
        tell(SamplesTaken{
            point.id, std::string(metric), first_round, {values.begin(), values.end()}});
    }
    void point_finished(const Point& point, PointResult result) override {
        tell(PointFinished{point.id, std::move(result)});
    }
    void message(Severity severity, std::string text) override {
        tell(Message{severity, clean_text(text)});
    }
    void tell(EventBody body) { output_.write(exchange_, std::move(body)); }

  private:
    Output& output_;
    const std::string& exchange_;
};

class Worker {
  public:
    Worker(const WorkerStreams& streams) : streams_(streams), output_(streams.output) {}

    int serve(const std::function<Result<std::unique_ptr<Executor>>()>& make) {
        std::thread([this] { read_requests(); }).detach();
        std::thread([this] { beat(); }).detach();
        auto executor = make();
        if (!executor) {
            std::fprintf(stderr, "%s\n", clean_text(executor.error().message).c_str());
            return exit_code(executor.error().kind);
        }
        Executor& made = **executor;
        output_.write(no_exchange, to_body(WorkerReady{std::string(worker_protocol),
                                                       local_provenance(), made.devices()}));
        for (;;) answer(take(), made);
    }

  private:
    // One request of the parent and, for a plan, the control of its measuring.
    struct Request {
        Event event;
        std::shared_ptr<RunControl> control;
    };

    [[noreturn]] void beat() {
        for (;;) {
            output_.write(no_exchange, to_body(WorkerHeartbeat{resident_bytes()}));
            std::this_thread::sleep_for(std::chrono::duration<double>(streams_.heartbeat_seconds));
        }
    }

    [[noreturn]] void read_requests() {
        LineBuffer lines(longest_line);
        LineNumbers numbers;
        char buffer[65536];
        for (;;) {
            const ssize_t count = read(streams_.input, buffer, sizeof buffer);
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) end_process(0);
            lines.bytes().append(buffer, static_cast<std::size_t>(count));
            while (const auto line = lines.next()) {
                Result<Event> event = parse_line(*line);
                if (!event) refuse("a line of standard input is " + event.error().message);
                if (!numbers.follows(*event)) refuse("a line of standard input is missing");
                take_up(std::move(*event));
            }
            if (lines.too_long()) refuse("a line of standard input is too long");
        }
    }

    [[noreturn]] static void refuse(const std::string& why) {
        std::fprintf(stderr, "slay-bench worker: %s\n", clean_text(why).c_str());
        end_process(exit_code(ErrorKind::bad_data));
    }

    void take_up(Event event) {
        const std::lock_guard lock(mutex_);
        if (device_question(event.body) || run_folder_note(event.body)) {
            requests_.push_back({std::move(event), nullptr});
        } else if (std::holds_alternative<RunStarted>(event.body)) {
            control_ = std::make_shared<RunControl>();
            controlled_ = event.run;
            requests_.push_back({std::move(event), control_});
        } else if (event.run == controlled_) {  // what comes late is for a plan that is done
            if (std::holds_alternative<RunPaused>(event.body)) control_->pause();
            if (std::holds_alternative<RunContinued>(event.body)) control_->resume();
            if (std::holds_alternative<RunFinished>(event.body)) control_->request_stop();
        }
        changed_.notify_one();
    }

    Request take() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return !requests_.empty(); });
        Request request = std::move(requests_.front());
        requests_.pop_front();
        return request;
    }

    void answer(const Request& request, Executor& executor) {
        const std::string& exchange = request.event.run;
        if (const auto question = device_question(request.event.body)) {
            output_.write(exchange,
                          to_body(DeviceAnswer{executor.resolve_device(question->device)}));
            return;
        }
        if (auto note = run_folder_note(request.event.body)) {
            folder_ = std::move(note->folder);
            return;
        }
        const Plan& plan = std::get<RunStarted>(request.event.body).plan;
        // The settings would be the defaults, which nobody asked for.
        if (plan.spec.experiments.empty()) refuse("the plan's preset is of another version");
        Teller teller(output_, exchange);
        RunFinished finished;
        if (plan.points.empty()) {
            teller.tell(
                RunResumed{executor.provenance(plan.spec.device, plan.spec.measurement), false});
        } else {
            RunControl& control = *request.control;
            control.set_pause_listener([&](bool paused) {
                teller.tell(paused ? EventBody(RunPaused{}) : EventBody(RunContinued{}));
            });
            executor.run_group(plan.points,
                               {plan.spec, plan.spec.device, control, teller, folder_});
            control.set_pause_listener({});
            if (control.stop_requested()) finished.outcome = RunOutcome::cancelled;
        }
        if (finished.reason = executor.broken(); !finished.reason.empty())
            finished.outcome = RunOutcome::failed;
        finished.finished = utc_now();
        teller.tell(std::move(finished));
    }

    const WorkerStreams streams_;
    Output output_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Request> requests_;
    std::shared_ptr<RunControl> control_;  // of the plan `controlled_`
    std::string controlled_;
    std::string folder_;  // of the run whose plans come
};

}  // namespace

int become_worker() {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    std::ofstream("/proc/self/oom_score_adj") << 500;
    std::fflush(stdout);
    const int output = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    if (output >= 0 && dup2(STDERR_FILENO, STDOUT_FILENO) < 0) return -1;
    return output;
}

int serve_worker(const std::function<Result<std::unique_ptr<Executor>>()>& make,
                 const WorkerStreams& streams) {
    // Its threads end with the process, not before: nothing they use may go.
    auto* const worker = new Worker(streams);
    try {
        return worker->serve(make);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "internal error: %s\n", clean_text(error.what()).c_str());
    } catch (...) {
        std::fputs("internal error: an exception without a message\n", stderr);
    }
    end_process(exit_code(ErrorKind::internal));
}

}  // namespace slay
