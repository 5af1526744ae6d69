#include "engine/run/host_run.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>
#include <utility>

#include "engine/core/json_codec.h"
#include "engine/core/json_text.h"
#include "engine/core/time_stamp.h"
#include "engine/core/units.h"
#include "engine/run/child_process.h"
#include "engine/run/host_protocol.h"
#include "engine/run/host_requests.h"
#include "engine/run/shell_quoted.h"
#include "engine/run/ssh_command.h"
#include "engine/run/worker_protocol.h"

namespace slay {
namespace {

constexpr int look_milliseconds = 50;
constexpr double send_seconds = 30;
constexpr double first_pause = 1;  // doubled until HostTarget::longest_pause
constexpr std::size_t longest_line = std::size_t{256} << 20;
constexpr int no_such_program = 127;  // as a shell says it

std::string note_path(const std::string& folder) {
    return folder + "/host.json";
}

// {"host", "token"} of a folder; nothing for a run of this machine.
std::optional<nlohmann::json> host_note(const std::string& folder) {
    const auto text = read_text_file(note_path(folder), 4096);
    if (!text) return std::nullopt;
    auto note = parse_json(*text, note_path(folder));
    if (!note || !is_host_token(text_member(*note, "token"))) return std::nullopt;
    return std::move(*note);
}

class HostRunner {
  public:
    HostRunner(const SweepSpec& spec, const HostTarget& target, RunControl& control,
               const RunOptions& options, const EventSink& sink, const HostNotes& notes)
        : spec_(spec),
          target_(target),
          control_(control),
          options_(options),
          sink_(sink),
          notes_(notes),
          requests_(options.folder, notes) {}

    Result<RunRecord> operator()() {
        if (Status status = prepare(); !status) return status.error();
        double pause = first_pause;
        while (!end_) {
            const std::uint64_t before = record_.last_seq();
            if (Status status = follow(); !status) return status.error();
            if (end_ && !goes_on_for_requests()) break;
            if (std::exchange(end_, std::nullopt)) continue;
            if (record_.last_seq() > before) pause = first_pause;
            if (!wait(pause))
                return Error{ErrorKind::cancelled,
                             fmt::format("not connected to {}: the run goes on there. Follow it "
                                         "with --resume",
                                         clean_text(target_.host))};
            pause = std::min(2 * pause, target_.longest_pause);
        }
        if (const std::size_t left = requests_.waiting(); left > 0 && !control_.stop_requested())
            notes_(
                fmt::format("{} did not take up {} of what this run was asked for: send it again "
                            "with --resume",
                            target_.host, left));
        if (!record_.finished())
            return Error{ErrorKind::internal,
                         fmt::format("{}: its run ended{}: {}", clean_text(target_.host),
                                     end_->code > 0 ? fmt::format(" with {}", end_->code) : "",
                                     end_->words)};
        if (Status status = write_file_below(options_.folder, "artifacts/benchmark_results.json",
                                             results_text(record_));
            !status)
            return status.error();
        return std::move(record_);
    }

  private:
    Status prepare() {
        if (const std::string bad = bad_host(target_.host); !bad.empty())
            return Error{ErrorKind::usage, bad};
        if (options_.resume)
            if (Status grows = journal_can_grow(options_.folder); !grows) return grows;
        auto lock = FolderLock::take(options_.folder);
        if (!lock) return lock.error();
        lock_ = std::move(*lock);
        const auto note = host_note(options_.folder);
        if (auto content = read_journal(options_.folder)) {
            if (!options_.resume)
                return Error{ErrorKind::cannot_create, clean_text(options_.folder) +
                                                           ": holds a run already; resume it "
                                                           "(--resume) or choose another folder"};
            if (!note)
                return Error{ErrorKind::bad_data, clean_text(options_.folder) +
                                                      ": was measured on this machine: resume it "
                                                      "without --on, or choose another folder"};
            record_ = std::move(content->record);
        }
        if (note && text_member(*note, "host") != target_.host)
            return Error{ErrorKind::bad_data,
                         fmt::format("{}: runs on {}, not on {}", clean_text(options_.folder),
                                     text_member(*note, "host"), clean_text(target_.host))};
        token_ = note ? text_member(*note, "token") : new_run_id();
        return done();
    }

    // Once the host has answered: what cannot be reached leaves nothing behind.
    Status open_folder() {
        if (journal_) return done();
        const Json place{{"host", target_.host}, {"token", token_}};
        if (Status written = write_file_atomically(note_path(options_.folder), place.dump() + '\n');
            !written)
            return written;
        auto journal = JournalWriter::open(options_.folder);
        if (!journal) return journal.error();
        journal_ = std::move(*journal);
        return done();
    }

    // What was asked for when the far run had just ended: it goes on for that.
    bool goes_on_for_requests() const {
        return !control_.stop_requested() && record_.finished() &&
               record_.outcome() == RunOutcome::finished && requests_.need_another_connection();
    }

    ChildCommand command(std::size_t requests) const {
        std::string far = shell_quoted(target_.program) + " host-run --token " + token_ +
                          " --from " + std::to_string(record_.last_seq());
        if (requests > 0) far += " --requests " + std::to_string(requests);
        for (const std::string& word : target_.words) far += ' ' + shell_quoted(word);
        return ssh_command(target_, far);
    }

    // One connection, until the run ends (end_ is set) or the connection does.
    Status follow() {
        const std::vector<HostRequest> first = requests_.begin();
        auto child = ChildProcess::start(command(first.size()));
        if (!child) return child.error();
        LineBuffer lines(longest_line);
        LineNumbers numbers;
        bool is_ready = false, stop_sent = false;
        std::string trouble;
        const auto send = [&](EventBody body) {
            (*child)->send(numbers.line(token_, std::move(body)), send_seconds);
        };
        send(plan_of(spec_, spec_.device, {}));
        for (const HostRequest& request : first) send(to_body(request));
        for (bool open = true; open && !end_ && trouble.empty();) {
            open = (*child)->read(lines.bytes(), look_milliseconds);
            while (const auto line = lines.next()) {
                const Result<Event> event = parse_line(*line);
                if (!event) {
                    trouble = "a line came damaged (" + event.error().message + ')';
                    break;
                }
                if (const auto ready = worker_ready(event->body)) {
                    if (Status fits = check(*ready); !fits) return fits;
                    if (Status opened = open_folder(); !opened) return opened;
                    is_ready = true;
                    if (std::exchange(is_connected_before_, true))
                        notes_("connected to " + target_.host + " again");
                } else if (const auto answer = host_request_taken(event->body)) {
                    requests_.taken(*answer);
                } else if (auto ended = host_ended(event->body)) {
                    end_ = std::move(ended);
                } else if (Status taken = take(*event); !taken) {
                    return taken;
                }
            }
            if (is_ready && control_.stop_requested() && !std::exchange(stop_sent, true))
                send(RunFinished{RunOutcome::cancelled, {}, {}});
            if (is_ready && !stop_sent)
                for (const HostRequest& request : requests_.more()) send(to_body(request));
            if (!is_ready && control_.stop_requested()) break;
        }
        if (end_) return done();
        const ChildEnd& how = trouble.empty() ? (*child)->wait() : (*child)->kill();
        if (!is_ready && how.signal == 0 && how.code == no_such_program)
            return Error{ErrorKind::no_input,
                         fmt::format("{} has no {}: {}", clean_text(target_.host),
                                     clean_text(target_.program), how.tail)};
        if (!is_connected_before_ && !control_.stop_requested())
            return Error{ErrorKind::no_device,
                         fmt::format("{} cannot be reached: {} {}", clean_text(target_.host),
                                     target_.ssh.front(), how.text())};
        // Said once, not at every attempt that fails.
        if (is_ready || !is_told_)
            notes_(fmt::format("the connection to {} is lost ({}); the run goes on there",
                               target_.host,
                               trouble.empty() ? target_.ssh.front() + ' ' + how.text() : trouble));
        is_told_ = true;
        return done();
    }

    Status check(const WorkerReady& ready) const {
        const Provenance ours = local_provenance();
        const Provenance& theirs = ready.provenance;
        if (ready.protocol == host_protocol && theirs.program_version == ours.program_version &&
            theirs.git_revision == ours.git_revision)
            return done();
        return Error{ErrorKind::bad_data,
                     fmt::format("{} has slay-bench {} ({}); this is {} ({}): install the same "
                                 "there",
                                 clean_text(target_.host), theirs.program_version,
                                 theirs.git_revision.substr(0, 12), ours.program_version,
                                 ours.git_revision.substr(0, 12))};
    }

    Status take(const Event& event) {
        if (record_.started() && event.run != record_.run())
            return Error{ErrorKind::bad_data, clean_text(target_.host) + " sent another run"};
        if (!journal_ || event.seq <= record_.last_seq()) return done();
        if (Status written = journal_->append(event); !written) return written;
        record_.apply(event);
        if (sink_) sink_(event);
        return done();
    }

    bool wait(double seconds) const {
        const auto until =
            std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
        while (std::chrono::steady_clock::now() < until && !control_.stop_requested())
            std::this_thread::sleep_for(std::chrono::milliseconds(look_milliseconds));
        return !control_.stop_requested();
    }

    const SweepSpec& spec_;
    const HostTarget& target_;
    RunControl& control_;
    const RunOptions& options_;
    const EventSink& sink_;
    const HostNotes& notes_;
    HostRequests requests_;
    std::string token_;
    std::unique_ptr<FolderLock> lock_;
    std::unique_ptr<JournalWriter> journal_;
    RunRecord record_;
    std::optional<HostEnded> end_;
    bool is_connected_before_ = false, is_told_ = false;
};

}  // namespace

Result<RunRecord> run_on_host(const SweepSpec& spec, const HostTarget& target, RunControl& control,
                              const RunOptions& options, const EventSink& sink,
                              const HostNotes& notes) {
    return HostRunner(spec, target, control, options, sink, notes)();
}

std::string host_of_run(const std::string& folder) {
    const auto note = host_note(folder);
    return note ? text_member(*note, "host") : std::string();
}

}  // namespace slay
