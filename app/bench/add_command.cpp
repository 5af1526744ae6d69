// slay-bench add: asks a run for more points, or for points to be measured again, while it goes on
// or after it ended. Loads no LibTorch.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/bench/command.h"
#include "app/bench/console.h"
#include "app/bench/exit_status.h"
#include "engine/core/journal.h"
#include "engine/core/plan_growth.h"
#include "engine/core/spec_settings.h"
#include "engine/core/units.h"
#include "engine/run/run_requests.h"

namespace slay::bench {
namespace {

class AddCommand : public Command {
  public:
    explicit AddCommand(CLI::App& program)
        : Command(program, "add", "Ask a run for more points, while it goes on or afterwards") {
        options().add_option("RUN", folder_, "The run's folder")->required();
        options()
            .add_option("--variant", variants_, "A variant more, at every shape of the run")
            ->type_name("NAME");
        options()
            .add_option("--like", like_,
                        "The id of a point (see benchmark_results.json, or 'compare --json'): "
                        "where --length and --between go on from it")
            ->type_name("ID");
        options()
            .add_option("--length", lengths_,
                        "A point like --like at this length; without --like, of every curve")
            ->type_name("L");
        options()
            .add_option("--between", between_,
                        "Points like --like between two lengths, evenly on a logarithmic axis")
            ->expected(2)
            ->type_name("L");
        options()
            .add_option("--count", count_, "How many between them; else one")
            ->check(CLI::Range(1, 100))
            ->type_name("N");
        options().add_flag("--all-variants", all_variants_,
                           "For every variant and budget at the shape of --like");
        options()
            .add_option("--rerun", rerun_,
                        "The id of a point to measure again; what it gave is kept beside")
            ->type_name("ID");
        options().add_flag("--with-group", with_group_,
                           "Measure again all that were measured beside --rerun, as pairs");
        options().add_flag("--json", json_, "Print what was asked for as JSON");
        options().footer(
            "Examples:\n"
            "  slay-bench add runs/latency --variant performer\n"
            "  slay-bench add runs/latency --like 0123456789abcdef --between 2048 4096\n"
            "  slay-bench add runs/latency --rerun 0123456789abcdef\n\n"
            "A run that is going on takes it up at once, one on another host too. One that has "
            "ended measures it with\n"
            "  slay-bench run --resume --out RUN");
    }

    int execute() override {
        const auto content = read_journal(folder_);
        if (!content) return report(content.error());
        const RunRecord& record = content->record;
        PlanGrowth growth;
        if (const Status asked = ask(record, growth); !asked) return report(asked.error());
        if (growth.empty()) {
            note("the run has these points already: nothing is asked for");
            return exit_all_measured;
        }
        if (const Status posted = post_request(folder_, growth); !posted)
            return report(posted.error());
        const bool going_on = !FolderLock::take(folder_);
        tell(record, growth, going_on);
        return flush_output(exit_all_measured);
    }

  private:
    Status ask(const RunRecord& record, PlanGrowth& growth) {
        if (variants_.empty() && lengths_.empty() && between_.empty() && rerun_.empty())
            return Error{ErrorKind::usage,
                         "say what to add: --variant, --like with --length or --between, or "
                         "--rerun"};
        // The record as it will be, so that more lengths are those of the new variants too.
        RunRecord grown = record;
        for (const std::string& name : variants_) {
            auto more = with_variant(record, name);
            if (!more) return more.error();
            PointsAdded added;
            for (const Point& point : more->add)
                if (auto whole = complete_point(point, record.spec().measurement, {}))
                    added.points.push_back(std::move(*whole));
            grown.apply({grown.last_seq() + 1, grown.run(), 0, std::move(added)});
            join(growth, std::move(*more));
        }
        if (like_.empty() && !lengths_.empty() && between_.empty()) {
            join(growth, all_at_lengths(grown, lengths_));
        } else if (!lengths_.empty() || !between_.empty()) {
            const RecordedPoint* like = record.find(like_);
            if (!like)
                return Error{ErrorKind::usage, like_.empty()
                                                   ? "--between needs --like ID"
                                                   : "the run has no point " + clean_text(like_)};
            std::vector<std::int64_t> lengths = lengths_;
            if (!between_.empty()) {
                const auto more = lengths_between(between_[0], between_[1], count_);
                if (more.empty())
                    return Error{ErrorKind::usage,
                                 fmt::format("there is no length between {} and {}", between_[0],
                                             between_[1])};
                lengths.insert(lengths.end(), more.begin(), more.end());
            }
            auto more = at_lengths(record, *like, lengths, all_variants_);
            if (!more) return more.error();
            more->why = "more lengths of " + (all_variants_ ? "all variants" : like->point.variant);
            join(growth, std::move(*more));
        }
        for (const std::string& id : rerun_) {
            const RecordedPoint* point = record.find(id);
            if (!point) return Error{ErrorKind::usage, "the run has no point " + clean_text(id)};
            join(growth, again(record, *point, with_group_));
        }
        return done();
    }

    static void join(PlanGrowth& growth, PlanGrowth more) {
        growth.add.insert(growth.add.end(), more.add.begin(), more.add.end());
        growth.rerun.insert(growth.rerun.end(), more.rerun.begin(), more.rerun.end());
        if (!more.why.empty()) growth.why += (growth.why.empty() ? "" : ", ") + more.why;
    }

    void tell(const RunRecord& record, const PlanGrowth& growth, bool going_on) const {
        const GrowthCost cost = cost_of(growth, record, {});
        if (json_) {
            nlohmann::ordered_json json = nlohmann::ordered_json::parse(to_text(growth));
            json["going_on"] = going_on;
            print_json(json);
            return;
        }
        print(fmt::format("{} asked for: {} new, {} again\n",
                          format_count(static_cast<double>(cost.points)), growth.add.size(),
                          growth.rerun.size()));
        note(going_on ? "the run is going on and takes them up"
                      : "measure them with: " +
                            shell_line({"slay-bench", "run", "--resume", "--out", folder_}));
    }

    std::string folder_, like_;
    std::vector<std::string> variants_, rerun_;
    std::vector<std::int64_t> lengths_, between_;
    std::size_t count_ = 1;
    bool all_variants_ = false, with_group_ = false, json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_add_command(CLI::App& program) {
    return std::make_unique<AddCommand>(program);
}

}  // namespace slay::bench
