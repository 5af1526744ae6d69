// A worker without LibTorch that misbehaves at one point, as it is told:
//   worker_child FAULT VARIANT LENGTH [start|rounds] [GPUS]
// The faults are in the table below. It serves as `slay-bench worker` does.
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <thread>

#include "engine/core/descriptor.h"
#include "engine/run/worker_protocol.h"
#include "engine/run/worker_serve.h"
#include "tests/run/fake_executor.h"
#include "tests/sanitized_end.h"

using namespace slay;

namespace {

int protocol = -1;  // the descriptor of the lines that go out

void wait_for_ever() {
    for (;;) pause();
}

void hang_alone() {
    prctl(PR_SET_PDEATHSIG, 0);
    wait_for_ever();
}

void segfault() {
    std::fputs("about to touch a null pointer\n", stderr);
    raise(SIGSEGV);
}

void abort_with_words() {
    std::fputs("terminate called: a check failed\n", stderr);
    std::abort();
}

void exit_quietly() {
    _exit(3);
}

void kill_as_the_system_does() {
    raise(SIGKILL);
}

void stop_as_a_whole() {
    raise(SIGSTOP);
    wait_for_ever();
}

void take_memory() {
    [[maybe_unused]] static char* volatile last =
        nullptr;  // seen from outside, so that no compiler leaves it out
    for (;;) {
        auto* block = new char[8 << 20];
        std::memset(block, 1, 8 << 20);
        last = block;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
}

void say(const std::string& bytes) {
    if (!write_whole(protocol, bytes)) _exit(0);
}

void half_a_line_and_die() {
    say(R"({"seq":99,"run":"1","type":"point-fini)");
    _exit(9);
}

void half_a_line_and_hang() {
    say(R"({"seq":99,"run":"1","type":"point-fini)");
    wait_for_ever();
}

void garbage() {
    say(std::string("\x00\xFF\x1B[2Jnot a line\n", 16));
    wait_for_ever();
}

void a_line_twice() {
    say(to_line({3, "1", 0, RunPaused{}}) + "\n");
    wait_for_ever();
}

void a_line_without_end() {
    for (;;) say(std::string(65536, 'x'));
}

void much_on_standard_error() {
    for (int i = 0; i < 20'000; ++i) std::fputs("one more line of no use to anybody\n", stderr);
    std::fflush(stderr);
}

void words_on_standard_output() {
    std::puts("a library greets its user");
    std::fflush(stdout);
}

void flood_standard_error() {
    for (;;) std::fputs("one more line of no use to anybody\n", stderr);
}

bool is_stopped(pid_t process) {
    const std::string name = "/proc/" + std::to_string(process) + "/stat";
    char text[512] = {};
    const int file = open(name.c_str(), O_RDONLY);
    const bool known = file >= 0 && read(file, text, sizeof text - 1) > 0;
    close(file);
    return known && std::strstr(text, ") T ") != nullptr;
}

// Stopped before its pipe is closed: awake, its other threads would see that the program which
// started it turns away, and end it. The process that shares its descriptors closes the pipe.
void close_the_pipe_and_stop() {
    const pid_t worker = getpid();
    if (syscall(SYS_clone, CLONE_FILES | SIGCHLD, nullptr, nullptr, nullptr, 0) == 0) {
        kill(worker, SIGSTOP);
        while (!is_stopped(worker)) usleep(1000);
        close(protocol);
        _exit(0);
    }
    wait_for_ever();
}

// What it leaves running holds its pipe open.
void die_and_leave_a_child() {
    if (fork() == 0) wait_for_ever();
    raise(SIGSEGV);
}

// Once in a run: the second worker measures what ended the first.
void die_the_first_time() {
    const char* marker = std::getenv("WORKER_CHILD_MARKER");
    const int file = open(marker, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (file >= 0) raise(SIGSEGV);
}

using Fault = void (*)();
const std::map<std::string, Fault> faults{
    {"none", [] {}},
    {"crowded", [] {}},
    {"segfault", segfault},
    {"abort", abort_with_words},
    {"exit", exit_quietly},
    {"kill", kill_as_the_system_does},
    {"hang", wait_for_ever},
    {"hang-alone", hang_alone},
    {"stop", stop_as_a_whole},
    {"memory", take_memory},
    {"half-line-dies", half_a_line_and_die},
    {"half-line-hangs", half_a_line_and_hang},
    {"garbage", garbage},
    {"twice", a_line_twice},
    {"endless-line", a_line_without_end},
    {"stderr-flood", much_on_standard_error},
    {"stdout-words", words_on_standard_output},
    {"stderr-for-ever", flood_standard_error},
    {"closes-pipe", close_the_pipe_and_stop},
    {"leaves-a-child", die_and_leave_a_child},
    {"first-time", die_the_first_time},
};

class Misbehaving final : public fake::FakeExecutor {
  public:
    std::string fault, variant, when = "start";
    std::int64_t length = 0;
    int gpus = 0;
    int sample_us = 0;

    std::vector<DeviceInfo> devices() override {
        std::vector<DeviceInfo> all = FakeExecutor::devices();
        all.front().memory_bytes = 8e9;
        for (int i = gpus - 1; i >= 0; --i) {
            DeviceInfo gpu;
            gpu.id = "cuda:" + std::to_string(i);
            gpu.name = i == 2 ? "Another GPU" : "Imaginary GPU";
            gpu.cuda = gpu.rates.cuda = true;
            all.insert(all.begin(), gpu);
        }
        return all;
    }

    Result<DeviceInfo> resolve_device(const std::string& name) override {
        for (const DeviceInfo& info : devices())
            if (info.id == name || name == "auto") return info;
        return Error{ErrorKind::no_device, name + ": no such device"};
    }

    void run_group(std::span<const Point> group, const ExecutionContext& context) override {
        together_ = group.size() > 1;
        if (fault == "crowded") {
            company_ = Descriptor(
                open(std::getenv("WORKER_CHILD_MARKER"), O_CREAT | O_RDWR | O_CLOEXEC, 0600));
            flock(company_.get(), LOCK_SH);
        }
        measure(group, context);
        company_ = Descriptor();
    }

    std::string broken() const override { return lost_; }

  private:
    void measure(std::span<const Point> group, const ExecutionContext& context) {
        for (const Point& point : group) {
            context.observer.point_started(point);
            if (when == "start") misbehave(point, context);
            if (!lost_.empty()) return;
        }
        for (int round = 0; round < 6; ++round)
            for (const Point& point : group) {
                if (!context.control.wait_while_paused()) return;
                std::this_thread::sleep_for(std::chrono::microseconds(sample_us));
                const double value = (point.variant == "standard" ? 4.0 : 1.0) * crowding();
                context.observer.samples_taken(point, "latency_ms", round, std::vector{value});
                if (round == 2 && when == "rounds") misbehave(point, context);
                if (!lost_.empty()) return;
            }
        for (const Point& point : group) {
            PointResult measured_point = result(point);
            measured_point.notes["measured by"] = std::to_string(getpid());
            context.observer.point_finished(point, std::move(measured_point));
        }
    }

    // Whether another worker with the same marker measures a group now, by the locks they share:
    // time is then longer by a quarter.
    double crowding() const {
        if (company_.get() < 0) return 1;
        const bool alone = flock(company_.get(), LOCK_EX | LOCK_NB) == 0;
        flock(company_.get(), LOCK_SH);
        return alone ? 1 : 1.25;
    }

    void misbehave(const Point& point, const ExecutionContext& context) {
        if (point.variant != variant || point.parameters.integer("length") != length) return;
        if (fault == "sticky") {
            lost_ = "the context is lost";
            context.observer.point_finished(point,
                                            {PointState::failed, "an illegal access", {}, {}});
        } else if (fault == "sticky-unsaid") {
            lost_ = "the context is lost";
        } else if (fault == "messages") {
            for (int i = 0; i < 5000; ++i)
                context.observer.message(Severity::info, "message " + std::to_string(i));
        } else if (fault == "samples") {
            const std::vector<double> values(20'000, 1.5);
            for (std::int64_t round = 0;; round += 20'000)
                context.observer.samples_taken(point, "latency_ms", round, values);
        } else if (fault == "stranger") {
            Point stranger = point;
            stranger.id = "0123456789abcdef";
            context.observer.point_started(stranger);
        } else if (fault == "twice-finished") {
            context.observer.point_finished(point, {PointState::ok, "", {}, {}});
            context.observer.point_finished(point, {PointState::ok, "", {}, {}});
        } else if (fault == "throw") {
            throw std::runtime_error("a bug");
        } else if (fault == "together") {
            if (together_) raise(SIGSEGV);
        } else {
            faults.at(fault)();
        }
    }

    std::string lost_;
    bool together_ = false;
    Descriptor company_;
};

// As it comes to be, before it says who it is.
void misbehave_at_start(const std::string& fault) {
    if (fault == "dies-at-start") {
        std::fputs("no libtorch here\n", stderr);
        _exit(66);
    }
    if (fault == "silent-at-start") raise(SIGSTOP);
    if (fault == "babbles-at-start") say("Welcome to the machine\n");
    if (fault == "another-version") {
        WorkerReady ready{"slay-worker/0", local_provenance(), {}};
        ready.provenance.program_version = "9.9.9";
        LineNumbers numbers;
        say(numbers.line(no_exchange, to_body(ready)));
        wait_for_ever();
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4) return 64;
    auto executor = std::make_unique<Misbehaving>();
    executor->fault = argv[1];
    executor->variant = argv[2];
    executor->length = std::atoll(argv[3]);
    if (argc > 4) executor->when = argv[4];
    if (argc > 5) executor->gpus = std::atoi(argv[5]);
    if (const char* micros = std::getenv("WORKER_CHILD_SAMPLE_US"))
        executor->sample_us = std::atoi(micros);
    protocol = become_worker();
    misbehave_at_start(executor->fault);
    return serve_worker(
        [&]() -> Result<std::unique_ptr<Executor>> {
            return std::unique_ptr<Executor>(std::move(executor));
        },
        {STDIN_FILENO, protocol, 0.05});
}
