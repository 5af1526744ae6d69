// slay-bench export: a saved run's tables, figures and results, written anew. Loads no LibTorch.
#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "app/bench/command.h"
#include "app/bench/console.h"
#include "app/bench/exit_status.h"
#include "app/bench/paper_options.h"
#include "engine/core/journal.h"
#include "engine/core/merge_records.h"
#include "exports/export_run.h"
#include "exports/paper_export.h"

namespace slay::bench {
namespace {

class ExportCommand : public Command {
  public:
    explicit ExportCommand(CLI::App& program)
        : Command(program, "export", "Write saved runs' tables, figures and results") {
        options()
            .add_option("DIR", runs_, "A run's folder, or its journal; several become one export")
            ->required();
        options()
            .add_option("--out", out_,
                        "The folder to write into; else the run's own. Several runs need one")
            ->type_name("DIR");
        options().add_flag("--json", json_, "Print a JSON object with the files' paths");
        paper_.add_to(options());
        options().footer(
            "Example:\n"
            "  slay-bench export runs/latency runs/max-context --out paper\n"
            "  slay-bench export runs/latency --out paper --venue neurips --formats "
            "pdf,pgfplots,tex "
            "--report\n\n"
            "The same runs give the same bytes. Several runs have to be of one device; of a point\n"
            "that two of them measured, the later one stands.");
    }

    int execute() override {
        if (runs_.size() > 1 && out_.empty())
            return report({ErrorKind::usage, "several runs need --out DIR to write into"});
        std::vector<RunRecord> records;
        std::vector<std::string> skipped;
        for (const std::string& run : runs_) {
            auto content = read_journal(run);
            if (!content) return report(content.error());
            for (const std::string& line : content->skipped) note("journal: " + line);
            skipped.insert(skipped.end(), content->skipped.begin(), content->skipped.end());
            records.push_back(std::move(content->record));
        }
        auto record =
            records.size() == 1 ? Result<RunRecord>(records.front()) : merge_records(records);
        if (!record) return report(record.error());

        const std::string folder = out_.empty() ? folder_of_run() : out_;
        if (paper_.given()) return for_paper(std::move(*record), records, folder, skipped);
        const auto files = export_all(*record, folder);
        if (!files) return report(files.error());
        say(*record, folder, *files, skipped, {});
        return exit_all_measured;
    }

  private:
    int for_paper(RunRecord record, std::vector<RunRecord>& records, const std::string& folder,
                  const std::vector<std::string>& skipped) {
        auto choice = paper_.choice();
        if (!choice) return report(choice.error());
        std::vector<std::shared_ptr<const RunRecord>> runs;
        if (records.size() > 1)
            for (RunRecord& each : records)
                runs.push_back(std::make_shared<const RunRecord>(std::move(each)));
        const auto plan = PaperPlan::make(std::make_shared<const RunRecord>(std::move(record)),
                                          std::move(*choice), std::move(runs));
        if (!plan) return report(plan.error());
        const PaperJobs jobs = paper_jobs(std::make_shared<const PaperPlan>(*plan));
        const auto files = export_paper(jobs, folder);
        if (!files) return report(files.error());
        for (const std::string& text : jobs.outcome->notes) note(text);
        const PaperCheck& check = jobs.outcome->check;
        say(plan->whole(), folder, *files, skipped, {{"check", to_json(check)}});
        if (!json_ && check.failed()) {
            std::istringstream lines(check_text(check));
            for (std::string line; std::getline(lines, line);) note(line);
        }
        if (!json_ && !check.files.empty() && !check.failed())
            note(fmt::format("the check of {} PDF files found nothing", check.files.size()));
        return check.failed() && paper_.check_asked() ? exit_some_failed : exit_all_measured;
    }

    // The files on standard output, one a line or as JSON with `more`.
    void say(const RunRecord& record, const std::string& folder,
             const std::vector<std::string>& files, const std::vector<std::string>& skipped,
             const nlohmann::ordered_json& more) const {
        if (json_) {
            nlohmann::ordered_json json = {{"run", record.run()},
                                           {"folder", folder},
                                           {"files", files},
                                           {"journal_lines_skipped", skipped}};
            if (more.is_object()) json.update(more);
            print_json(json);
            return;
        }
        for (const std::string& file : files)
            print((std::filesystem::path(folder) / file).string() + "\n");
    }

    std::string folder_of_run() const {
        std::error_code error;
        const std::string& run = runs_.front();
        if (std::filesystem::is_directory(run, error)) return run;
        const auto parent = std::filesystem::path(run).parent_path();
        return parent.empty() ? "." : parent.string();
    }

    std::vector<std::string> runs_;
    std::string out_;
    PaperOptions paper_;
    bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_export_command(CLI::App& program) {
    return std::make_unique<ExportCommand>(program);
}

}  // namespace slay::bench
