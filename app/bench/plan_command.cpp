// slay-bench plan: what a run would measure, and what it is predicted to cost. Loads no LibTorch
// unless a device's own rates are asked for.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "app/bench/command.h"
#include "app/bench/console.h"
#include "app/bench/exit_status.h"
#include "app/bench/point_names.h"
#include "app/bench/preset_source.h"
#include "app/bench/text_table.h"
#include "engine/core/journal.h"
#include "engine/core/plan.h"
#include "engine/core/units.h"
#include "engine/run/engine_library.h"

namespace slay::bench {
namespace {

struct Totals {
    std::size_t points = 0;
    std::set<std::string> groups;
    double seconds = 0, peak_bytes = 0;

    void add(const Point& point) {
        ++points;
        groups.insert(point.group);
        seconds += point.prediction.seconds;
        peak_bytes = std::max(peak_bytes, point.prediction.peak_bytes);
    }
};

std::vector<std::string> row_of(const std::string& what, const Totals& totals) {
    return {what, format_count(static_cast<double>(totals.points)),
            format_count(static_cast<double>(totals.groups.size())),
            format_duration(totals.seconds), format_bytes(totals.peak_bytes)};
}

std::string totals_text(const Plan& plan) {
    std::map<std::string, Totals> by_experiment;
    Totals all;
    for (const Point& point : plan.points) {
        by_experiment[point.experiment].add(point);
        all.add(point);
    }
    TextTable table;
    table.add_column("experiment");
    table.add_column("points", Align::right);
    table.add_column("groups", Align::right);
    table.add_column("time", Align::right);
    table.add_column("peak memory", Align::right);
    for (const std::string& experiment : plan.spec.experiments) {
        const auto totals = by_experiment.find(experiment);
        if (totals != by_experiment.end()) table.add_row(row_of(experiment, totals->second));
    }
    all.seconds = plan.predicted_seconds;
    all.peak_bytes = plan.predicted_peak_bytes;
    table.add_row(row_of("all", all));
    return table.to_text("  ");
}

std::string points_text(const Plan& plan) {
    const PointNames names(plan.points);
    TextTable table;
    table.add_column("point");
    table.add_column("time", Align::right);
    table.add_column("one pass", Align::right);
    table.add_column("peak memory", Align::right);
    for (const Point& point : plan.points) {
        const Prediction& predicted = point.prediction;
        table.add_row({names.name(point), format_duration(predicted.seconds),
                       format_milliseconds(predicted.latency_ms),
                       format_bytes(predicted.peak_bytes)});
    }
    return table.to_text("  ");
}

// What a time budget does to the plan; empty without one.
std::string budget_text(const Plan& plan) {
    const Measurement& measurement = plan.spec.measurement;
    if (measurement.time_budget_minutes <= 0) return {};
    std::string text =
        fmt::format("  time budget {}: ", format_duration(60 * measurement.time_budget_minutes));
    text += plan.point_seconds < measurement.point_seconds
                ? fmt::format("sampling cut from {} to {} a point",
                              format_duration(measurement.point_seconds),
                              format_duration(plan.point_seconds))
                : std::string("nothing has to be cut");
    if (plan.beyond_budget > 0)
        text += fmt::format("; the last {} {} expected to stay open", plan.beyond_budget,
                            plan.beyond_budget == 1 ? "point is" : "points are");
    return text + "\n";
}

nlohmann::ordered_json parameter_json(const ParameterValue& value) {
    return std::visit([](const auto& v) { return nlohmann::ordered_json(v); }, value);
}

nlohmann::ordered_json plan_json(const Plan& plan, const DeviceRates& rates, bool with_points) {
    nlohmann::ordered_json experiments = nlohmann::ordered_json::array();
    for (const std::string& experiment : plan.spec.experiments) {
        Totals totals;
        for (const Point& point : plan.points) {
            if (point.experiment == experiment) totals.add(point);
        }
        experiments.push_back({{"name", experiment},
                               {"points", totals.points},
                               {"groups", totals.groups.size()},
                               {"predicted_seconds", totals.seconds},
                               {"predicted_peak_bytes", totals.peak_bytes}});
    }
    nlohmann::ordered_json json = {{"preset", plan.spec.name},
                                   {"rates_of", rates.name},
                                   {"points", plan.points.size()},
                                   {"predicted_seconds", plan.predicted_seconds},
                                   {"predicted_peak_bytes", plan.predicted_peak_bytes},
                                   {"experiments", std::move(experiments)}};
    if (plan.spec.measurement.time_budget_minutes > 0) {
        json["time_budget_seconds"] = 60 * plan.spec.measurement.time_budget_minutes;
        json["point_seconds"] = plan.point_seconds;
        json["points_beyond_budget"] = plan.beyond_budget;
    }
    if (!with_points) return json;
    json["plan"] = nlohmann::ordered_json::array();
    for (const Point& point : plan.points) {
        nlohmann::ordered_json parameters = nlohmann::ordered_json::object();
        for (const auto& [id, value] : point.parameters) parameters[id] = parameter_json(value);
        json["plan"].push_back({{"id", point.id},
                                {"experiment", point.experiment},
                                {"variant", point.variant},
                                {"group", point.group},
                                {"parameters", std::move(parameters)},
                                {"predicted_seconds", point.prediction.seconds},
                                {"predicted_latency_ms", point.prediction.latency_ms},
                                {"predicted_peak_bytes", point.prediction.peak_bytes}});
    }
    return json;
}

class PlanCommand : public Command {
  public:
    explicit PlanCommand(CLI::App& program)
        : Command(program, "plan", "Show what presets would measure, and the predicted cost") {
        preset_options_.add_to(options(), true);
        options().add_flag("--points", points_, "List every point");
        options()
            .add_option("--save", save_, "Write the preset, with its --set changes, as a file")
            ->type_name("FILE");
        options().add_flag("--json", json_, "Print a JSON array with an object for each preset");
        options().footer(
            "Example:\n"
            "  slay-bench plan latency memory --set /sweep/lengths=[1024,4096]\n\n"
            "Without --device the prediction is for an ordinary CPU, and LibTorch is not loaded.\n"
            "Nothing here is a measurement.");
    }

    int execute() override {
        const auto specs = load_presets(preset_options_);
        if (!specs) return report(specs.error());
        if (!save_.empty()) {
            if (specs->size() != 1)
                return report(Error{ErrorKind::usage, "--save takes one preset at a time"});
            if (const Status saved = write_file_atomically(save_, to_text(specs->front())); !saved)
                return report(saved.error());
            note("saved " + save_);
        }
        auto summaries = nlohmann::ordered_json::array();
        for (const SweepSpec& spec : *specs) {
            const auto rates = rates_for(spec);
            if (!rates) return report(rates.error());
            const auto plan = make_plan(spec, *rates);
            if (!plan) return report(plan.error());
            if (json_) {
                summaries.push_back(plan_json(*plan, *rates, points_));
                continue;
            }
            print(fmt::format("{}: {}\npredicted for {}:\n", clean_text(spec.name),
                              clean_text(spec.title), rates->name));
            print(totals_text(*plan));
            print(budget_text(*plan));
            if (points_) print("\n" + points_text(*plan));
            print("\n");
        }
        if (json_) print_json(summaries);
        return exit_all_measured;
    }

  private:
    Result<DeviceRates> rates_for(const SweepSpec& spec) {
        if (preset_options_.device.empty()) return DeviceRates{};
        if (!executor_) {
            auto executor = load_engine();
            if (!executor) return executor.error();
            executor_ = std::move(executor).value();
        }
        const auto device = executor_->resolve_device(spec.device);
        if (!device) return device.error();
        DeviceRates rates = device->rates;
        rates.name = device->name;
        return rates;
    }

    PresetOptions preset_options_;
    std::string save_;
    bool points_ = false, json_ = false;
    std::unique_ptr<Executor> executor_;
};

}  // namespace

std::unique_ptr<Command> make_plan_command(CLI::App& program) {
    return std::make_unique<PlanCommand>(program);
}

}  // namespace slay::bench
