#include "exports/comparable.h"

#include "exports/panels.h"

namespace slay {

std::string difference_from(const Parameters& here, const PublishedData& source,
                            const PublishedPoint& point, const std::string& except) {
    Parameters published = source.conditions;
    for (const auto& [id, value] : point.parameters) published.set(id, value);
    for (const auto& [id, value] : published) {
        const ParameterValue* ours = here.find(id);
        if (!ours || id == except || to_text(*ours) == to_text(value)) continue;
        return describe_parameter(id, value) + ", not " + describe_parameter(id, *ours);
    }
    return {};
}

std::vector<const PublishedData*> overlays_of(const RunRecord& record) {
    std::vector<const PublishedData*> out;
    for (const std::string& id : record.spec().overlays)
        if (const PublishedData* source = find_published(id)) out.push_back(source);
    return out;
}

std::optional<double> published_value(const PublishedData& source, const std::string& metric,
                                      const std::string& variant, const Parameters& here,
                                      const std::string& x) {
    for (const PublishedPoint& point : source.points) {
        if (point.metric != metric || point.variant != variant) continue;
        if (!x.empty() && !point.parameters.has(x)) continue;
        if (difference_from(here, source, point).empty()) return point.value;
    }
    return std::nullopt;
}

}  // namespace slay
