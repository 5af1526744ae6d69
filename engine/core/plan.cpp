#include "engine/core/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

#include "engine/core/experiment_info.h"
#include "engine/core/plan_growth.h"
#include "engine/core/point_check.h"
#include "engine/core/time_budget.h"
#include "engine/core/units.h"
#include "engine/core/variant_info.h"

namespace slay {
namespace {

constexpr std::size_t max_pooled_seeds = 1000;

// What one experiment of a spec sweeps: the spec's axes, scales and variants with its override.
struct Sweep {
    const ExperimentInfo* experiment;
    Axes axes;
    std::vector<Scale> scales;
    std::vector<VariantChoice> variants;
};

struct PlanFault {
    std::string message;
};

using Step = std::vector<Parameters>;  // the alternatives along one direction of the sweep

Sweep sweep_of(const SweepSpec& spec, const ExperimentInfo& experiment) {
    Sweep sweep{&experiment, spec.axes, spec.scales, spec.variants};
    if (const auto found = spec.overrides.find(experiment.name); found != spec.overrides.end()) {
        for (const auto& [key, values] : found->second.axes) sweep.axes[key] = values;
        if (!found->second.scales.empty()) sweep.scales = found->second.scales;
        if (!found->second.variants.empty()) sweep.variants = found->second.variants;
    }
    if (experiment.against_yat)
        std::erase_if(sweep.variants, [](const VariantChoice& choice) {
            const VariantInfo* info = find_variant(choice.name);
            return info && !info->approximates_yat && info->family != Family::exact_yat;
        });
    if (sweep.variants.empty())
        throw PlanFault{experiment.name +
                        ": none of the variants takes part; expected one that "
                        "estimates exact spherical Yat, or it"};
    if (sweep.scales.empty()) sweep.scales.push_back({});
    return sweep;
}

// The values of one parameter in a sweep: its axis, or its default.
std::vector<ParameterValue> values_of(const Sweep& sweep, const ParameterInfo& info) {
    const auto found = sweep.axes.find(info.axis);
    if (found != sweep.axes.end() && !found->second.empty()) return found->second;
    return {info.fallback};
}

// The shared parameters that span this experiment's points under one scale, as steps of a product.
std::vector<Step> shared_steps(const Sweep& sweep, const Scale& scale) {
    std::vector<Step> steps;
    Parameters tied;
    if (!scale.label.empty()) tied.set("scale", scale.label);
    for (const ParameterInfo& info : shared_parameters()) {
        const auto& axes = sweep.experiment->axes;
        const bool pooled = info.id == "seed" && sweep.experiment->pools_seeds;
        if (!pooled && std::find(axes.begin(), axes.end(), info.id) == axes.end()) continue;
        const ParameterValue* tied_value = scale.parameters.find(info.id);
        if (tied_value && !pooled) {
            tied.set(info.id, *tied_value);
            continue;
        }
        Step step;
        if (pooled) {
            const auto seeds = tied_value ? std::vector{*tied_value} : values_of(sweep, info);
            if (seeds.size() > max_pooled_seeds)
                throw PlanFault{fmt::format("{}: {} seeds for one point; at most {} are taken",
                                            sweep.experiment->name, seeds.size(),
                                            max_pooled_seeds)};
            std::string list;
            for (const ParameterValue& seed : seeds) {
                if (!list.empty()) list += ',';
                list += to_text(seed);
            }
            step.emplace_back().set("seeds", list);
        } else {
            for (const ParameterValue& value : values_of(sweep, info))
                step.emplace_back().set(info.id, value);
        }
        steps.push_back(std::move(step));
    }
    steps.push_back({tied});
    return steps;
}

// A variant's own parameters: fixed by the preset, tied by the scale, swept, or its default.
std::vector<Step> own_steps(const Sweep& sweep, const Scale& scale, const VariantChoice& choice) {
    const VariantInfo* variant = find_variant(choice.name);
    if (!variant) throw PlanFault{fmt::format("\"{}\" is no variant", choice.name)};
    std::vector<Step> steps;
    for (const ParameterInfo& info : variant->parameters) {
        std::vector<ParameterValue> values;
        if (const ParameterValue* fixed = choice.fixed.find(info.id))
            values = {*fixed};
        else if (const ParameterValue* tied = scale.parameters.find(info.id))
            values = {*tied};
        else
            values = values_of(sweep, info);
        Step step;
        for (const ParameterValue& value : values) {
            const auto accepted = accept_value(info, value);
            if (!accepted)
                throw PlanFault{fmt::format("{}: {}: {} {}", sweep.experiment->name, choice.name,
                                            info.id, accepted.error().message)};
            step.emplace_back().set(info.id, *accepted);
        }
        steps.push_back(std::move(step));
    }
    return steps;
}

double product_size(const std::vector<Step>& steps) {
    return std::accumulate(steps.begin(), steps.end(), 1.0, [](double size, const Step& step) {
        return size * static_cast<double>(step.size());
    });
}

// Calls `take` with every combination of the steps, the last varying fastest.
template <typename Take>
void for_each_combination(const std::vector<Step>& steps, const Take& take) {
    std::vector<std::size_t> at(steps.size(), 0);
    for (;;) {
        Parameters combined;
        for (std::size_t i = 0; i < steps.size(); ++i)
            for (const auto& [id, value] : steps[i][at[i]]) combined.set(id, value);
        take(combined);
        std::size_t i = steps.size();
        while (i > 0 && ++at[i - 1] == steps[i - 1].size()) at[--i] = 0;
        if (i == 0) return;
    }
}

double count_points(const Sweep& sweep) {
    double count = 0;
    for (const Scale& scale : sweep.scales) {
        double own = 0;
        for (const VariantChoice& choice : sweep.variants)
            own += product_size(own_steps(sweep, scale, choice));
        count += product_size(shared_steps(sweep, scale)) * own;
    }
    return count;
}

struct Group {
    double seconds = 0, latency_ms = 0;
    double turn = 0;  // seconds of its experiment when it ends
    std::vector<Point> points;
};

class Expansion {
  public:
    Expansion(const SweepSpec& spec, const DeviceRates& rates) : spec_(spec), rates_(rates) {}

    void add(const Sweep& sweep) {
        for (const Scale& scale : sweep.scales)
            for_each_combination(shared_steps(sweep, scale), [&](Parameters shared) {
                if (Status shaped = complete_shape(shared); !shaped)
                    throw PlanFault{sweep.experiment->name + ": " + shaped.error().message};
                const std::string id = point_id(sweep.experiment->name, "", shared);
                for (const VariantChoice& choice : sweep.variants)
                    for_each_combination(
                        own_steps(sweep, scale, choice),
                        [&](const Parameters& own) { add_point(sweep, choice, id, shared, own); });
            });
    }

    // Cheap groups first: every curve has its first points after seconds, and the longer lengths of
    // a curve come after the shorter ones. Experiments take turns by the time that each has had, so
    // that a run that is cut short has something of all of them.
    std::vector<Group> sorted() && {
        std::stable_sort(groups_.begin(), groups_.end(), [](const Group& a, const Group& b) {
            return std::pair(a.seconds, a.latency_ms) < std::pair(b.seconds, b.latency_ms);
        });
        std::unordered_map<std::string, double> had;
        for (Group& group : groups_)
            group.turn = had[group.points.front().experiment] += group.seconds;
        std::stable_sort(groups_.begin(), groups_.end(),
                         [](const Group& a, const Group& b) { return a.turn < b.turn; });
        return std::move(groups_);
    }

  private:
    void add_point(const Sweep& sweep, const VariantChoice& choice, const std::string& shape_id,
                   const Parameters& shared, const Parameters& own) {
        Point point;
        point.experiment = sweep.experiment->name;
        point.variant = choice.name;
        point.parameters = shared;
        for (const auto& [id, value] : own) point.parameters.set(id, value);
        const std::string group_id = sweep.experiment->groups_by_budget
                                         ? point_id(point.experiment, "", point.parameters)
                                         : shape_id;
        point.group = group_id;
        point.id = point_id(point.experiment, point.variant, point.parameters);
        // Two choices of one variant may meet in one point: it is measured once.
        if (!ids_.emplace(point.id, 0).second) return;
        point.prediction = predict(point, spec_.measurement, rates_);
        const auto [at, is_new] = index_.emplace(group_id, groups_.size());
        if (is_new) groups_.emplace_back();
        Group& group = groups_[at->second];
        group.seconds += point.prediction.seconds;
        group.latency_ms += point.prediction.latency_ms;
        group.points.push_back(std::move(point));
    }

    const SweepSpec& spec_;
    const DeviceRates& rates_;
    std::vector<Group> groups_;
    std::unordered_map<std::string, std::size_t> index_, ids_;
};

// Every point stays in the plan: what is cut is the time of its samples.
void take_budget(Plan& plan, const DeviceRates& rates) {
    Measurement measurement = plan.spec.measurement;
    const BudgetCut cut =
        cut_to_budget(plan.points, measurement, rates, 60 * measurement.time_budget_minutes);
    measurement.point_seconds = cut.point_seconds;
    for (Point& point : plan.points) point.prediction = predict(point, measurement, rates);
    plan.point_seconds = cut.point_seconds;
    plan.beyond_budget = cut.beyond;
    plan.predicted_seconds = cut.predicted_seconds;
}

Plan expand(const SweepSpec& spec, const DeviceRates& rates) {
    std::vector<Sweep> sweeps;
    for (const std::string& name : spec.experiments) {
        const ExperimentInfo* experiment = find_experiment(name);
        if (!experiment) throw PlanFault{fmt::format("\"{}\" is no experiment", name)};
        sweeps.push_back(sweep_of(spec, *experiment));
    }
    if (sweeps.empty()) throw PlanFault{"no experiment to run"};

    // Counted before anything is expanded, so that a huge sweep costs nothing.
    double total = 0;
    std::string parts;
    for (const Sweep& sweep : sweeps) {
        const double count = count_points(sweep);
        total += count;
        parts += fmt::format("{}{} {}", parts.empty() ? "" : ", ", sweep.experiment->name,
                             format_count(count));
    }
    if (total > static_cast<double>(max_plan_points))
        throw PlanFault{fmt::format("{} points ({}): a run takes at most {}", format_count(total),
                                    parts, format_count(static_cast<double>(max_plan_points)))};

    Expansion expansion(spec, rates);
    for (const Sweep& sweep : sweeps) expansion.add(sweep);

    Plan plan;
    plan.spec = spec;
    plan.points.reserve(static_cast<std::size_t>(total));
    for (Group& group : std::move(expansion).sorted()) {
        plan.predicted_seconds += group.seconds;
        for (Point& point : group.points) {
            plan.predicted_peak_bytes =
                std::max(plan.predicted_peak_bytes, point.prediction.peak_bytes);
            plan.points.push_back(std::move(point));
        }
    }
    if (spec.measurement.time_budget_minutes > 0) take_budget(plan, rates);
    return plan;
}

}  // namespace

Result<Plan> make_plan(const SweepSpec& spec, const DeviceRates& rates) {
    try {
        return expand(spec, rates);
    } catch (const PlanFault& fault) {
        return Error{
            ErrorKind::bad_data,
            (spec.name.empty() ? std::string("the sweep") : spec.name) + ": " + fault.message};
    }
}

}  // namespace slay
