#include "engine/core/plan_growth.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "engine/core/experiment_info.h"
#include "engine/core/point_check.h"
#include "engine/core/units.h"
#include "engine/core/variant_info.h"

namespace slay {
namespace {

constexpr std::size_t max_label = 200, max_seed_list = 20'000;

bool is_own(const VariantInfo& variant, const std::string& id) {
    return std::any_of(variant.parameters.begin(), variant.parameters.end(),
                       [&](const ParameterInfo& info) { return info.id == id; });
}

// The parameters that all variants of a shape have in common.
Parameters shared_of(const Point& point) {
    const VariantInfo* variant = find_variant(point.variant);
    Parameters shared;
    for (const auto& [id, value] : point.parameters)
        if (!variant || !is_own(*variant, id)) shared.set(id, value);
    return shared;
}

bool is_seed_list(const std::string& text) {
    return !text.empty() && text.size() <= max_seed_list &&
           text.find_first_not_of("0123456789,") == std::string::npos;
}

// The value as the point takes it; an error in the words of accept_value.
Result<ParameterValue> checked(const ParameterInfo* info, const std::string& id,
                               const ParameterValue& value) {
    if (info && !info->axis.empty()) return accept_value(*info, value);
    const auto* text = std::get_if<std::string>(&value);
    if (id == "seeds" && text && is_seed_list(*text)) return value;
    if (id == "scale" && text && !text->empty())
        return ParameterValue(clean_text(*text, max_label));
    if (id == "head_dim") return value;  // made anew from width and heads
    return Error{ErrorKind::bad_data, to_text(value) + " is not taken"};
}

const ParameterInfo* info_of(const VariantInfo& variant, const std::string& id) {
    for (const ParameterInfo& info : variant.parameters)
        if (info.id == id) return &info;
    for (const ParameterInfo& info : shared_parameters())
        if (info.id == id) return &info;
    return nullptr;
}

Error wrong(const Point& point, const std::string& what) {
    return {ErrorKind::bad_data,
            clean_text(point.experiment, 80) + ": " + clean_text(point.variant, 80) + ": " + what};
}

// By the scale that ties them: the own parameters a variant is swept over in an experiment.
using OwnParameters = std::map<std::string, std::vector<Parameters>>;

OwnParameters own_parameters(const SweepSpec& spec, const std::string& experiment,
                             const VariantInfo& variant) {
    SweepSpec alone = spec;
    alone.experiments = {experiment};
    alone.variants = {{variant.name, {}}};
    for (auto& [name, own] : alone.overrides) own.variants.clear();
    alone.measurement.time_budget_minutes = 0;
    OwnParameters found;
    const auto plan = make_plan(alone);
    if (!plan) return found;  // it takes no part in this experiment
    for (const Point& point : plan->points) {
        Parameters own;
        for (const auto& [id, value] : point.parameters)
            if (is_own(variant, id)) own.set(id, value);
        auto& known = found[point.parameters.text("scale")];
        if (std::find(known.begin(), known.end(), own) == known.end()) known.push_back(own);
    }
    return found;
}

// Leaves out what the run has, or what was asked for twice.
void add_new(PlanGrowth& growth, std::set<std::string>& ids, const RunRecord& record, Point point) {
    point.id = point_id(point.experiment, point.variant, point.parameters);
    if (record.find(point.id) || !ids.insert(point.id).second) return;
    growth.add.push_back(std::move(point));
}

}  // namespace

Result<Point> complete_point(Point point, const Measurement& measurement,
                             const DeviceRates& rates) {
    const ExperimentInfo* experiment = find_experiment(point.experiment);
    if (!experiment) return wrong(point, "no such experiment");
    const VariantInfo* variant = find_variant(point.variant);
    if (!variant) return wrong(point, "no such variant");
    if (experiment->against_yat && !variant->approximates_yat &&
        variant->family != Family::exact_yat)
        return wrong(point, "takes no part: expected one that estimates exact spherical Yat");
    Parameters taken;
    for (const auto& [id, value] : point.parameters) {
        const auto accepted = checked(info_of(*variant, id), id, value);
        if (!accepted) return wrong(point, clean_text(id, 80) + ": " + accepted.error().message);
        taken.set(id, *accepted);
    }
    for (const std::string& id : experiment->axes)
        if (!taken.has(id) && !(id == "seed" && experiment->pools_seeds))
            return wrong(point, "the parameter " + id + " is missing");
    for (const ParameterInfo& info : variant->parameters)
        if (!taken.has(info.id)) return wrong(point, "the parameter " + info.id + " is missing");
    if (const Status shaped = complete_shape(taken); !shaped)
        return Error{ErrorKind::bad_data, point.experiment + ": " + shaped.error().message};
    point.parameters = std::move(taken);
    point.id = point_id(point.experiment, point.variant, point.parameters);
    point.group = point_id(point.experiment, "",
                           experiment->groups_by_budget ? point.parameters : shared_of(point));
    point.prediction = predict(point, measurement, rates);
    return point;
}

std::vector<std::int64_t> lengths_between(std::int64_t low, std::int64_t high, std::size_t count) {
    std::vector<std::int64_t> out;
    if (low < 1 || high <= low + 1) return out;
    const double step = std::log(static_cast<double>(high) / static_cast<double>(low)) /
                        static_cast<double>(count + 1);
    for (std::size_t i = 1; i <= count; ++i) {
        const double exact = static_cast<double>(low) * std::exp(step * static_cast<double>(i));
        // Coarse enough to be a round number, fine enough to stay where it belongs.
        std::int64_t unit = 1;
        while (static_cast<double>(unit * 2) <= exact * step / 8) unit *= 2;
        const auto length =
            static_cast<std::int64_t>(std::llround(exact / static_cast<double>(unit))) * unit;
        if (length > low && length < high && (out.empty() || length > out.back()))
            out.push_back(length);
    }
    return out;
}

Result<PlanGrowth> at_lengths(const RunRecord& record, const RecordedPoint& like,
                              std::span<const std::int64_t> lengths, bool all_variants) {
    if (!like.point.parameters.has("length"))
        return Error{ErrorKind::usage, like.point.experiment + " has no length axis"};
    PlanGrowth growth;
    std::set<std::string> ids;
    const Parameters shape = shared_of(like.point);
    for (const RecordedPoint& each : record.points()) {
        const bool wanted = all_variants ? each.point.experiment == like.point.experiment &&
                                               shared_of(each.point) == shape
                                         : each.point.id == like.point.id;
        if (!wanted) continue;
        for (const std::int64_t length : lengths) {
            Point point = each.point;
            point.parameters.set("length", length);
            add_new(growth, ids, record, std::move(point));
        }
    }
    return growth;
}

PlanGrowth all_at_lengths(const RunRecord& record, std::span<const std::int64_t> lengths) {
    PlanGrowth growth;
    growth.why = "more lengths";
    std::set<std::string> ids, curves;
    for (const RecordedPoint& each : record.points()) {
        if (!each.point.parameters.has("length") || !curves.insert(series_key(each.point)).second)
            continue;
        for (const std::int64_t length : lengths) {
            Point point = each.point;
            point.parameters.set("length", length);
            add_new(growth, ids, record, std::move(point));
        }
    }
    return growth;
}

Result<PlanGrowth> with_variant(const RunRecord& record, const std::string& name) {
    const VariantInfo* variant = find_variant(name);
    if (!variant) return Error{ErrorKind::usage, '"' + clean_text(name, 80) + "\" is no variant"};
    PlanGrowth growth;
    growth.why = "add " + name;
    std::set<std::string> ids;
    bool takes_part = false;
    for (const std::string& experiment : record.spec().experiments) {
        const OwnParameters own = own_parameters(record.spec(), experiment, *variant);
        takes_part = takes_part || !own.empty();
        std::vector<Parameters> shapes;
        std::set<std::string> known;
        for (const RecordedPoint& each : record.points()) {
            if (each.point.experiment != experiment) continue;
            Parameters shape = shared_of(each.point);
            if (known.insert(point_id(experiment, "", shape)).second)
                shapes.push_back(std::move(shape));
        }
        for (const Parameters& shape : shapes) {
            const auto budgets = own.find(shape.text("scale"));
            if (budgets == own.end()) continue;
            for (const Parameters& budget : budgets->second) {
                Point point;
                point.experiment = experiment;
                point.variant = name;
                point.parameters = shape;
                for (const auto& [id, value] : budget) point.parameters.set(id, value);
                add_new(growth, ids, record, std::move(point));
            }
        }
    }
    if (!takes_part)
        return Error{ErrorKind::usage,
                     name +
                         " takes part in none of this run's experiments: expected a variant "
                         "that estimates exact spherical Yat"};
    if (growth.add.empty())
        return Error{ErrorKind::usage, "all points of " + name + " are in this run already"};
    return growth;
}

GrowthCost cost_of(const PlanGrowth& growth, const RunRecord& record, const DeviceRates& rates) {
    GrowthCost cost;
    const auto add = [&](const Prediction& prediction) {
        ++cost.points;
        cost.seconds += prediction.seconds;
        cost.peak_bytes = std::max(cost.peak_bytes, prediction.peak_bytes);
    };
    for (const Point& point : growth.add)
        if (const auto whole = complete_point(point, record.spec().measurement, rates))
            add(whole->prediction);
    for (const std::string& id : growth.rerun)
        if (const RecordedPoint* known = record.find(id)) add(known->point.prediction);
    return cost;
}

PlanGrowth again(const RunRecord& record, const RecordedPoint& point, bool whole_group) {
    PlanGrowth growth;
    growth.why = "measure again";
    if (!whole_group) {
        growth.rerun = {point.point.id};
        return growth;
    }
    for (const std::size_t index : record.group(point.point.group))
        if (is_final(record.points()[index].result.state))
            growth.rerun.push_back(record.points()[index].point.id);
    return growth;
}

}  // namespace slay
