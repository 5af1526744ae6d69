// The near side of a run on another host (host_protocol.h): its journal is copied here line by
// line, so that the folder here is that of a run like any other.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/run/runner.h"

namespace slay {

struct HostTarget {
    std::string host;                     // as ssh knows it: a name, an alias, user@name
    std::string program = "slay-bench";   // there
    std::vector<std::string> words;       // more arguments of its `run`, such as --executor worker
    std::vector<std::string> ssh{"ssh"};  // and its options
    double longest_pause = 30;            // between two attempts to connect again, in seconds
};

// What is said beside the events: a connection lost, a connection found again.
using HostNotes = std::function<void(const std::string&)>;

// Runs a spec on a host to its end, or follows the one that runs there already (options.resume).
// A connection that is cut is made again and goes on from the last line that came; the far run does
// not notice. Requests in the folder here are sent there, and what they ask for comes back in the
// journal's lines. A stop asks the far run to stop. Errors: the host cannot be reached at first,
// its slay-bench is of another version, the folder here cannot be written, what the far run ended
// on.
Result<RunRecord> run_on_host(const SweepSpec& spec, const HostTarget& target, RunControl& control,
                              const RunOptions& options, const EventSink& sink,
                              const HostNotes& notes);

// The host that a run's folder was measured on; empty for a run of this machine.
std::string host_of_run(const std::string& folder);

}  // namespace slay
