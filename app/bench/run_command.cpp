// slay-bench run: measures presets, then writes their tables and figures.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/bench/command.h"
#include "app/bench/console.h"
#include "app/bench/exit_status.h"
#include "app/bench/interrupt.h"
#include "app/bench/preset_source.h"
#include "app/bench/progress.h"
#include "app/bench/run_folder.h"
#include "app/bench/run_summary.h"
#include "engine/core/own_variant.h"
#include "engine/run/executor_choice.h"
#include "engine/run/host_run.h"
#include "engine/run/runner.h"
#include "exports/export_run.h"

namespace slay::bench {
namespace {

struct Job {
    SweepSpec spec;
    RunFolder folder;
};

class RunCommand : public Command {
  public:
    explicit RunCommand(CLI::App& program)
        : Command(program, "run", "Measure presets; write their results, tables and figures") {
        preset_options_.add_to(options(), false);
        options()
            .add_option("--out", out_,
                        "The run's folder (with several presets: a folder for each in it); else "
                        "one in the user's data folder")
            ->type_name("DIR");
        options().add_flag("--resume", resume_,
                           "Finish the run in --out DIR: nothing is measured twice");
        options().add_flag("--allow-foreign", allow_foreign_,
                           "Let --resume go on with another device or build; it is recorded");
        options()
            .add_option("--executor", executor_,
                        "Where points are measured: in-process; in a worker, a process whose death "
                        "costs one point; auto: GPUs in workers, the CPU in-process")
            ->check(CLI::IsMember({"auto", "in-process", "worker"}))
            ->type_name("WHERE");
        options()
            .add_option("--point-limit", point_limit_,
                        "End a worker whose point takes longer; else 50 times what is predicted, "
                        "5 minutes at least")
            ->check(CLI::PositiveNumber)
            ->type_name("SECONDS");
        options()
            .add_option("--shard", shard_,
                        "Measure one part of the sweep, such as 3/8; 'merge' puts the parts "
                        "together")
            ->type_name("I/N");
        options()
            .add_option("--trust", trusted_,
                        "Let a file of somebody's code run (in a worker) whose SHA-256 is this")
            ->allow_extra_args(false)
            ->type_name("SHA256");
        options()
            .add_option("--on", host_.host,
                        "Measure on another machine, reached through ssh: a host's name, an alias "
                        "of your ssh configuration, or user@name")
            ->type_name("HOST")
            ->excludes("--shard");
        options()
            .add_option("--host-program", host_.program,
                        "slay-bench there, where it is not in PATH")
            ->needs("--on")
            ->type_name("PATH");
        options()
            .add_option("--ssh-config", ssh_config_, "A configuration file of ssh, not your own")
            ->type_name("FILE");
        options().add_flag("--json", json_, "Print a JSON array with an object for each run");
        options().footer(
            "Example:\n"
            "  slay-bench run latency --device cuda --out runs/latency "
            "--set /sweep/lengths=[1024,4096]\n\n"
            "Exit code 0: every point was measured (or its variant does not support it);\n"
            "3: some were not, for the reasons printed; 130: interrupted, go on with --resume.");
    }

    int execute() override;

  private:
    Result<std::vector<Job>> make_jobs() const;
    Result<SweepSpec> spec_to_resume() const;
    // Without an executor the run is on host_.
    int run_job(const Job& job, Executor* executor, RunControl& control);
    int run_jobs(const std::vector<Job>& jobs, Executor* executor, RunControl& control);
    void complete_host();

    PresetOptions preset_options_;
    std::string out_;
    HostTarget host_;
    std::string ssh_config_;
    std::string executor_ = "auto";
    double point_limit_ = 0;
    std::string shard_;
    std::vector<std::string> trusted_;
    bool resume_ = false, allow_foreign_ = false, json_ = false;
    nlohmann::ordered_json summaries_ = nlohmann::ordered_json::array();
};

Result<SweepSpec> RunCommand::spec_to_resume() const {
    if (!preset_options_.settings.empty()) {
        return Error{ErrorKind::usage, "a run is resumed as it was begun, without --set"};
    }
    auto spec = spec_of_run(out_);
    if (!spec) return spec.error();
    return with_options(std::move(spec).value(), preset_options_);
}

Result<std::vector<Job>> RunCommand::make_jobs() const {
    if (resume_ && out_.empty()) {
        return Error{ErrorKind::usage, "--resume needs the run's folder: --out DIR"};
    }
    std::vector<SweepSpec> specs;
    if (!preset_options_.presets.empty()) {
        auto loaded = load_presets(preset_options_);
        if (!loaded) return loaded.error();
        specs = std::move(loaded).value();
    } else if (resume_) {
        auto spec = spec_to_resume();
        if (!spec) return spec.error();
        specs.push_back(std::move(spec).value());
    } else {
        return Error{ErrorKind::usage, "run needs a preset; 'slay-bench list presets' names them"};
    }
    std::vector<Job> jobs;
    for (const SweepSpec& spec : specs) {
        // What no device could run is refused before the engine is loaded.
        if (const auto plan = make_plan(spec); !plan) return plan.error();
        std::string folder = out_;
        if (!out_.empty() && specs.size() > 1) {
            folder = (std::filesystem::path(out_) / spec.name).string();
            for (const Job& job : jobs) {
                if (job.folder.path == folder) {
                    return Error{ErrorKind::usage,
                                 "two presets are named '" + spec.name + "': run them apart"};
                }
            }
        }
        auto chosen = choose_run_folder(folder, spec.name, resume_);
        if (!chosen) return chosen.error();
        jobs.push_back({spec, std::move(chosen).value()});
    }
    return jobs;
}

void RunCommand::complete_host() {
    if (host_.host.empty() && resume_) host_.host = host_of_run(out_);
    if (!ssh_config_.empty()) host_.ssh.insert(host_.ssh.end(), {"-F", ssh_config_});
    host_.words = {"--executor", executor_};
    for (const std::string& hash : trusted_)
        host_.words.insert(host_.words.end(), {"--trust", hash});
    if (point_limit_ > 0)
        host_.words.insert(host_.words.end(), {"--point-limit", std::to_string(point_limit_)});
}

int RunCommand::run_job(const Job& job, Executor* executor, RunControl& control) {
    const auto start = std::chrono::steady_clock::now();
    const RunOptions run_options{job.folder.path, job.folder.resume, allow_foreign_,
                                 shard_.empty() ? Shard{} : *parse_shard(shard_), trusted_};
    Result<RunRecord> record = [&] {
        Progress progress(job.spec.name, errors_go_to_terminal());
        if (job.folder.resume) {
            if (const auto content = read_journal(job.folder.path)) {
                for (const std::string& line : content->skipped) note("journal: " + line);
                progress.continue_from(content->record);
            }
        }
        const EventSink sink = [&](const Event& event) { progress.show(event); };
        if (executor) return run_spec(job.spec, *executor, control, run_options, sink);
        return run_on_host(job.spec, host_, control, run_options, sink, note);
    }();
    if (!record) return report(record.error());

    RunSummary summary{job.folder.path, {"artifacts/benchmark_results.json"}, 0};
    int code = all_measured(*record) ? exit_all_measured : exit_some_failed;
    if (record->outcome() == RunOutcome::failed)
        note("the run ended: " + record->reason() +
             "; finish with: slay-bench run --resume --out " + job.folder.path);
    if (InterruptGuard::interrupted()) {
        note("interrupted; finish with: slay-bench run --resume --out " + job.folder.path);
        code = exit_interrupted;
    } else {
        const auto files = export_all(*record, job.folder.path,
                                      [](auto...) { return !InterruptGuard::interrupted(); });
        if (!files) {
            code = report(files.error());
        } else {
            summary.files = *files;
        }
    }
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    summary.seconds = elapsed.count();
    if (json_) {
        summaries_.push_back(summary_json(*record, summary));
    } else {
        print(summary_text(*record, summary));
    }
    return code;
}

int RunCommand::execute() {
    const auto jobs = make_jobs();
    if (!jobs) return report(jobs.error());

    if (!shard_.empty() && !parse_shard(shard_))
        return report({ErrorKind::usage, "--shard takes a part of how many, such as 3/8"});
    RunControl control;
    const InterruptGuard guard(control);
    complete_host();
    if (!host_.host.empty()) return run_jobs(*jobs, nullptr, control);
    WorkerLimits limits;
    limits.point_seconds = point_limit_;
    ExecutorChoice choice = *parse_executor_choice(executor_);
    const bool own = std::any_of(jobs->begin(), jobs->end(),
                                 [](const Job& job) { return !own_files(job.spec).empty(); });
    if (own && choice == ExecutorChoice::automatic) choice = ExecutorChoice::worker;
    const auto executor = make_executor(choice, limits);
    if (!executor) return report(executor.error());
    return run_jobs(*jobs, executor->get(), control);
}

int RunCommand::run_jobs(const std::vector<Job>& jobs, Executor* executor, RunControl& control) {
    // A run that fails does not keep the next from its turn; the worst code is the program's.
    int code = exit_all_measured;
    for (const Job& job : jobs) {
        if (control.stop_requested()) break;
        code = std::max(code, run_job(job, executor, control));
    }
    if (InterruptGuard::interrupted()) code = exit_interrupted;
    if (json_) print_json(summaries_);
    return code;
}

}  // namespace

std::unique_ptr<Command> make_run_command(CLI::App& program) {
    return std::make_unique<RunCommand>(program);
}

}  // namespace slay::bench
