// slay-bench merge: several runs, such as the shards of one, as one run.
#include <fmt/format.h>

#include <filesystem>

#include "app/bench/command.h"
#include "app/bench/console.h"
#include "app/bench/exit_status.h"
#include "app/bench/run_folder.h"
#include "app/bench/run_summary.h"
#include "engine/core/journal.h"
#include "engine/core/merge_records.h"
#include "engine/core/record_events.h"
#include "engine/run/job_folder.h"
#include "exports/export_run.h"

namespace slay::bench {
namespace {

class MergeCommand : public Command {
  public:
    explicit MergeCommand(CLI::App& program)
        : Command(program, "merge", "Make one run of several, and say where they disagree") {
        options().add_option("DIR", folders_, "The runs' folders")->required();
        options()
            .add_option("--out", out_, "The folder of the new run")
            ->type_name("DIR")
            ->required();
        options().footer(
            "Example:\n"
            "  slay-bench merge runs/shard-1 runs/shard-2 --out runs/whole\n"
            "  slay-bench merge runs/job --out runs/whole      # the folder of 'submit'\n\n"
            "Of a point that several have measured the last one's figures are kept; each point on "
            "which\nthey disagree is named. Exit code 3: there is such a point.");
    }

    int execute() override;

  private:
    Result<std::vector<RunRecord>> read();
    Result<RunRecord> write(const RunRecord& merged) const;

    std::vector<std::string> folders_, conflicts_;
    std::string out_;
};

Result<std::vector<RunRecord>> MergeCommand::read() {
    std::vector<RunRecord> records;
    for (const std::string& folder : folders_) {
        if (is_job_folder(folder)) {
            auto job = read_job(folder);
            if (!job) return job.error();
            for (const std::string& line : job->skipped)
                note(folder + ": journal: " + line + " was skipped");
            if (job->finished < job->note.shards)
                note(fmt::format("{}: {} of {} shards have begun and {} are finished; the rest of "
                                 "the sweep is left open",
                                 folder, job->begun, job->note.shards, job->finished));
            conflicts_.insert(conflicts_.end(), job->conflicts.begin(), job->conflicts.end());
            records.push_back(std::move(job->record));
            continue;
        }
        auto content = read_journal(folder);
        if (!content) return content.error();
        for (const std::string& line : content->skipped)
            note(folder + ": journal: " + line + " was skipped");
        records.push_back(std::move(content->record));
    }
    return records;
}

// As a journal, and what that gives when it is read.
Result<RunRecord> MergeCommand::write(const RunRecord& merged) const {
    const auto folder = choose_run_folder(out_, "merged", false);
    if (!folder) return folder.error();
    const auto lock = FolderLock::take(out_);
    if (!lock) return lock.error();
    const auto journal = JournalWriter::open(out_);
    if (!journal) return journal.error();
    for (const Event& event : record_events(merged))
        if (Status written = (*journal)->append(event); !written) return written.error();
    auto content = read_journal(out_);
    if (!content) return content.error();
    if (Status written = write_file_below(out_, "artifacts/benchmark_results.json",
                                          results_text(content->record));
        !written)
        return written.error();
    return std::move(content->record);
}

int MergeCommand::execute() {
    const auto records = read();
    if (!records) return report(records.error());
    const auto merged = merge_records(*records);
    if (!merged) return report(merged.error());
    const auto record = write(*merged);
    if (!record) return report(record.error());
    const auto files = export_all(*record, out_, [](auto...) { return true; });
    if (!files) return report(files.error());
    std::vector<std::string> conflicts = merge_conflicts(*records, folders_);
    conflicts.insert(conflicts.end(), conflicts_.begin(), conflicts_.end());
    for (const std::string& conflict : conflicts) note("conflict: " + conflict);
    RunSummary summary{out_, *files, 0};
    print(summary_text(*record, summary));
    return conflicts.empty() ? exit_all_measured : exit_some_failed;
}

}  // namespace

std::unique_ptr<Command> make_merge_command(CLI::App& program) {
    return std::make_unique<MergeCommand>(program);
}

}  // namespace slay::bench
