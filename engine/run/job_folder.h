// The folder of a sweep that several tasks measure, each a shard of it (engine/core/shard.h):
//
//   JOB/preset.json   what is measured       JOB/job.sbatch    what Slurm runs
//   JOB/job.json      shards, Slurm's id     JOB/shard-N/      the run of task N
//                                            JOB/shard-N.log   what it said
#pragma once

#include <string>
#include <vector>

#include "engine/core/run_record.h"
#include "engine/core/sweep_spec.h"

namespace slay {

struct JobNote {
    int shards = 0;
    std::string slurm_id;   // empty: not submitted
    std::string submitted;  // ISO 8601, UTC
};

// Writes preset.json and job.json. Errors: the folder holds something already, or cannot be
// written.
Status begin_job(const std::string& folder, const SweepSpec& spec, const JobNote& note);
Status write_job_note(const std::string& folder, const JobNote& note);
Result<JobNote> read_job_note(
    const std::string& folder);  // error: there is none, or it is of no job

bool is_job_folder(const std::string& folder);

struct JobContent {
    RunRecord record;  // of the whole sweep: what no task has measured is pending
    JobNote note;
    int begun = 0, finished = 0;       // shards with a journal, and those that ran to their end
    std::vector<std::string> skipped;  // lines of journals that are damaged
    std::vector<std::string> conflicts;
    std::uint64_t bytes = 0;  // of all journals: whether there is anything new
};

// All shards as far as they are. Before the first has begun the record holds the plan alone.
// Errors: it is no job's folder, its preset is none, or the tasks measured on different devices.
Result<JobContent> read_job(const std::string& folder);

// Bytes of the journals of a job or a run, to see without reading whether there is more.
std::uint64_t journal_bytes(const std::string& folder);

}  // namespace slay
