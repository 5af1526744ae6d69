// slay-bench findings: what saved runs say of the claims that are expected of them. Loads no
// LibTorch.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/bench/command.h"
#include "app/bench/console.h"
#include "app/bench/exit_status.h"
#include "app/bench/findings_text.h"
#include "engine/core/journal.h"
#include "engine/core/units.h"

namespace slay::bench {
namespace {

class FindingsCommand : public Command {
  public:
    explicit FindingsCommand(CLI::App& program)
        : Command(program, "findings", "Judge the expected findings by saved runs") {
        options().add_option("DIR", runs_, "Folders of runs, or their journals")->required();
        options()
            .add_option("--set", set_,
                        "paper: the paper's expected findings; kernel-speed: how fast the kernels "
                        "are; all: both")
            ->type_name("NAME");
        options().add_flag("--json", json_, "Print a JSON array with an object for each set");
        options().footer(
            "Example:\n"
            "  slay-bench findings runs/latency runs/max-context\n\n"
            "Each finding is supported, refuted or inconclusive: the whole interval of its ratio\n"
            "is where it is expected, none of it is, or anything else. Both sides of a ratio come\n"
            "from one run. The exit code is 0 whatever the answers are.");
    }

    int execute() override {
        std::vector<RunRecord> records;
        for (const std::string& run : runs_) {
            auto content = read_journal(run);
            if (!content) return report(content.error());
            for (const std::string& line : content->skipped) note("journal: " + line);
            records.push_back(std::move(content->record));
        }
        std::vector<const RunRecord*> all;
        for (const RunRecord& record : records) all.push_back(&record);
        if (set_ != "all" && !find_finding_set(set_))
            return report({ErrorKind::usage,
                           "--set " + clean_text(set_) + ": expected paper, kernel-speed or all"});
        auto json = nlohmann::ordered_json::array();
        for (const JudgedSet& judged : judge_all(all)) {
            if (set_ != "all" && judged.set->id != set_) continue;
            if (json_)
                json.push_back(findings_json(judged));
            else
                print(findings_text(judged) + reasons_text(judged) + "\n");
        }
        if (json_) print_json(json);
        return exit_all_measured;
    }

  private:
    // What else is to know of the checks that have a figure.
    static std::string reasons_text(const JudgedSet& judged) {
        std::string text;
        for (const FindingAnswer& answer : judged.answers)
            for (const CheckAnswer& check : answer.checks)
                if (!check.reason.empty() && check.figure)
                    text += fmt::format("    {}, {}: {}\n", answer.finding->id, check.check->label,
                                        clean_text(check.reason));
        return text.empty() ? text : "  Notes\n" + text;
    }

    std::vector<std::string> runs_;
    std::string set_ = "paper";
    bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_findings_command(CLI::App& program) {
    return std::make_unique<FindingsCommand>(program);
}

}  // namespace slay::bench
