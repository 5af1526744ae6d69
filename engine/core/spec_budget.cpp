#include "engine/core/spec_budget.h"

#include <algorithm>

#include "engine/core/own_variant.h"
#include "engine/core/variant_info.h"

namespace slay {
namespace {

// No choice of variants fixes the parameter any more; choices that have become the same are one.
void free_parameter(std::vector<VariantChoice>& choices, const std::string& id) {
    std::vector<VariantChoice> kept;
    for (VariantChoice& choice : choices) {
        choice.fixed.erase(id);
        if (std::find(kept.begin(), kept.end(), choice) == kept.end())
            kept.push_back(std::move(choice));
    }
    choices = std::move(kept);
}

void free_scales(std::vector<Scale>& scales, const std::string& id) {
    for (Scale& scale : scales) scale.parameters.erase(id);
}

}  // namespace

SweepSpec with_budget(SweepSpec spec, const Point& point) {
    const VariantInfo* variant = find_variant(point.variant);
    if (!variant || is_own_variant(point.variant)) return spec;
    for (const ParameterInfo& info : variant->parameters) {
        const ParameterValue* value = point.parameters.find(info.id);
        if (!value) continue;
        free_parameter(spec.variants, info.id);
        free_scales(spec.scales, info.id);
        for (auto& [experiment, changed] : spec.overrides) {
            changed.axes.erase(info.axis);
            free_parameter(changed.variants, info.id);
            free_scales(changed.scales, info.id);
        }
        // A default that the preset does not name needs no axis of its own.
        if (*value != info.fallback || spec.axes.contains(info.axis))
            spec.axes[info.axis] = {*value};
    }
    const bool there =
        std::any_of(spec.variants.begin(), spec.variants.end(),
                    [&](const VariantChoice& each) { return each.name == point.variant; });
    if (!there) spec.variants.push_back({point.variant, {}});
    return spec;
}

}  // namespace slay
