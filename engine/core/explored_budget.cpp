#include "engine/core/explored_budget.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "engine/core/experiment_info.h"
#include "engine/core/point.h"
#include "engine/core/spec_budget.h"
#include "engine/core/variant_info.h"

namespace slay {
namespace {

constexpr std::int64_t most_features = 1024;  // as the catalog has it

struct AxisValue {
    const char* id;
    const char* axis;
    ParameterValue value;
};

std::vector<AxisValue> values_of(const ExploredBudget& budget) {
    return {{"nodes", "nodes", budget.nodes},
            {"prf_features", "prf_features", budget.prf_features},
            {"poly_features", "poly_features", budget.poly_features},
            {"epsilon", "epsilons", budget.epsilon}};
}

double as_number(const ParameterValue& value) {
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
    const auto* real = std::get_if<double>(&value);
    return real ? *real : 0;
}

void add_value(std::vector<ParameterValue>& values, const ParameterValue& value) {
    if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
    std::sort(values.begin(), values.end(),
              [](const auto& a, const auto& b) { return as_number(a) < as_number(b); });
}

std::vector<ParameterValue> around(std::int64_t middle) {
    std::vector<ParameterValue> values;
    for (const double factor : {0.25, 0.5, 1.0, 2.0, 4.0}) {
        const auto value = static_cast<std::int64_t>(static_cast<double>(middle) * factor + 0.5);
        if (value >= 1 && value <= most_features) add_value(values, value);
    }
    return values;
}

// A point of the sweep that has the budget: what with_budget() frees and takes over.
Point point_of(const ExploredBudget& budget) {
    Point point;
    point.variant = budget.variant;
    for (const AxisValue& each : values_of(budget)) point.parameters.set(each.id, each.value);
    return point;
}

// Scales that hold nothing any more are no scales.
void drop_empty_scales(SweepSpec& spec) {
    const auto drop = [](std::vector<Scale>& scales) {
        std::erase_if(scales, [](const Scale& each) { return each.parameters.size() == 0; });
    };
    drop(spec.scales);
    for (auto& [experiment, override] : spec.overrides) drop(override.scales);
    std::erase_if(spec.overrides, [](const auto& each) { return each.second == Override{}; });
}

Status take_shape(SweepSpec& spec, const ExploredBudget& budget) {
    const auto heads = spec.axes.find("heads");
    if (heads != spec.axes.end() && heads->second.size() > 1)
        return Error{ErrorKind::usage,
                     "the configuration sweeps the number of heads, so that no one width gives "
                     "heads of dimension " +
                         std::to_string(budget.head_dim)};
    for (const Scale& scale : spec.scales)
        if (scale.parameters.has("width") || scale.parameters.has("heads") ||
            scale.parameters.has("seed"))
            return Error{ErrorKind::usage, "the scale \"" + scale.label +
                                               "\" holds the width, the heads or the seed; take "
                                               "it out first"};
    std::int64_t count = 8;
    if (const ParameterInfo* info = find_parameter("heads"))
        count = std::get<std::int64_t>(info->fallback);
    if (heads != spec.axes.end() && !heads->second.empty())
        if (const auto* value = std::get_if<std::int64_t>(&heads->second.front())) count = *value;
    spec.axes["widths"] = {budget.head_dim * count};
    spec.axes["seeds"] = {budget.seed};
    for (auto& [experiment, override] : spec.overrides)
        for (const char* key : {"widths", "seeds"}) override.axes.erase(key);
    return done();
}

std::optional<ParameterValue> middle_of(const SweepSpec& spec, const char* axis) {
    const auto found = spec.axes.find(axis);
    if (found == spec.axes.end() || found->second.empty()) return std::nullopt;
    return found->second[(found->second.size() - 1) / 2];
}

}  // namespace

Result<SweepSpec> with_explored_budget(SweepSpec spec, const ExploredBudget& budget, BudgetAxis how,
                                       bool shape) {
    const Axes before = spec.axes;
    SweepSpec next = with_budget(std::move(spec), point_of(budget));
    for (const AxisValue& each : values_of(budget)) {
        std::vector<ParameterValue>& values = next.axes[each.axis];
        values = {each.value};
        const auto old = before.find(each.axis);
        if (how == BudgetAxis::add && old != before.end())
            for (const ParameterValue& value : old->second) add_value(values, value);
    }
    if (how == BudgetAxis::around) next.axes["prf_features"] = around(budget.prf_features);
    if (shape)
        if (const Status taken = take_shape(next, budget); !taken) return taken.error();
    drop_empty_scales(next);
    return next;
}

ExploredBudget explored_budget_of(const SweepSpec& spec) {
    ExploredBudget budget;
    const auto whole = [&](const char* axis, std::int64_t& to) {
        const auto value = middle_of(spec, axis);
        if (!value) return;
        if (const auto* given = std::get_if<std::int64_t>(&*value)) to = *given;
    };
    whole("nodes", budget.nodes);
    whole("prf_features", budget.prf_features);
    whole("poly_features", budget.poly_features);
    whole("seeds", budget.seed);
    if (const auto value = middle_of(spec, "epsilons")) budget.epsilon = as_number(*value);
    std::int64_t width = 0, heads = 8;
    whole("widths", width);
    whole("heads", heads);
    if (width > 0 && heads > 0 && width % heads == 0) budget.head_dim = width / heads;
    for (const VariantChoice& choice : spec.variants) {
        const VariantInfo* info = find_variant(choice.name);
        if (!info || !info->approximates_yat) continue;
        budget.variant = choice.name;
        break;
    }
    return budget;
}

}  // namespace slay
