#include "engine/measure/probe_process.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>

#include "engine/core/units.h"

extern char** environ;

namespace slay {
namespace {

constexpr int kLookMilliseconds = 20;  // how late a stop can be noticed
constexpr std::size_t kTailBytes = 2000;

namespace fs = std::filesystem;

fs::path folder_of_this_library() {
    Dl_info info{};
    if (dladdr(reinterpret_cast<const void*>(&find_probe_command), &info) == 0) return {};
    std::error_code ignored;
    return fs::canonical(info.dli_fname, ignored).parent_path();
}

// The child's environment: ours, without GPUs, and without MKL's cache of freed buffers, which
// would hide them from the next point.
std::vector<std::string> child_environment() {
    std::vector<std::string> variables;
    for (char** entry = environ; *entry; ++entry) {
        const std::string_view text(*entry);
        if (text.starts_with("CUDA_VISIBLE_DEVICES=") || text.starts_with("MKL_DISABLE_FAST_MM=")) {
            continue;
        }
        variables.emplace_back(text);
    }
    variables.emplace_back("CUDA_VISIBLE_DEVICES=");
    variables.emplace_back("MKL_DISABLE_FAST_MM=1");
    return variables;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (std::string& text : texts) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

// A pair of connected descriptors, both closed on exec: [0] ours, [1] the child's.
struct Channel {
    int ours = -1, theirs = -1;
    bool open(bool is_input) {
        std::array<int, 2> ends{};
        if (is_input) {  // a socket, so that a write to a dead child is an error and no SIGPIPE
            if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return false;
        } else if (pipe2(ends.data(), O_CLOEXEC) != 0) {
            return false;
        }
        ours = ends[0];
        theirs = ends[1];
        return true;
    }
    int release() { return std::exchange(ours, -1); }
    ~Channel() {
        if (ours >= 0) close(ours);
        if (theirs >= 0) close(theirs);
    }
};

double seconds_now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

// Reads what is there; false at the end of the file.
bool drain(int descriptor, std::string& into) {
    std::array<char, 4096> buffer{};
    const ssize_t count = read(descriptor, buffer.data(), buffer.size());
    if (count > 0) into.append(buffer.data(), static_cast<std::size_t>(count));
    return count > 0 || (count < 0 && (errno == EINTR || errno == EAGAIN));
}

}  // namespace

std::optional<ProbeCommand> find_probe_command() {
    std::error_code ignored;
    const fs::path library = folder_of_this_library();
    const fs::path program = fs::canonical("/proc/self/exe", ignored).parent_path();
    for (const fs::path& folder : {library, library / "../../bin", library / "../bin", program}) {
        const fs::path candidate = folder / "slay-bench";
        if (access(candidate.c_str(), X_OK) == 0) {
            return ProbeCommand{.program = fs::canonical(candidate, ignored).string()};
        }
    }
    return std::nullopt;
}

std::optional<std::string> ProbeProcess::start() {
    Channel input, output, messages;
    if (!input.open(true) || !output.open(false) || !messages.open(false)) {
        return fmt::format("cannot open a pipe: {}", std::strerror(errno));
    }
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&actions, input.theirs, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output.theirs, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, messages.theirs, STDERR_FILENO);
    // A group of its own: an interrupt at the terminal is for us to answer. Signals as in a fresh
    // process.
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

    std::vector<std::string> words{command_.program};
    words.insert(words.end(), command_.arguments.begin(), command_.arguments.end());
    std::vector<std::string> variables = child_environment();
    const int error = posix_spawn(&pid_, command_.program.c_str(), &actions, &attributes,
                                  pointers(words).data(), pointers(variables).data());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (error != 0) {
        pid_ = -1;
        return fmt::format("cannot start {}: {}", command_.program, std::strerror(error));
    }
    input_ = input.release();
    output_ = output.release();
    messages_ = messages.release();
    received_.clear();
    tail_.clear();
    return std::nullopt;
}

bool ProbeProcess::alive() {
    if (pid_ < 0) return false;
    if (waitpid(pid_, &wait_status_, WNOHANG) == 0) return true;
    pid_ = -1;
    return false;
}

bool ProbeProcess::send_line(const std::string& text) {
    const std::string line = text + "\n";
    std::size_t sent = 0;
    while (sent < line.size()) {
        const ssize_t count = send(input_, line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        sent += static_cast<std::size_t>(count);
    }
    return true;
}

// The child closed its output: wait for its end and say how it ended.
ProbeAnswer ProbeProcess::death() {
    if (pid_ >= 0) {
        // It may have closed its output and still be alive.
        const double begin = seconds_now();
        while (alive() && seconds_now() - begin < 2) {
            poll(nullptr, 0, kLookMilliseconds);
        }
        if (pid_ >= 0) {
            kill(pid_, SIGKILL);
            waitpid(pid_, &wait_status_, 0);
            pid_ = -1;
        }
    }
    while (drain(messages_, tail_)) {
    }
    ProbeAnswer answer{.kind = ProbeAnswer::Kind::died, .text = {}, .signal = 0};
    if (WIFSIGNALED(wait_status_)) {
        answer.signal = WTERMSIG(wait_status_);
        answer.text = fmt::format("its process was ended by signal {} ({})", answer.signal,
                                  strsignal(answer.signal));
    } else {
        answer.text = fmt::format("its process exited with {}", WEXITSTATUS(wait_status_));
    }
    if (tail_.size() > kTailBytes) tail_.erase(0, tail_.size() - kTailBytes);
    const std::string messages = clean_text(tail_, kTailBytes);
    if (!messages.empty()) answer.text += fmt::format("; its last messages: {}", messages);
    close_descriptors();
    return answer;
}

ProbeAnswer ProbeProcess::ask(const std::string& request, double timeout_seconds,
                              const RunControl& control) {
    using Kind = ProbeAnswer::Kind;
    if (!alive()) {  // none yet, or one that died idle
        close_descriptors();
        if (auto error = start()) return {.kind = Kind::not_started, .text = *error};
    }
    if (!send_line(request)) return death();

    const double deadline = seconds_now() + timeout_seconds;
    bool messages_open = true;
    while (true) {
        const std::size_t end_of_line = received_.find('\n');
        if (end_of_line != std::string::npos) {
            std::string line = received_.substr(0, end_of_line);
            received_.erase(0, end_of_line + 1);
            return {.kind = Kind::answered, .text = std::move(line)};
        }
        if (control.stop_requested()) {
            end();
            return {.kind = Kind::stopped, .text = "stopped"};
        }
        if (seconds_now() > deadline) {
            end();
            return {.kind = Kind::timed_out,
                    .text = fmt::format("no answer within {}", format_duration(timeout_seconds))};
        }
        std::array<pollfd, 2> watched{pollfd{output_, POLLIN, 0},
                                      pollfd{messages_open ? messages_ : -1, POLLIN, 0}};
        if (poll(watched.data(), watched.size(), kLookMilliseconds) <= 0) continue;
        if (watched[1].revents != 0) {
            messages_open = drain(messages_, tail_);
            if (tail_.size() > 2 * kTailBytes) tail_.erase(0, tail_.size() - kTailBytes);
        }
        if (watched[0].revents != 0 && !drain(output_, received_)) return death();
    }
}

void ProbeProcess::close_descriptors() {
    for (int* descriptor : {&input_, &output_, &messages_}) {
        if (*descriptor >= 0) close(*descriptor);
        *descriptor = -1;
    }
}

void ProbeProcess::end() {
    close_descriptors();
    if (pid_ >= 0) {
        kill(pid_, SIGKILL);
        waitpid(pid_, &wait_status_, 0);
        pid_ = -1;
    }
}

}  // namespace slay
