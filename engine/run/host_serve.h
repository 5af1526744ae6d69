// The far side of a run on another host (host_protocol.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/core/result.h"

namespace slay {

struct HostRun {
    std::string token;               // names the run's folder here
    std::uint64_t from = 0;          // the near side has all lines up to this one
    std::size_t requests = 0;        // that it sends after the preset: waited for
    std::string program;             // slay-bench, to run
    std::vector<std::string> words;  // more arguments of its `run`
    int input = 0, output = 1;
};

// Begins the run where it has not begun, goes on with it where it was broken off or where more
// points are asked for, and sends its journal until it ends. Returns early when the input ends: the
// connection is gone, the run goes on. The run's folder is RUNS/from-elsewhere/TOKEN.
Status serve_host_run(const HostRun& run);

}  // namespace slay
