// slay-bench compare: saved runs side by side, with ratios to a baseline. Loads no LibTorch.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/bench/command.h"
#include "app/bench/console.h"
#include "app/bench/exit_status.h"
#include "app/bench/text_table.h"
#include "engine/core/results_reader.h"
#include "engine/core/units.h"
#include "exports/compare/compare_csv.h"
#include "exports/compare/run_comparison.h"
#include "exports/panels.h"

namespace slay::bench {
namespace {

std::string label_of(const std::string& path) {
    std::error_code error;
    const auto whole = std::filesystem::weakly_canonical(path, error);
    const auto& at = error ? std::filesystem::path(path) : whole;
    // A results file lies in its run's artifacts, or by itself under a name of its own.
    if (at.extension() == ".json" && at.parent_path().filename() != "artifacts")
        return clean_text(at.stem().string(), 80);
    if (at.extension() == ".json")
        return clean_text(at.parent_path().parent_path().filename().string(), 80);
    const bool journal = at.extension() == ".jsonl" || at.extension() == ".gz";
    return clean_text((journal ? at.parent_path() : at).filename().string(), 80);
}

bool holds(const std::vector<std::string>& list, const std::string& item) {
    return std::find(list.begin(), list.end(), item) != list.end();
}

std::string listed(const std::vector<std::string>& list) {
    std::string out;
    for (const std::string& each : list) out += (out.empty() ? "" : ", ") + each;
    return out;
}

class CompareCommand : public Command {
  public:
    explicit CompareCommand(CLI::App& program)
        : Command(program, "compare", "Set saved runs side by side, with ratios to a baseline") {
        options()
            .add_option("RUN", paths_, "Runs' folders, their journals or results files")
            ->required();
        options()
            .add_option("--baseline", baseline_,
                        "What ratios are formed with: one of the runs (its folder's name), or a "
                        "variant; else the first run, where there are several")
            ->type_name("NAME");
        options()
            .add_option("--experiment", experiment_, "Which experiment; else the first there is")
            ->type_name("NAME");
        options()
            .add_option("--metric", metric_, "Which metric; else the experiment's leading one")
            ->type_name("ID");
        options()
            .add_option("--filter", filter_,
                        "Only points that hold all these words, or meet conditions such as "
                        "'length>=1024 dtype=bfloat16 state=ok value<2'")
            ->type_name("WORDS");
        options()
            .add_option("--group", group_, "Sort by a parameter's id, by variant or by run")
            ->type_name("ID");
        options().add_flag("--json", json_, "Print a JSON array of rows");
        options().add_flag("--csv", csv_, "Print the rows as CSV");
        options().footer(
            "Example:\n"
            "  slay-bench compare runs/monday runs/tuesday --filter anchor\n\n"
            "A difference counts where the 99 % interval of the ratio lies beyond what two runs "
            "of\n"
            "the same program differ by: 2 % on a GPU, 5 % on a CPU; more where single samples\n"
            "spread more, and 0.1 ms between two runs whose time is the host's launches.");
    }

    int execute() override {
        for (const std::string& path : paths_) {
            auto content = read_run(path);
            if (!content) return report(content.error());
            for (const std::string& line : content->skipped) note(path + ": " + line);
            runs_.add(label_of(path), std::make_shared<RunRecord>(std::move(content->record)));
        }
        if (const Status chosen = choose(); !chosen) return report(chosen.error());
        const std::vector<std::size_t> rows = runs_.filtered(filter_, group_);
        if (rows.empty()) note("no point holds the words \"" + clean_text(filter_, 80) + '"');
        if (csv_)
            print(compare_csv(runs_, rows));
        else
            json_ ? print_rows_as_json(rows) : print(table_of(rows));
        return flush_output(exit_all_measured);
    }

  private:
    Status choose() {
        const std::vector<std::string> experiments = runs_.experiments();
        if (experiments.empty()) return Error{ErrorKind::bad_data, "these runs have no points"};
        if (experiment_.empty()) experiment_ = experiments.front();
        if (!holds(experiments, experiment_))
            return Error{ErrorKind::usage, fmt::format("no run has the experiment {}; there is {}",
                                                       experiment_, listed(experiments))};
        const std::vector<std::string> metrics = runs_.metrics(experiment_);
        if (metrics.empty())
            return Error{ErrorKind::bad_data, "no point of " + experiment_ + " was measured"};
        if (metric_.empty()) metric_ = metrics.front();
        if (!holds(metrics, metric_))
            return Error{ErrorKind::usage,
                         fmt::format("no point reports {}; there is {}", metric_, listed(metrics))};
        runs_.show(experiment_, metric_);
        return choose_baseline();
    }

    Status choose_baseline() {
        std::vector<std::string> labels, variants;
        for (const ComparedRun& run : runs_.runs()) labels.push_back(run.label);
        for (const RunComparison::Row& row : runs_.rows())
            if (!holds(variants, row.point->point.variant))
                variants.push_back(row.point->point.variant);
        if (baseline_.empty()) {
            if (labels.size() > 1) runs_.set_baseline({Baseline::Kind::run, 0, {}});
            return done();
        }
        const auto run = std::find(labels.begin(), labels.end(), baseline_);
        if (run != labels.end()) {
            const auto index = static_cast<std::size_t>(run - labels.begin());
            runs_.set_baseline({Baseline::Kind::run, index, {}});
        } else if (holds(variants, baseline_)) {
            runs_.set_baseline({Baseline::Kind::variant, 0, baseline_});
        } else {
            return Error{ErrorKind::usage,
                         fmt::format("the baseline {} is neither a run ({}) nor a variant ({})",
                                     baseline_, listed(labels), listed(variants))};
        }
        return done();
    }

    std::string table_of(const std::vector<std::size_t>& rows) const {
        const MetricInfo metric = metric_info(*runs_.runs().front().record, metric_);
        const std::vector<std::string> differing = runs_.differing(rows);
        const bool several = runs_.runs().size() > 1;
        const bool compared = runs_.baseline().kind != Baseline::Kind::none;
        TextTable table;
        if (several) table.add_column("run");
        table.add_column("variant");
        for (const std::string& id : differing) table.add_column(id);
        table.add_column(
            metric.unit.empty() ? metric.heading : metric.heading + " (" + metric.unit + ")",
            Align::right);
        if (compared)
            for (const char* head : {"ratio", "99 % interval"})
                table.add_column(head, Align::right);
        if (compared) table.add_column("verdict");
        for (const std::size_t i : rows) {
            const RunComparison::Row& row = runs_.rows()[i];
            const RecordedPoint& point = *row.point;
            std::vector<std::string> cells;
            if (several) cells.push_back(runs_.runs()[row.run].label);
            cells.push_back(clean_text(point.point.variant, 80));
            for (const std::string& id : differing) {
                const ParameterValue* value = point.point.parameters.find(id);
                cells.push_back(value ? clean_text(to_text(*value), 80) : "-");
            }
            cells.push_back(row.value ? format_number(row.value->value, metric.digits)
                                      : std::string(to_string(point.result.state)));
            if (compared) add_comparison(cells, row);
            table.add_row(std::move(cells));
        }
        return table.to_text();
    }

    void add_comparison(std::vector<std::string>& cells, const RunComparison::Row& row) const {
        const Compared found = runs_.against(row);
        const MetricValue& ratio = found.ratio;
        cells.push_back(ratio.value > 0 ? format_number(ratio.value, 4) : "");
        cells.push_back(ratio.low && ratio.high
                            ? format_number(*ratio.low, 4) + " .. " + format_number(*ratio.high, 4)
                            : "");
        cells.emplace_back(verdict_words(found.verdict, metric_));
    }

    void print_rows_as_json(const std::vector<std::size_t>& rows) const {
        nlohmann::ordered_json list = nlohmann::ordered_json::array();
        for (const std::size_t i : rows) {
            const RunComparison::Row& row = runs_.rows()[i];
            nlohmann::ordered_json parameters = nlohmann::ordered_json::object();
            for (const auto& [id, value] : row.point->point.parameters)
                std::visit([&, key = id](const auto& x) { parameters[key] = x; }, value);
            nlohmann::ordered_json json{
                {"run", runs_.runs()[row.run].label},          {"point", row.point->point.id},
                {"variant", row.point->point.variant},         {"parameters", parameters},
                {"state", to_string(row.point->result.state)}, {"metric", metric_}};
            if (row.value) json["value"] = row.value->value;
            const Compared found = runs_.against(row);
            if (found.ratio.value > 0) json["ratio"] = found.ratio.value;
            if (found.ratio.low) json["low"] = *found.ratio.low;
            if (found.ratio.high) json["high"] = *found.ratio.high;
            if (found.verdict != Verdict::unknown)
                json["verdict"] = verdict_words(found.verdict, metric_);
            list.push_back(std::move(json));
        }
        print_json(list);
    }

    std::vector<std::string> paths_;
    std::string baseline_, experiment_, metric_, filter_, group_;
    bool json_ = false, csv_ = false;
    RunComparison runs_;
};

}  // namespace

std::unique_ptr<Command> make_compare_command(CLI::App& program) {
    return std::make_unique<CompareCommand>(program);
}

}  // namespace slay::bench
