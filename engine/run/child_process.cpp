#include "engine/run/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <thread>

#include "engine/core/descriptor.h"
#include "engine/core/units.h"

extern char** environ;

namespace slay {
namespace {

constexpr std::size_t tail_bytes = 1000;
constexpr auto exit_patience = std::chrono::seconds(2);
constexpr int look_milliseconds = 10;

// A child that asks to die with its parent (PR_SET_PDEATHSIG) dies with the thread that started it.
// This one starts them all and lives as long as the process.
class Spawner {
  public:
    static Spawner& instance() {
        static auto* const spawner = new Spawner;  // never destroyed: its thread never ends
        return *spawner;
    }

    int spawn(std::function<int()> job) {
        std::packaged_task<int()> task(std::move(job));
        std::future<int> result = task.get_future();
        {
            const std::lock_guard lock(mutex_);
            tasks_.push_back(std::move(task));
        }
        changed_.notify_one();
        return result.get();
    }

  private:
    Spawner() {
        std::thread([this] { loop(); }).detach();
    }

    [[noreturn]] void loop() {
        for (;;) {
            std::packaged_task<int()> task;
            {
                std::unique_lock lock(mutex_);
                changed_.wait(lock, [this] { return !tasks_.empty(); });
                task = std::move(tasks_.front());
                tasks_.pop_front();
            }
            task();
        }
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::packaged_task<int()>> tasks_;
};

// Two connected descriptors, both closed on exec.
struct Channel {
    Descriptor ours, theirs;
    // A socket for input, so that a write to a dead child is an error and no SIGPIPE.
    bool open(bool is_input) {
        std::array<int, 2> ends{};
        const int error = is_input ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data())
                                   : pipe2(ends.data(), O_CLOEXEC);
        if (error != 0) return false;
        ours = Descriptor(ends[0]);
        theirs = Descriptor(ends[1]);
        return true;
    }
};

std::vector<std::string> child_environment(const std::vector<std::string>& ours) {
    std::vector<std::string> variables = ours;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const std::string_view name = text.substr(0, text.find('=') + 1);
        const bool replaced = std::any_of(ours.begin(), ours.end(), [&](const std::string& each) {
            return each.starts_with(name);
        });
        if (!replaced) variables.emplace_back(text);
    }
    return variables;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (std::string& text : texts) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

struct SpawnSetup {
    posix_spawn_file_actions_t actions{};
    posix_spawnattr_t attributes{};
    SpawnSetup() {
        posix_spawn_file_actions_init(&actions);
        posix_spawnattr_init(&attributes);
        // A group of its own; signals as in a fresh process.
        sigset_t none, all;
        sigemptyset(&none);
        sigfillset(&all);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &all);
        posix_spawnattr_setpgroup(&attributes, 0);
        posix_spawnattr_setflags(
            &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    ~SpawnSetup() {
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
    }
    SpawnSetup(const SpawnSetup&) = delete;
    SpawnSetup& operator=(const SpawnSetup&) = delete;
};

bool would_block(int error) {
    return error == EINTR || error == EAGAIN || error == EWOULDBLOCK;
}

// Reads what is there; false at the end of the file.
bool read_some(int descriptor, std::string& into) {
    std::array<char, 16384> buffer;
    const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
    if (count > 0) into.append(buffer.data(), static_cast<std::size_t>(count));
    return count > 0 || (count < 0 && would_block(errno));
}

void close_and_forget(int& descriptor) {
    if (descriptor >= 0) close(descriptor);
    descriptor = -1;
}

}  // namespace

std::string ChildEnd::text() const {
    std::string text = stuck ? std::string("closed its pipe, or left it unread, without ending")
                       : signal != 0
                           ? fmt::format("was ended by signal {} ({})", signal, strsignal(signal))
                           : fmt::format("exited with {}", code);
    if (!tail.empty()) text += "; its last messages: " + tail;
    return text;
}

Result<std::unique_ptr<ChildProcess>> ChildProcess::start(const ChildCommand& command) {
    Channel input, output, messages;
    if (!input.open(true) || !output.open(false) || !messages.open(false))
        return Error{ErrorKind::internal, "no pipe could be opened: " + reason_of(errno)};
    // What a child writes after its death is read without waiting.
    fcntl(messages.ours.get(), F_SETFL, O_NONBLOCK);

    SpawnSetup setup;
    posix_spawn_file_actions_adddup2(&setup.actions, input.theirs.get(), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&setup.actions, output.theirs.get(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&setup.actions, messages.theirs.get(), STDERR_FILENO);
    std::vector<std::string> words{command.program};
    words.insert(words.end(), command.arguments.begin(), command.arguments.end());
    std::vector<std::string> variables = child_environment(command.environment);

    std::unique_ptr<ChildProcess> child(new ChildProcess);
    const int error = Spawner::instance().spawn([&] {
        return posix_spawnp(&child->pid_, command.program.c_str(), &setup.actions,
                            &setup.attributes, pointers(words).data(), pointers(variables).data());
    });
    if (error != 0) {
        child->pid_ = -1;
        return Error{ErrorKind::no_input,
                     clean_text(command.program) + " could not be started: " + reason_of(error)};
    }
    child->input_ = input.ours.release();
    child->output_ = output.ours.release();
    child->messages_ = messages.ours.release();
    return child;
}

ChildProcess::~ChildProcess() {
    kill();
}

bool ChildProcess::send(std::string_view bytes, double seconds) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    while (!bytes.empty()) {
        const ssize_t count =
            ::send(input_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count > 0) {
            bytes.remove_prefix(static_cast<std::size_t>(count));
            continue;
        }
        if (!would_block(errno) || std::chrono::steady_clock::now() > deadline) return false;
        read_messages();
        pollfd writable{input_, POLLOUT, 0};
        poll(&writable, 1, look_milliseconds);
    }
    return true;
}

bool ChildProcess::read(std::string& into, int milliseconds) {
    std::array<pollfd, 2> watched{pollfd{output_, POLLIN, 0}, pollfd{messages_, POLLIN, 0}};
    if (poll(watched.data(), watched.size(), milliseconds) <= 0) return true;
    if (watched[1].revents != 0) read_messages();
    return watched[0].revents == 0 || read_some(output_, into);
}

void ChildProcess::read_messages() {
    if (messages_ < 0) return;
    if (!read_some(messages_, end_.tail)) close_and_forget(messages_);
    if (end_.tail.size() > 2 * tail_bytes) end_.tail.erase(0, end_.tail.size() - tail_bytes);
}

bool ChildProcess::has_exited() const {
    if (pid_ < 0) return true;
    siginfo_t info{};
    const int error = waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
    return error != 0 || info.si_pid == pid_;
}

const ChildEnd& ChildProcess::kill() {
    if (pid_ < 0) return end_;
    // Its group is ended before it is reaped, as long as the group's number is its own: what it
    // left running has nobody to answer to.
    ::kill(-pid_, SIGKILL);
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    for (int i = 0; messages_ >= 0 && i < 64; ++i) {  // as much as a pipe holds, and some
        const std::size_t before = end_.tail.size();
        read_messages();
        if (messages_ >= 0 && end_.tail.size() == before) break;
    }
    for (int* descriptor : {&input_, &output_, &messages_}) close_and_forget(*descriptor);
    if (WIFSIGNALED(status))
        end_.signal = WTERMSIG(status);
    else
        end_.code = WEXITSTATUS(status);
    if (end_.tail.size() > tail_bytes) end_.tail.erase(0, end_.tail.size() - tail_bytes);
    end_.tail = clean_text(end_.tail, 3 * tail_bytes);
    end_.tail.erase(end_.tail.find_last_not_of(' ') + 1);  // of the last line's end
    return end_;
}

const ChildEnd& ChildProcess::wait() {
    close_and_forget(input_);
    const auto deadline = std::chrono::steady_clock::now() + exit_patience;
    while (!has_exited() && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(std::chrono::milliseconds(look_milliseconds));
    end_.stuck = !has_exited();
    return kill();
}

}  // namespace slay
