// A sweep as an array job of Slurm: one task a shard, each a run of its own that a requeued task
// goes on with.
#pragma once

#include <string>
#include <vector>

#include "engine/core/result.h"

namespace slay {

struct SlurmJob {
    std::string name;                   // of the sweep
    std::string folder;                 // absolute (job_folder.h)
    std::string program;                // slay-bench, on the nodes too
    int shards = 1;
    std::vector<std::string> words;     // more arguments of its `run`
    std::vector<std::string> options;   // the user's, for sbatch
    std::string sbatch = "sbatch";
};

// What sbatch is given: every word quoted for the shell.
std::string sbatch_script(const SlurmJob& job);
std::vector<std::string> sbatch_words(const SlurmJob& job);  // the command that submits it

// Submits JOB/job.sbatch. Gives Slurm's id. Errors: no sbatch here, or what it said.
Result<std::string> submit(const SlurmJob& job);

}  // namespace slay
