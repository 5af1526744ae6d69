// How another host is reached: the system's ssh with its own configuration.
#pragma once

#include <string>

#include "engine/run/child_process.h"
#include "engine/run/executor.h"
#include "engine/run/host_run.h"

namespace slay {

// ssh to the host, to run `far` in its shell: no terminal, no questions; a dead connection is
// noticed within a minute.
ChildCommand ssh_command(const HostTarget& target, const std::string& far);

// Empty, or why these words cannot name a host ("-oProxyCommand=..." is an option of ssh).
std::string bad_host(const std::string& host);

struct HostAnswer {
    Provenance provenance;  // program and build there
    std::vector<DeviceInfo> devices;
};

// Starts a worker there, asks who it is and which devices it has, and ends it: seconds, in which
// the far LibTorch is loaded. Errors say what to do: it cannot be reached, has no slay-bench, or
// one of another version.
Result<HostAnswer> ask_host(const HostTarget& target, RunControl* control);

}  // namespace slay
