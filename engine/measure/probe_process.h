// The parent's half of the memory experiment on a CPU: a process of its own that measures one point
// after another, so that nothing else is in its resident set and its death costs one point.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/run/child_process.h"
#include "engine/run/run_control.h"

namespace slay {

// The program and arguments of the child: `slay-bench memory-probe`, which answers each line on
// stdin with Executor::probe_memory on stdout until its input ends.
struct ProbeCommand {
    std::string program;
    std::vector<std::string> arguments{"memory-probe"};
};

// slay-bench beside the library of this engine, in the folder of installed programs, or beside the
// running program; empty when it is in none of them.
std::optional<ProbeCommand> find_probe_command();

struct ProbeAnswer {
    enum class Kind {
        answered,     // `text` is the child's line
        died,         // `text` says how, with the end of its messages
        timed_out,    // killed by us
        stopped,      // killed by us: a stop was requested
        not_started,  // `text` says why
    };
    Kind kind = Kind::not_started;
    std::string text;
    int signal = 0;  // that ended a child that died
};

class ProbeProcess {
  public:
    explicit ProbeProcess(ProbeCommand command) : command_(std::move(command)) {}
    ProbeProcess(const ProbeProcess&) = delete;
    ProbeProcess& operator=(const ProbeProcess&) = delete;

    // Sends one line and waits for one line. Starts the child when there is none. Looks at
    // `control` every few milliseconds.
    ProbeAnswer ask(const std::string& request, double timeout_seconds, const RunControl& control);

    // Ends the child, if there is one.
    void end() { child_.reset(); }

    pid_t pid() const { return child_ ? child_->pid() : -1; }

  private:
    ProbeAnswer death();

    ProbeCommand command_;
    std::unique_ptr<ChildProcess> child_;
};

}  // namespace slay
