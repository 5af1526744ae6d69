// Plan -> events: journal first, then whoever watches.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/core/journal.h"
#include "engine/core/run_record.h"
#include "engine/core/shard.h"
#include "engine/run/executor.h"
#include "engine/run/run_control.h"

namespace slay {

struct RunOptions {
    std::string folder;          // the run's folder; created
    bool resume = false;         // finish what the folder's journal leaves open
    bool allow_foreign = false;  // resume on another device or build, labelled
    Shard shard = {};            // the part of the plan that is measured here
    // SHA-256 of files with somebody's code that may run, beside those in the user's store
    // (trusted_files.h).
    std::vector<std::string> trusted = {};
};

// Called on the runner's thread with every event, after it is in the journal.
using EventSink = std::function<void(const Event&)>;

// Runs a spec to its end: locks the folder, journals, skips the larger L of a variant after an
// out-of-memory, survives failing points, and writes artifacts/benchmark_results.json (also when
// stopped). Foreseeable failures (folder locked, journal of another run, foreign device) are
// errors, as are files of the user's own that nobody allowed, or that would run in this process; a full disk ends the run with what was recorded kept. The record holds every event.
Result<RunRecord> run_spec(const SweepSpec& spec, Executor& executor, RunControl& control,
                           const RunOptions& options, const EventSink& sink);

// The spec that a run folder's journal holds: what --resume without a preset runs.
Result<SweepSpec> spec_of_run(const std::string& folder);

}  // namespace slay
