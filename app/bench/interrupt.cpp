#include "app/bench/interrupt.h"

#include <fcntl.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <stdexcept>
#include <string_view>

#include "app/bench/console.h"
#include "app/bench/exit_status.h"

namespace slay::bench {
namespace {

constexpr std::array handled_signals = {SIGINT, SIGTERM, SIGHUP};
constexpr char stop_byte = 's';
constexpr char end_byte = 'e';

// A signal handler reaches nothing but these; all are safe there.
std::atomic<int> interrupts = 0;
std::atomic<int> pipe_end = -1;
std::atomic<std::int64_t> first_at_ms = 0;
static_assert(std::atomic<std::int64_t>::is_always_lock_free);
static_assert(std::atomic<int>::is_always_lock_free);

std::array<struct sigaction, handled_signals.size()> former_actions;

void write_byte(int descriptor, char byte) {
    while (write(descriptor, &byte, 1) < 0 && errno == EINTR) {
    }
}

// timeout(1) and some shells send a signal to a program and to its group: it comes twice, and is
// one wish.
constexpr std::int64_t one_wish_ms = 300;

std::int64_t now_ms() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);  // may be called from a handler
    return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

void on_signal(int) {
    const int saved_errno = errno;
    if (interrupts.load() > 0 && now_ms() - first_at_ms.load() < one_wish_ms) return;
    first_at_ms = now_ms();
    if (interrupts.fetch_add(1) > 0) {
        constexpr std::string_view words =
            "\nslay-bench: ended at once; --resume finishes the run\n";
        [[maybe_unused]] const auto written = write(STDERR_FILENO, words.data(), words.size());
        _exit(exit_interrupted);
    }
    write_byte(pipe_end, stop_byte);
    errno = saved_errno;
}

void listen(int descriptor, RunControl& control) {
    char byte = 0;
    for (;;) {
        const auto count = read(descriptor, &byte, 1);
        if (count < 0 && errno == EINTR) continue;
        if (count != 1 || byte == end_byte) break;
        control.request_stop();
        note("stopping after the sample in flight; a second interrupt ends at once");
    }
    close(descriptor);
}

}  // namespace

InterruptGuard::InterruptGuard(RunControl& control) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("cannot open a pipe");
    pipe_end = ends[1];
    listener_ = std::jthread([descriptor = ends[0], &control] { listen(descriptor, control); });

    struct sigaction action {};
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    for (std::size_t i = 0; i < handled_signals.size(); ++i) {
        sigaction(handled_signals[i], nullptr, &former_actions[i]);
        const bool under_nohup =
            handled_signals[i] == SIGHUP && former_actions[i].sa_handler == SIG_IGN;
        if (!under_nohup) sigaction(handled_signals[i], &action, nullptr);
    }
}

InterruptGuard::~InterruptGuard() {
    for (std::size_t i = 0; i < handled_signals.size(); ++i) {
        sigaction(handled_signals[i], &former_actions[i], nullptr);
    }
    write_byte(pipe_end, end_byte);
    listener_.join();
    close(pipe_end.exchange(-1));
}

bool InterruptGuard::interrupted() {
    return interrupts.load() > 0;
}

}  // namespace slay::bench
