// slay-bench export: a saved run's tables, figures and results, written anew. Loads no LibTorch.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/bench/command.h"
#include "app/bench/console.h"
#include "app/bench/exit_status.h"
#include "engine/core/journal.h"
#include "exports/export_run.h"

namespace slay::bench {
namespace {

class ExportCommand : public Command {
  public:
    explicit ExportCommand(CLI::App& program)
        : Command(program, "export", "Write a saved run's tables, figures and results") {
        options().add_option("DIR", run_, "A run's folder, or its journal")->required();
        options()
            .add_option("--out", out_, "The folder to write into; else the run's own")
            ->type_name("DIR");
        options().add_flag("--json", json_, "Print a JSON object with the files' paths");
        options().footer(
            "Example:\n"
            "  slay-bench export runs/latency --out paper\n\n"
            "The same run gives the same bytes.");
    }

    int execute() override {
        const auto content = read_journal(run_);
        if (!content) return report(content.error());
        for (const std::string& line : content->skipped) note("journal: " + line);

        const std::string folder = out_.empty() ? folder_of_run() : out_;
        const auto files = export_all(content->record, folder);
        if (!files) return report(files.error());
        if (json_) {
            print_json({{"run", content->record.run()},
                        {"folder", folder},
                        {"files", *files},
                        {"journal_lines_skipped", content->skipped}});
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
        if (std::filesystem::is_directory(run_, error)) return run_;
        const auto parent = std::filesystem::path(run_).parent_path();
        return parent.empty() ? "." : parent.string();
    }

    std::string run_, out_;
    bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_export_command(CLI::App& program) {
    return std::make_unique<ExportCommand>(program);
}

}  // namespace slay::bench
