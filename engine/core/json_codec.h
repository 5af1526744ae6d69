// Values to JSON and back, for the journal, presets and results. Reading never throws on a wrong
// type: the field keeps its default, so that a newer or a foreign file still opens.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "engine/core/metric.h"
#include "engine/core/parameters.h"
#include "engine/core/point.h"
#include "engine/core/variant_info.h"

namespace slay {

using Json = nlohmann::ordered_json;

// A number; NaN and infinities, which JSON lacks, as "nan", "inf", "-inf".
Json number_to_json(double value);
double number_from_json(const nlohmann::json& json, double fallback = 0);

Json to_json(const ParameterValue& value);
std::optional<ParameterValue> value_from_json(const nlohmann::json& json);  // of a scalar

Json to_json(const Parameters& parameters);
Parameters parameters_from_json(const nlohmann::json& json);

Json to_json(const ParameterInfo& info);
Json to_json(const MetricInfo& info);
Json to_json(const VariantInfo& info);
ParameterInfo parameter_info_from_json(const nlohmann::json& json);
MetricInfo metric_info_from_json(const nlohmann::json& json);
VariantInfo variant_info_from_json(const nlohmann::json& json);

Json to_json(const MetricValue& value);
MetricValue metric_value_from_json(const nlohmann::json& json);

Json to_json(const Point& point);
Point point_from_json(const nlohmann::json& json);

// Members of an object, with a default where they are absent or of another type.
std::string text_member(const nlohmann::json& object, const char* key, std::string fallback = {});
double number_member(const nlohmann::json& object, const char* key, double fallback = 0);
std::int64_t integer_member(const nlohmann::json& object, const char* key,
                            std::int64_t fallback = 0);
bool flag_member(const nlohmann::json& object, const char* key, bool fallback = false);
const nlohmann::json& member(const nlohmann::json& object, const char* key);  // null when absent

}  // namespace slay
