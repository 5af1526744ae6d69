#include "engine/core/json_codec.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "engine/core/own_variant.h"
#include "engine/core/units.h"

namespace slay {
namespace {

constexpr std::array<const char*, 4> kind_names{"integer", "real", "flag", "choice"};

template <typename Enum>
Enum enum_member(const nlohmann::json& object, const char* key, std::initializer_list<Enum> all,
                 Enum fallback) {
    const std::string text = text_member(object, key);
    for (const Enum each : all)
        if (to_string(each) == text) return each;
    return fallback;
}

std::vector<std::string> texts_member(const nlohmann::json& object, const char* key) {
    std::vector<std::string> texts;
    const nlohmann::json& list = member(object, key);
    if (list.is_array())
        for (const auto& each : list)
            if (each.is_string()) texts.push_back(clean_text(each.get_ref<const std::string&>()));
    return texts;
}

std::optional<double> optional_member(const nlohmann::json& object, const char* key) {
    const nlohmann::json& value = member(object, key);
    if (value.is_null()) return std::nullopt;
    return number_from_json(value, std::numeric_limits<double>::quiet_NaN());
}

}  // namespace

Json number_to_json(double value) {
    if (std::isfinite(value)) return value;
    if (std::isnan(value)) return "nan";
    return value > 0 ? "inf" : "-inf";
}

double number_from_json(const nlohmann::json& json, double fallback) {
    if (json.is_number()) return json.get<double>();
    if (json.is_string()) {
        const auto& text = json.get_ref<const std::string&>();
        if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
        if (text == "inf") return std::numeric_limits<double>::infinity();
        if (text == "-inf") return -std::numeric_limits<double>::infinity();
    }
    return fallback;
}

Json to_json(const ParameterValue& value) {
    if (const auto* real = std::get_if<double>(&value)) return number_to_json(*real);
    return std::visit([](const auto& each) { return Json(each); }, value);
}

std::optional<ParameterValue> value_from_json(const nlohmann::json& json) {
    if (json.is_boolean()) return json.get<bool>();
    if (json.is_number_unsigned()) {
        const auto number = json.get<std::uint64_t>();
        if (number <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            return static_cast<std::int64_t>(number);
        return static_cast<double>(number);
    }
    if (json.is_number_integer()) return json.get<std::int64_t>();
    if (json.is_number_float()) return json.get<double>();
    if (json.is_string()) return clean_text(json.get_ref<const std::string&>(), 65536);
    return std::nullopt;
}

Json to_json(const Parameters& parameters) {
    Json json = Json::object();
    for (const auto& [id, value] : parameters) json[id] = to_json(value);
    return json;
}

Parameters parameters_from_json(const nlohmann::json& json) {
    Parameters parameters;
    if (!json.is_object()) return parameters;
    for (const auto& [key, member_value] : json.items())
        if (auto value = value_from_json(member_value))
            parameters.set(clean_text(key, 64), std::move(*value));
    return parameters;
}

Json to_json(const ParameterInfo& info) {
    Json json;
    json["id"] = info.id;
    json["axis"] = info.axis;
    json["label"] = info.label;
    json["symbol"] = info.symbol;
    json["unit"] = info.unit;
    json["help"] = info.help;
    json["kind"] = kind_names[static_cast<std::size_t>(info.kind)];
    json["minimum"] = number_to_json(info.minimum);
    json["maximum"] = number_to_json(info.maximum);
    json["choices"] = info.choices;
    json["default"] = to_json(info.fallback);
    return json;
}

ParameterInfo parameter_info_from_json(const nlohmann::json& json) {
    ParameterInfo info;
    info.id = text_member(json, "id");
    info.axis = text_member(json, "axis");
    info.label = text_member(json, "label");
    info.symbol = text_member(json, "symbol");
    info.unit = text_member(json, "unit");
    info.help = text_member(json, "help");
    const std::string kind = text_member(json, "kind");
    for (std::size_t i = 0; i < kind_names.size(); ++i)
        if (kind == kind_names[i]) info.kind = static_cast<ParameterKind>(i);
    info.minimum = number_member(json, "minimum");
    info.maximum = number_member(json, "maximum");
    info.choices = texts_member(json, "choices");
    if (auto value = value_from_json(member(json, "default"))) info.fallback = std::move(*value);
    return info;
}

Json to_json(const MetricInfo& info) {
    Json json;
    json["id"] = info.id;
    json["heading"] = info.heading;
    json["unit"] = info.unit;
    json["digits"] = info.digits;
    json["better"] = to_string(info.better);
    json["help"] = info.help;
    return json;
}

MetricInfo metric_info_from_json(const nlohmann::json& json) {
    MetricInfo info;
    info.id = text_member(json, "id");
    info.heading = text_member(json, "heading");
    info.unit = text_member(json, "unit");
    info.digits =
        static_cast<int>(std::clamp<std::int64_t>(integer_member(json, "digits", 3), 0, 17));
    // Files of before counts had a form of their own: a count of this program is one there, too.
    if (const MetricInfo* known = find_metric(info.id); known && known->digits == 0)
        info.digits = 0;
    info.better = enum_member(json, "better", {Better::lower, Better::higher, Better::neither},
                              Better::neither);
    info.help = text_member(json, "help");
    return info;
}

Json to_json(const VariantInfo& info) {
    Json json;
    json["name"] = info.name;
    json["label"] = info.label;
    json["latex_label"] = info.latex_label;
    json["formula"] = info.formula;
    json["family"] = to_string(info.family);
    json["complexity"] = to_string(info.complexity);
    json["signed_estimate"] = info.signed_estimate;
    json["approximates_yat"] = info.approximates_yat;
    json["parameters"] = Json::array();
    for (const ParameterInfo& parameter : info.parameters)
        json["parameters"].push_back(to_json(parameter));
    json["style"] = {{"colour", info.style.colour},
                     {"dark_colour", info.style.dark_colour},
                     {"marker", info.style.marker},
                     {"dash", info.style.dash}};
    return json;
}

VariantInfo variant_info_from_json(const nlohmann::json& json) {
    VariantInfo info;
    info.name = text_member(json, "name");
    info.label = text_member(json, "label");
    info.latex_label = text_member(json, "latex_label");
    info.formula = text_member(json, "formula");
    info.family =
        enum_member(json, "family",
                    {Family::softmax, Family::linear, Family::exact_yat, Family::linearised_yat, own_family},
                    Family::softmax);
    info.complexity = enum_member(json, "complexity", {Complexity::quadratic, Complexity::linear},
                                  Complexity::quadratic);
    info.signed_estimate = flag_member(json, "signed_estimate");
    info.approximates_yat = flag_member(json, "approximates_yat");
    const nlohmann::json& parameters = member(json, "parameters");
    if (parameters.is_array())
        for (const auto& each : parameters)
            info.parameters.push_back(parameter_info_from_json(each));
    const nlohmann::json& style = member(json, "style");
    info.style.colour = static_cast<std::uint32_t>(integer_member(style, "colour") & 0xFFFFFF);
    info.style.dark_colour =
        static_cast<std::uint32_t>(integer_member(style, "dark_colour") & 0xFFFFFF);
    info.style.marker = text_member(style, "marker");
    info.style.dash = text_member(style, "dash");
    // One colour, marker and dash everywhere: a record of before a colour was changed follows.
    if (const VariantInfo* known = find_variant(info.name)) info.style = known->style;
    return info;
}

Json to_json(const MetricValue& value) {
    Json json;
    json["value"] = number_to_json(value.value);
    if (value.low) json["low"] = number_to_json(*value.low);
    if (value.high) json["high"] = number_to_json(*value.high);
    json["count"] = value.count;
    return json;
}

MetricValue metric_value_from_json(const nlohmann::json& json) {
    MetricValue value;
    value.value = number_member(json, "value", std::numeric_limits<double>::quiet_NaN());
    value.low = optional_member(json, "low");
    value.high = optional_member(json, "high");
    value.count = integer_member(json, "count", 1);
    return value;
}

Json to_json(const Point& point) {
    Json json;
    json["id"] = point.id;
    json["experiment"] = point.experiment;
    json["variant"] = point.variant;
    json["group"] = point.group;
    json["parameters"] = to_json(point.parameters);
    json["prediction"] = {{"seconds", number_to_json(point.prediction.seconds)},
                          {"latency_ms", number_to_json(point.prediction.latency_ms)},
                          {"peak_bytes", number_to_json(point.prediction.peak_bytes)}};
    return json;
}

Point point_from_json(const nlohmann::json& json) {
    Point point;
    point.id = text_member(json, "id");
    point.experiment = text_member(json, "experiment");
    point.variant = text_member(json, "variant");
    point.group = text_member(json, "group");
    point.parameters = parameters_from_json(member(json, "parameters"));
    const nlohmann::json& prediction = member(json, "prediction");
    point.prediction.seconds = number_member(prediction, "seconds");
    point.prediction.latency_ms = number_member(prediction, "latency_ms");
    point.prediction.peak_bytes = number_member(prediction, "peak_bytes");
    return point;
}

const nlohmann::json& member(const nlohmann::json& object, const char* key) {
    static const nlohmann::json null;
    if (!object.is_object()) return null;
    const auto found = object.find(key);
    return found == object.end() ? null : *found;
}

std::string text_member(const nlohmann::json& object, const char* key, std::string fallback) {
    const nlohmann::json& value = member(object, key);
    return value.is_string() ? clean_text(value.get_ref<const std::string&>()) : fallback;
}

double number_member(const nlohmann::json& object, const char* key, double fallback) {
    return number_from_json(member(object, key), fallback);
}

std::int64_t integer_member(const nlohmann::json& object, const char* key, std::int64_t fallback) {
    const auto value = value_from_json(member(object, key));
    if (!value) return fallback;
    const auto* integer = std::get_if<std::int64_t>(&*value);
    return integer ? *integer : fallback;
}

bool flag_member(const nlohmann::json& object, const char* key, bool fallback) {
    const nlohmann::json& value = member(object, key);
    return value.is_boolean() ? value.get<bool>() : fallback;
}

}  // namespace slay
