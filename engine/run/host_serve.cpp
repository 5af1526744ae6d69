#include "engine/run/host_serve.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <utility>

#include "engine/core/data_folder.h"
#include "engine/core/descriptor.h"
#include "engine/core/journal.h"
#include "engine/core/units.h"
#include "engine/run/host_protocol.h"
#include "engine/run/run_requests.h"
#include "engine/run/worker_protocol.h"

extern char** environ;

namespace slay {
namespace {

constexpr int look_milliseconds = 50;
constexpr std::size_t longest_line = std::size_t{256} << 20;
constexpr std::size_t tail_bytes = 1000;

// A program that goes on without us: in a session of its own, with its words in a file.
Result<pid_t> start_detached(std::vector<std::string> words, const std::string& log) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_t pid = -1;
    // It keeps ignoring SIGHUP, as we do.
    const int error =
        posix_spawn(&pid, arguments.front(), &actions, &attributes, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (error != 0)
        return Error{ErrorKind::internal,
                     clean_text(words.front()) + " could not be started: " + reason_of(error)};
    return pid;
}

// The lines of a journal that grows, each once.
class JournalTail {
  public:
    JournalTail(std::string path, std::uint64_t from) : path_(std::move(path)), last_(from) {}

    // What is new; nothing where nothing is.
    std::vector<std::string> lines() {
        std::vector<std::string> found;
        if (file_.get() < 0) file_ = Descriptor(open(path_.c_str(), O_RDONLY | O_CLOEXEC));
        struct stat info {};
        if (file_.get() < 0 || fstat(file_.get(), &info) != 0) return found;
        if (info.st_size < at_) {  // a torn line was taken back
            at_ = 0;
            buffer_ = LineBuffer(longest_line);
        }
        char bytes[65536];
        for (ssize_t count = 0; (count = pread(file_.get(), bytes, sizeof bytes, at_)) > 0;) {
            at_ += count;
            buffer_.bytes().append(bytes, static_cast<std::size_t>(count));
            while (auto line = buffer_.next()) {
                const Result<Event> event = parse_line(*line);
                if (!event || event->seq <= last_) continue;
                last_ = event->seq;
                finished_ = std::holds_alternative<RunFinished>(event->body);
                found.push_back(std::move(*line));
            }
        }
        return found;
    }
    bool finished() const { return finished_; }  // the last line is the run's end

  private:
    const std::string path_;
    std::uint64_t last_;
    Descriptor file_;
    off_t at_ = 0;
    LineBuffer buffer_{longest_line};
    bool finished_ = false;
};

class HostServer {
  public:
    explicit HostServer(const HostRun& run) : run_(run), requests_(longest_line) {}

    Status serve() {
        const auto runs = default_runs_folder();
        if (!runs) return runs.error();
        folder_ = *runs + "/from-elsewhere/" + run_.token;
        if (!send(to_body(WorkerReady{std::string(host_protocol), local_provenance(), {}})))
            return done();
        while (!spec_ || came_ < run_.requests) {
            if (!take_requests(-1)) return done();
        }
        post_requests();
        if (Status begun = begin(); !begun) return end_with(begun);
        return follow();
    }

  private:
    bool send(EventBody body) {
        return write_whole(run_.output, numbers_.line(run_.token, std::move(body)));
    }

    Status end_with(const Status& failed) {
        send(to_body(HostEnded{exit_code(failed.error().kind), failed.error().message}));
        return failed;
    }

    // False: the near side is gone, or talks nonsense.
    bool take_requests(int milliseconds) {
        pollfd watched{run_.input, POLLIN, 0};
        if (poll(&watched, 1, milliseconds) <= 0) return true;
        char bytes[65536];
        const ssize_t count = read(run_.input, bytes, sizeof bytes);
        if (count < 0 && errno == EINTR) return true;
        if (count <= 0) return false;
        requests_.bytes().append(bytes, static_cast<std::size_t>(count));
        while (const auto line = requests_.next()) {
            const Result<Event> event = parse_line(*line);
            if (!event) return false;
            if (const auto* started = std::get_if<RunStarted>(&event->body))
                spec_ = started->plan.spec;
            if (auto request = host_request(event->body)) {
                ++came_;
                to_post_.push_back(std::move(*request));
            }
            if (std::holds_alternative<RunFinished>(event->body)) stop();
        }
        return !requests_.too_long();
    }

    // Into the run's folder, where whoever measures it takes them up. One that cannot be written
    // stays with the near side.
    void post_requests() {
        std::error_code error;
        if (!std::filesystem::exists(folder_ + '/' + journal_file_name, error)) return;
        for (const HostRequest& request : std::exchange(to_post_, {}))
            if (post_request_once(folder_, request.name, request.text))
                send(to_body(HostRequestTaken{request.name}));
    }

    // The run has ended well, and somebody asks for more points.
    bool has_more_to_do() const {
        if (!has_requests(folder_)) return false;
        const auto content = read_journal(folder_);
        return content && content->record.finished() &&
               content->record.outcome() == RunOutcome::finished;
    }

    bool somebody_runs() const { return !FolderLock::take(folder_); }

    void stop() {
        pid_t pid = child_;
        if (pid <= 0) {
            const auto holder = read_text_file(folder_ + "/.lock", 64);
            if (holder) pid = static_cast<pid_t>(std::atoll(holder->c_str()));
        }
        if (pid > 0 && (child_ > 0 || somebody_runs())) kill(pid, SIGINT);
    }

    // Starts the run, unless it is going on or is over.
    Status begin() {
        if (spec_->experiments.empty())
            return Error{ErrorKind::bad_data, "the preset is of another version of this program"};
        if (somebody_runs()) return done();
        if (Status grows = journal_can_grow(folder_); !grows) return grows;
        const auto content = read_journal(folder_);
        if (content && content->record.finished() &&
            content->record.outcome() == RunOutcome::finished && !has_requests(folder_))
            return done();
        const std::string preset = folder_ + ".json";
        if (Status written = write_file_atomically(preset, to_text(*spec_)); !written)
            return written;
        std::vector<std::string> words{run_.program, "run", preset, "--out", folder_};
        if (content) words.emplace_back("--resume");
        words.insert(words.end(), run_.words.begin(), run_.words.end());
        auto started = start_detached(std::move(words), folder_ + ".log");
        if (!started) return started.error();
        child_ = *started;
        return done();
    }

    Status follow() {
        JournalTail tail(folder_ + '/' + journal_file_name, run_.from);
        for (;;) {
            post_requests();
            const bool ended = has_ended();
            for (const std::string& line : tail.lines())
                if (!write_whole(run_.output, line + '\n')) return done();
            if (ended && !has_more_to_do()) break;
            if (ended)
                if (Status begun = begin(); !begun) return end_with(begun);
            if (!take_requests(look_milliseconds)) return done();
        }
        HostEnded end{code_, {}};
        if (const auto log = read_text_file(folder_ + ".log", std::size_t{64} << 20))
            end.words = clean_text(log->substr(log->size() - std::min(log->size(), tail_bytes)),
                                   3 * tail_bytes);
        send(to_body(end));
        return done();
    }

    // Looked at before the journal, so that its last lines are not missed.
    bool has_ended() {
        if (child_ <= 0) return !somebody_runs();
        int status = 0;
        if (waitpid(child_, &status, WNOHANG) == 0) return false;
        code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        return true;
    }

    const HostRun& run_;
    std::string folder_;
    LineNumbers numbers_;
    LineBuffer requests_;
    std::optional<SweepSpec> spec_;
    std::vector<HostRequest> to_post_;
    std::size_t came_ = 0;
    pid_t child_ = -1;  // of this start; a run that another one began is known by its lock
    int code_ = -1;
};

}  // namespace

Status serve_host_run(const HostRun& run) {
    if (!is_host_token(run.token))
        return Error{ErrorKind::usage, "a run's name is of letters, digits and dashes"};
    signal(SIGHUP, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    return HostServer(run).serve();
}

}  // namespace slay
