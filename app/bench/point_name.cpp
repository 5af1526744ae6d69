#include "app/bench/point_name.h"

#include <fmt/format.h>

#include <set>

#include "engine/core/experiment_info.h"

namespace slay::bench {

std::map<std::string, std::vector<std::string>> varying_parameters(
    const std::vector<Point>& points) {
    // experiment -> parameter -> its values, in order of parameter ids
    std::map<std::string, std::map<std::string, std::set<std::string>>> values;
    for (const Point& point : points) {
        for (const auto& [id, value] : point.parameters) {
            values[point.experiment][id].insert(to_text(value));
        }
    }
    std::map<std::string, std::vector<std::string>> varying;
    for (const auto& [experiment, parameters] : values) {
        auto& ids = varying[experiment];
        // The length comes first: it is the axis of nearly every sweep.
        const auto length = parameters.find("length");
        if (length != parameters.end() && length->second.size() > 1) ids.push_back("length");
        for (const auto& [id, texts] : parameters) {
            if (id != "length" && texts.size() > 1) ids.push_back(id);
        }
    }
    return varying;
}

std::string parameter_text(const std::string& id, const ParameterValue& value) {
    const ParameterInfo* info = find_parameter(id);
    if (info != nullptr && info->kind == ParameterKind::choice) return to_text(value);
    const std::string name = info != nullptr && !info->symbol.empty() ? info->symbol : id;
    return fmt::format("{}={}", name, to_text(value));
}

std::string point_name(const Point& point, const std::vector<std::string>& ids) {
    std::string name = fmt::format("{} {}", point.experiment, point.variant);
    for (const std::string& id : ids) {
        const ParameterValue* value = point.parameters.find(id);
        if (value != nullptr) name.append(" ").append(parameter_text(id, *value));
    }
    return name;
}

}  // namespace slay::bench
