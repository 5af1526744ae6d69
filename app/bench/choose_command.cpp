// slay-bench choose: which variant, which budget, at what length, from a saved run. Loads no
// LibTorch.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/bench/command.h"
#include "app/bench/console.h"
#include "app/bench/exit_status.h"
#include "app/bench/text_table.h"
#include "engine/core/results_reader.h"
#include "engine/core/units.h"
#include "exports/advice/case_answer.h"

namespace slay::bench {
namespace {

class ChooseCommand : public Command {
  public:
    explicit ChooseCommand(CLI::App& program)
        : Command(program, "choose", "Say which variant and budget a saved run speaks for") {
        options()
            .add_option("RUN", path_, "A run's folder, its journal or its results file")
            ->required();
        options()
            .add_option("--length", question_.length, "L in tokens; else the longest measured")
            ->check(CLI::PositiveNumber);
        options()
            .add_option("--case", question_.panel,
                        "Which pass and data type, such as forward_bfloat16; else the run's first")
            ->type_name("NAME");
        options()
            .add_option("--error", error_,
                        "The relative L2 against exact Yat that a linearised form may have")
            ->check(CLI::PositiveNumber);
        options()
            .add_option("--memory", memory_, "The peak memory of one pass that there is, in MB")
            ->check(CLI::PositiveNumber);
        options().add_flag("--json", json_, "Print a JSON object");
        options().footer(
            "Example:\n"
            "  slay-bench choose presets/reference-runs/h100-suite-quick --length 16384\n\n"
            "Figures with ~ are read between two lengths that were measured; nothing is\n"
            "predicted. A length beyond those measured is not answered.");
    }

    int execute() override {
        auto content = read_run(path_);
        if (!content) return report(content.error());
        for (const std::string& line : content->skipped) note(path_ + ": " + line);
        if (error_ > 0) question_.most_error = error_;
        if (memory_ > 0) question_.most_mb = memory_;
        const CaseAnswer answer = answer_case(content->record, question_);
        if (!question_.panel.empty() && answer.panel.id != question_.panel)
            return report(
                {ErrorKind::usage, fmt::format("--case {}: the run has {}",
                                               clean_text(question_.panel, 80), cases_of(answer))});
        if (json_)
            print_json(case_json(answer));
        else
            print(text_of(answer));
        return flush_output(exit_all_measured);
    }

  private:
    static std::string cases_of(const CaseAnswer& answer) {
        std::string out;
        for (const Panel& each : answer.cases)
            out += (out.empty() ? "" : ", ") + (each.id.empty() ? "one case only" : each.id);
        return out.empty() ? "no latency" : out;
    }

    static std::string text_of(const CaseAnswer& answer) {
        std::string out = answer.device;
        if (!answer.panel.label.empty()) out += ", " + answer.panel.label;
        if (answer.length > 0) out += ", L = " + format_count(answer.length);
        out += '\n';
        for (const std::string& sentence : answer.sentences) out += "  " + sentence + '\n';
        if (!answer.rows.empty()) out += '\n' + table_of(answer);
        for (const std::string& each : answer.notes) out += "  " + each + '\n';
        return out;
    }

    static std::string table_of(const CaseAnswer& answer) {
        TextTable table;
        table.add_column("variant");
        table.add_column("ms", Align::right);
        table.add_column("x fused", Align::right);
        table.add_column("verdict");
        table.add_column("peak MB", Align::right);
        table.add_column("error", Align::right);
        table.add_column("perplexity", Align::right);
        table.add_column("faster than fused softmax");
        table.add_column("out");
        for (const CaseRow& row : answer.rows)
            table.add_row({clean_text(row.label, 60), figure_text(row.latency),
                           figure_text(row.speedup), std::string(to_string(row.speed)),
                           figure_text(row.memory), figure_text(row.error),
                           row.perplexity ? format_number(row.perplexity->value, 4) : "",
                           break_even_text(answer, row), row.out});
        return table.to_text("  ");
    }

    std::string path_;
    CaseQuestion question_;
    double error_ = 0, memory_ = 0;
    bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_choose_command(CLI::App& program) {
    return std::make_unique<ChooseCommand>(program);
}

}  // namespace slay::bench
