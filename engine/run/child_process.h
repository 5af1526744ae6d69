// Another program as a child: its input, output and messages as pipes, and how it ended.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/result.h"

namespace slay {

struct ChildCommand {
    std::string program;                   // a path, or a name to look for in PATH
    std::vector<std::string> arguments;    // without the program's name
    std::vector<std::string> environment;  // "NAME=value", in place of the variable we have
};

struct ChildEnd {
    int signal = 0;      // that ended it, or 0
    int code = 0;        // its exit code, when no signal ended it
    bool stuck = false;  // it broke off, did not exit, and was killed for that
    std::string tail;    // the end of its standard error, cleaned

    // "was ended by signal 11 (Segmentation fault); its last messages: ..."
    std::string text() const;
};

// A child in a process group of its own: an interrupt at the terminal is for its parent to answer.
// It is spawned, never forked: CUDA may be in use here. One thread uses an object at a time.
class ChildProcess {
  public:
    static Result<std::unique_ptr<ChildProcess>> start(const ChildCommand& command);
    ~ChildProcess();  // ends it, and whatever it started in its group
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    pid_t pid() const { return pid_; }  // -1 once it was reaped

    // False: the child closed its input, or did not take the bytes within `seconds`.
    bool send(std::string_view bytes, double seconds);

    // Waits up to `milliseconds` for output and appends what is there. False: it came to its end.
    // Standard error is read on the way, so that a child which writes much there does not block.
    bool read(std::string& into, int milliseconds);

    bool has_exited() const;  // not reaped yet, or reaped

    // Kills it at once, and reaps it. What it wrote to standard error is kept.
    const ChildEnd& kill();

    // How it ended, for one whose output came to its end: it gets two seconds to exit by itself.
    const ChildEnd& wait();

  private:
    ChildProcess() = default;
    void read_messages();

    pid_t pid_ = -1;                                // until it was reaped
    int input_ = -1, output_ = -1, messages_ = -1;  // our ends of its stdin, stdout, stderr
    ChildEnd end_;
};

}  // namespace slay
