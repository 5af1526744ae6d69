// Slices of a sweep over many axes: one axis at a time, the others held.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "engine/core/experiment_info.h"
#include "exports/panels.h"

namespace slay {
namespace {

using Points = std::vector<const RecordedPoint*>;

std::set<double> values_of(const Points& points, const std::string& id) {
    std::set<double> values;
    for (const RecordedPoint* each : points)
        if (each->point.parameters.has(id)) values.insert(each->point.parameters.real(id, NAN));
    return values;
}

double default_of(const ParameterInfo& info) {
    if (const auto* whole = std::get_if<std::int64_t>(&info.fallback))
        return static_cast<double>(*whole);
    if (const auto* real = std::get_if<double>(&info.fallback)) return *real;
    return 1;
}

// The measured value next to the default, as a factor; of two as near, the smaller.
double base_of(const std::set<double>& values, const ParameterInfo* info) {
    const double wanted = info ? std::max(default_of(*info), 1e-300) : 1;
    double best = *values.begin(), distance = INFINITY;
    for (const double value : values) {
        const double here = value > 0 ? std::abs(std::log(value / wanted)) : 1e9;
        if (here < distance - 1e-9) {
            best = value;
            distance = here;
        }
    }
    return best;
}

const ParameterInfo* info_of(const std::string& variant, const std::string& id) {
    if (const VariantInfo* row = find_variant(variant))
        for (const ParameterInfo& each : row->parameters)
            if (each.id == id) return &each;
    return find_parameter(id);
}

bool belongs_to_variant(const std::string& id) {
    const auto in = [&](const std::vector<ParameterInfo>& rows) {
        return std::any_of(rows.begin(), rows.end(),
                           [&](const ParameterInfo& row) { return row.id == id; });
    };
    return !in(shared_parameters()) && !in(derived_parameters());
}

// Keeps the points with `id` at its base, variant by variant where it is a variant's own.
Points hold(const Points& points, const std::string& id, std::string* held) {
    const bool own = belongs_to_variant(id);
    std::map<std::string, Points> parts;
    for (const RecordedPoint* each : points) parts[own ? each->point.variant : ""].push_back(each);
    std::map<std::string, double> bases;
    std::set<double> used;
    for (const auto& [variant, part] : parts) {
        const std::set<double> values = values_of(part, id);
        if (values.empty()) continue;
        bases[variant] = base_of(values, info_of(variant, id));
        if (values.size() > 1) used.insert(bases[variant]);
    }
    Points out;
    for (const RecordedPoint* each : points) {
        const auto base = bases.find(own ? each->point.variant : "");
        if (!each->point.parameters.has(id) || base == bases.end() ||
            each->point.parameters.real(id, NAN) == base->second)
            out.push_back(each);
    }
    if (held && !used.empty()) {
        if (!held->empty()) *held += ", ";
        bool first = true;
        for (const double value : used) {
            const bool whole = value == std::floor(value);
            const ParameterValue as_value =
                whole ? ParameterValue(static_cast<std::int64_t>(value)) : ParameterValue(value);
            *held += first ? describe_parameter(id, as_value) : " or " + to_text(as_value);
            first = false;
        }
    }
    return out;
}

// Whether it varies; a variant's own parameter within one variant, not just from one to the next.
bool is_swept(const Points& points, const std::string& id) {
    std::map<std::string, std::set<std::string>> values;
    const bool own = belongs_to_variant(id);
    for (const RecordedPoint* each : points)
        if (const ParameterValue* value = each->point.parameters.find(id))
            values[own ? each->point.variant : ""].insert(to_text(*value));
    return std::any_of(values.begin(), values.end(),
                       [](const auto& entry) { return entry.second.size() > 1; });
}

// Whether each value of one goes with one value of the other, as in the steps of a scale.
bool move_together(const Points& points, const std::string& a, const std::string& b) {
    Points both;
    for (const RecordedPoint* each : points)
        if (each->point.parameters.has(a) && each->point.parameters.has(b)) both.push_back(each);
    return !both.empty() && follows(both, a, {b}) && follows(both, b, {a});
}

}  // namespace

std::vector<const RecordedPoint*> slice_along(const Points& points,
                                              const std::vector<std::string>& axes,
                                              const std::string& x, std::string* held) {
    Points out = points;
    for (const std::string& id : axes) {
        if (id == x || out.empty() || values_of(out, id).size() < 2) continue;
        if (!follows(out, id, {x})) out = hold(out, id, held);
    }
    return out;
}

std::vector<PanelPoints> split_figure(const Points& points, const FigureSpec& spec,
                                      const std::string& x) {
    if (points.empty()) return {};
    std::vector<std::string> axes;
    if (!x.empty()) {
        axes.push_back(x);
    } else if (!spec.x_metrics.empty()) {
        axes = spec.x_metrics;
    } else if (spec.every_axis) {
        for (const std::string& id : spec.x)
            if (is_swept(points, id) && !follows(points, id, axes)) axes.push_back(id);
    } else if (spec.slices) {
        for (const std::string& id : spec.x) {
            const bool same = std::any_of(axes.begin(), axes.end(), [&](const std::string& other) {
                return move_together(points, id, other);
            });
            if (!same && is_swept(points, id)) axes.push_back(id);
        }
    }
    if (axes.empty()) axes.push_back(choose_axis(points, spec.x));

    std::vector<PanelPoints> out;
    for (const std::string& axis : axes) {
        std::string held;
        const Points slice = spec.slices ? slice_along(points, spec.x, axis, &held) : points;
        for (PanelPoints& each : split_panels(slice, axis)) {
            each.panel.held = held;
            if (axes.size() > 1) {
                std::string prefix = "by-" + axis;
                std::replace(prefix.begin(), prefix.end(), '_', '-');
                each.panel.id = each.panel.id.empty() ? prefix : prefix + '_' + each.panel.id;
                const ParameterInfo* info = find_parameter(axis);
                const MetricInfo* metric = find_metric(axis);
                const std::string by = "by " + (info     ? info->label
                                                : metric ? metric->heading
                                                         : axis);
                each.panel.label = each.panel.label.empty() ? by : by + ", " + each.panel.label;
            }
            out.push_back(std::move(each));
        }
    }
    return out;
}

}  // namespace slay
