// slay-bench export: a saved run's tables, figures and results, written anew. Loads no LibTorch.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/bench/command.h"
#include "app/bench/console.h"
#include "app/bench/exit_status.h"
#include "engine/core/journal.h"
#include "engine/core/merge_records.h"
#include "exports/export_run.h"

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
        options().footer(
            "Example:\n"
            "  slay-bench export runs/latency runs/max-context --out paper\n\n"
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
        const auto record = records.size() == 1 ? Result<RunRecord>(std::move(records.front()))
                                                : merge_records(records);
        if (!record) return report(record.error());

        const std::string folder = out_.empty() ? folder_of_run() : out_;
        const auto files = export_all(*record, folder);
        if (!files) return report(files.error());
        if (json_) {
            print_json({{"run", record->run()},
                        {"folder", folder},
                        {"files", *files},
                        {"journal_lines_skipped", skipped}});
            return exit_all_measured;
        }
        for (const std::string& file : *files) {
            print((std::filesystem::path(folder) / file).string() + "\n");
        }
        return exit_all_measured;
    }

  private:
    std::string folder_of_run() const {
        std::error_code error;
        const std::string& run = runs_.front();
        if (std::filesystem::is_directory(run, error)) return run;
        const auto parent = std::filesystem::path(run).parent_path();
        return parent.empty() ? "." : parent.string();
    }

    std::vector<std::string> runs_;
    std::string out_;
    bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_export_command(CLI::App& program) {
    return std::make_unique<ExportCommand>(program);
}

}  // namespace slay::bench
