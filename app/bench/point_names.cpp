#include "app/bench/point_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/core/experiment_info.h"

namespace slay::bench {
namespace {

// Parameter -> scale -> the values seen with it.
using Seen = std::map<std::string, std::map<std::string, std::set<std::string>>>;

std::string key_of(const Point& point) {
    return fmt::format("{} {}", point.experiment, point.variant);
}

bool varies(const Seen& seen, const std::string& id) {
    const auto found = seen.find(id);
    if (found == seen.end()) return false;
    std::set<std::string> values;
    for (const auto& [scale, of_scale] : found->second) {
        values.insert(of_scale.begin(), of_scale.end());
    }
    return values.size() > 1;
}

// Under each scale one value: the scale's name says it.
bool follows_from_scale(const Seen& seen, const std::string& id) {
    const auto& by_scale = seen.at(id);
    return std::all_of(by_scale.begin(), by_scale.end(),
                       [](const auto& entry) { return entry.second.size() == 1; });
}

std::vector<std::string> told_ids(const Seen& seen) {
    const bool scales_vary = varies(seen, "scale");
    std::vector<std::string> ids;
    for (const char* first : {"scale", "length"}) {
        if (seen.contains(first)) ids.push_back(first);
    }
    for (const auto& [id, values] : seen) {
        if (id != "scale" && id != "length") ids.push_back(id);
    }
    std::erase_if(ids, [&](const std::string& id) {
        if (id == "head_dim" || !varies(seen, id)) return true;
        return scales_vary && id != "scale" && follows_from_scale(seen, id);
    });
    return ids;
}

}  // namespace

bool is_shared_parameter(const std::string& id) {
    for (const auto* rows : {&shared_parameters(), &derived_parameters()}) {
        for (const ParameterInfo& row : *rows) {
            if (row.id == id) return true;
        }
    }
    return false;
}

PointNames::PointNames(const std::vector<Point>& points) {
    std::map<std::string, Seen> shared;  // by experiment
    std::map<std::string, Seen> own;     // by experiment and variant
    for (const Point& point : points) {
        const std::string scale = point.parameters.text("scale");
        Seen& of_variant = own[key_of(point)];
        for (const auto& [id, value] : point.parameters) {
            Seen& seen = is_shared_parameter(id) ? shared[point.experiment] : of_variant;
            seen[id][scale].insert(to_text(value));
        }
    }
    for (auto& [key, seen] : own) {
        const std::string experiment = key.substr(0, key.find(' '));
        seen.merge(Seen(shared[experiment]));
        told_[key] = told_ids(seen);
    }
}

const std::vector<std::string>& PointNames::told(const Point& point) const {
    return told_.at(key_of(point));
}

std::string PointNames::name(const Point& point) const {
    std::string name = key_of(point);
    for (const std::string& id : told(point)) {
        const ParameterValue* value = point.parameters.find(id);
        if (value != nullptr) name.append(" ").append(parameter_text(id, *value));
    }
    return name;
}

std::string parameter_text(const std::string& id, const ParameterValue& value) {
    const ParameterInfo* info = find_parameter(id);
    if (info != nullptr && info->kind == ParameterKind::choice) return to_text(value);
    const std::string name = info != nullptr && !info->symbol.empty() ? info->symbol : id;
    return fmt::format("{}={}", name, to_text(value));
}

}  // namespace slay::bench
