#include "engine/training/training_setup.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/core/experiment_info.h"
#include "engine/core/variant_info.h"

namespace slay {
namespace {

constexpr double last_share = 0.1;  // of the peak, at the last step

ParameterValue value_of(const Point& point, std::string_view id) {
    if (const ParameterValue* value = point.parameters.find(id)) return *value;
    const ParameterInfo* info = find_parameter(id);
    return info ? info->fallback : ParameterValue{};
}

template <typename T>
T get(const Point& point, std::string_view id) {
    const ParameterValue value = value_of(point, id);
    const T* given = std::get_if<T>(&value);
    return given ? *given : T{};
}

}  // namespace

TrainingSetup training_setup(const Point& point) {
    const auto whole = [&](std::string_view id) { return get<std::int64_t>(point, id); };
    TrainingSetup setup;
    setup.variant = point.variant;
    if (const VariantInfo* info = find_variant(point.variant))
        for (const ParameterInfo& row : info->parameters) {
            const ParameterValue* given = point.parameters.find(row.id);
            setup.own.set(row.id, given ? *given : row.fallback);
        }
    setup.layers = whole("layers");
    setup.heads = whole("heads");
    setup.width = whole("width");
    setup.length = whole("length");
    setup.batch = whole("batch");
    setup.steps = whole("steps");
    setup.warmup_steps = whole("warmup_steps");
    setup.accumulation = whole("accumulation");
    setup.learning_rate = get<double>(point, "learning_rate");
    setup.objective = get<std::string>(point, "objective") == "masked-lm" ? Objective::masked_lm
                                                                          : Objective::causal_lm;
    setup.type = parse_data_type(get<std::string>(point, "dtype")).value_or(DataType::float32);
    setup.seed = static_cast<std::uint64_t>(whole("seed"));
    setup.corpus = get<std::string>(point, "corpus");
    setup.vocabulary = whole("vocabulary");
    return setup;
}

double learning_rate_at(std::int64_t step, std::int64_t steps, std::int64_t warmup, double peak) {
    if (step <= warmup) return peak * static_cast<double>(step) / static_cast<double>(warmup);
    const double passed = static_cast<double>(step - warmup) /
                          static_cast<double>(std::max<std::int64_t>(1, steps - warmup));
    const double cosine = (1 + std::cos(std::numbers::pi * std::min(1.0, passed))) / 2;
    return peak * (last_share + (1 - last_share) * cosine);
}

}  // namespace slay
