// slay-bench submit: a sweep as an array job of Slurm.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/bench/command.h"
#include "app/bench/console.h"
#include "app/bench/exit_status.h"
#include "app/bench/preset_source.h"
#include "engine/core/data_folder.h"
#include "engine/core/journal.h"
#include "engine/core/shard.h"
#include "engine/core/time_stamp.h"
#include "engine/core/trusted_files.h"
#include "engine/core/units.h"
#include "engine/run/job_folder.h"
#include "engine/run/shell_quoted.h"
#include "engine/run/slurm_job.h"

namespace slay::bench {
namespace {

class SubmitCommand : public Command {
  public:
    SubmitCommand(CLI::App& program, std::vector<std::string> sbatch_options)
        : Command(program, "submit", "Run a preset on a Slurm cluster, as an array job") {
        job_.options = std::move(sbatch_options);
        preset_options_.add_to(options(), true);
        options()
            .add_option("--shards", job_.shards,
                        "Tasks: each measures its share of the sweep; the variants of one shape "
                        "stay together")
            ->check(CLI::Range(1, max_shards))
            ->type_name("N")
            ->required();
        options()
            .add_option("--out", out_, "The job's folder, on a file system that the nodes share")
            ->type_name("DIR");
        options()
            .add_option("--executor", executor_, "As of 'slay-bench run'")
            ->check(CLI::IsMember({"auto", "in-process", "worker"}))
            ->type_name("WHERE");
        options()
            .add_option("--trust", trusted_, "As of 'slay-bench run'")
            ->allow_extra_args(false)
            ->type_name("SHA256");
        options().add_flag("--write-only", write_only_,
                           "Write the job's folder and print the command that submits it");
        options().footer(
            "Example:\n"
            "  slay-bench submit latency --device cuda --shards 8 --out runs/job "
            "-- --gres=gpu:1 --time=30\n"
            "  slay-bench merge runs/job --out runs/whole\n\n"
            "What follows -- goes to sbatch. The window opens the job's folder while it runs.");
    }

    int execute() override;

  private:
    Result<SweepSpec> spec() const;

    PresetOptions preset_options_;
    SlurmJob job_;
    std::string out_, executor_ = "auto";
    std::vector<std::string> trusted_;
    bool write_only_ = false;
};

Result<SweepSpec> SubmitCommand::spec() const {
    const auto specs = load_presets(preset_options_);
    if (!specs) return specs.error();
    if (specs->size() != 1)
        return Error{ErrorKind::usage, "submit takes one preset; options of sbatch follow --"};
    if (const auto plan = make_plan(specs->front()); !plan) return plan.error();
    auto hashed = with_file_hashes(specs->front());
    if (!hashed) return hashed.error();
    for (const OwnFile& file : untrusted_files(*hashed, trusted_))
        return Error{ErrorKind::usage, clean_text(file.path) +
                                           " is somebody's code: allow it with --trust " +
                                           file.sha256};
    return hashed;
}

int SubmitCommand::execute() {
    auto swept = spec();
    if (!swept) return report(swept.error());
    if (out_.empty()) {
        auto made = new_run_folder(swept->name);
        if (!made) return report(made.error());
        out_ = std::move(*made);
    }
    std::error_code error;
    job_.name = swept->name;
    job_.folder = std::filesystem::absolute(out_, error).lexically_normal().string();
    if (job_.folder.ends_with('/')) job_.folder.pop_back();
    job_.program = std::filesystem::read_symlink("/proc/self/exe", error).string();
    job_.words = {"--executor", executor_};
    for (const OwnFile& file : own_files(*swept))
        job_.words.insert(job_.words.end(), {"--trust", file.sha256});

    JobNote job_note{job_.shards, {}, {}};
    if (Status begun = begin_job(job_.folder, *swept, job_note); !begun) return report(begun.error());
    if (Status written = write_file_atomically(job_.folder + "/job.sbatch", sbatch_script(job_));
        !written)
        return report(written.error());
    if (write_only_) {
        std::string line;
        for (const std::string& word : sbatch_words(job_))
            line += (line.empty() ? "" : " ") + shell_quoted(word);
        print(line + '\n');
        return exit_all_measured;
    }
    const auto id = submit(job_);
    if (!id) return report(id.error());
    job_note.slurm_id = *id;
    job_note.submitted = utc_now();
    if (Status written = write_job_note(job_.folder, job_note); !written)
        return report(written.error());
    print(fmt::format("job {} with {} {}: {}\n", *id, job_.shards,
                      job_.shards == 1 ? "task" : "tasks", job_.folder));
    return exit_all_measured;
}

}  // namespace

std::unique_ptr<Command> make_submit_command(CLI::App& program,
                                             std::vector<std::string> sbatch_options) {
    return std::make_unique<SubmitCommand>(program, std::move(sbatch_options));
}

}  // namespace slay::bench
