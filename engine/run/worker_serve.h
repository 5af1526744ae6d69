// A worker's half: plans come in, events go out, until the input ends.
#pragma once

#include <functional>
#include <memory>

#include "engine/run/executor.h"

namespace slay {

struct WorkerStreams {
    int input = 0;
    int output = 1;
    double heartbeat_seconds = 0.5;
};

// Makes this process a good child: it dies with the thread that started it, is the first that the
// system ends when memory runs out, and what anything prints on standard output goes to standard
// error. Returns the descriptor of the real standard output; -1 where that cannot be had.
int become_worker();

// Serves until the input ends; then the process ends at once, whatever is in flight: nobody waits
// for it. Returns an exit code where the executor could not be made, with the reason on standard
// error. `make` runs on the calling thread, while heartbeats go out already.
int serve_worker(const std::function<Result<std::unique_ptr<Executor>>()>& make,
                 const WorkerStreams& streams);

}  // namespace slay
