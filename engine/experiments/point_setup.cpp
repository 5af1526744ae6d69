#include "engine/experiments/point_setup.h"

#include "engine/core/experiment_info.h"
#include "engine/core/variant_info.h"

namespace slay {
namespace {

// The point's value, or the schema's default.
ParameterValue value_of(const Point& point, std::string_view id) {
    if (const ParameterValue* value = point.parameters.find(id)) return *value;
    const ParameterInfo* info = find_parameter(id);
    return info ? info->fallback : ParameterValue{};
}

std::int64_t integer_of(const Point& point, std::string_view id) {
    const ParameterValue value = value_of(point, id);
    const auto* number = std::get_if<std::int64_t>(&value);
    return number ? *number : 0;
}

bool flag_of(const Point& point, std::string_view id) {
    const ParameterValue value = value_of(point, id);
    const auto* flag = std::get_if<bool>(&value);
    return flag && *flag;
}

std::string text_of(const Point& point, std::string_view id) {
    const ParameterValue value = value_of(point, id);
    const auto* text = std::get_if<std::string>(&value);
    return text ? *text : std::string();
}

Pass parse_pass(const std::string& text) {
    if (text == "backward") return Pass::backward;
    if (text == "forward+backward") return Pass::forward_backward;
    return Pass::forward;
}

}  // namespace

PointSetup point_setup(const Point& point, std::int64_t seed) {
    PointSetup setup;
    setup.variant = point.variant;
    setup.batch = integer_of(point, "batch");
    setup.heads = integer_of(point, "heads");
    setup.length = integer_of(point, "length");
    setup.width = integer_of(point, "width");
    setup.head_dim = setup.width / setup.heads;
    setup.type = parse_data_type(text_of(point, "dtype")).value_or(DataType::float32);
    setup.causal = flag_of(point, "causal");
    setup.layer = text_of(point, "lane") != "core";
    setup.pass = parse_pass(text_of(point, "pass"));
    setup.clustered = text_of(point, "inputs") == "clustered";
    setup.seed = static_cast<std::uint64_t>(seed);
    if (const VariantInfo* info = find_variant(point.variant)) {
        for (const ParameterInfo& parameter : info->parameters) {
            const ParameterValue* given = point.parameters.find(parameter.id);
            setup.own.set(parameter.id, given ? *given : parameter.fallback);
        }
    }
    return setup;
}

PointSetup point_setup(const Point& point) {
    return point_setup(point, seeds_of(point).front());
}

AttentionConfig PointSetup::attention_config() const {
    AttentionConfig config;
    config.heads = heads;
    config.head_dim = head_dim;
    config.causal = causal;
    config.seed = seed;
    config.parameters = own;
    return config;
}

}  // namespace slay
