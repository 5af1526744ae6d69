#include "exports/panels.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "engine/core/experiment_info.h"

namespace slay {
namespace {

using Points = std::vector<const RecordedPoint*>;

// Never mixed in one curve, in the order in which panels are named.
constexpr std::array<std::string_view, 4> always_apart{"pass", "dtype", "lane", "causal"};
// Follow from others, or are pooled.
constexpr std::array<std::string_view, 4> never_apart{"seed", "seeds", "head_dim", "device"};

template <typename Range>
bool holds(const Range& range, std::string_view id) {
    return std::find(range.begin(), range.end(), id) != range.end();
}

std::string text_at(const RecordedPoint& point, std::string_view id) {
    const ParameterValue* value = point.point.parameters.find(id);
    return value ? to_text(*value) : std::string("\x01");
}

std::string key_at(const RecordedPoint& point, const std::vector<std::string>& ids) {
    std::string key;
    for (const std::string& id : ids) key += text_at(point, id) + '\n';
    return key;
}

bool varies(const Points& points, std::string_view id) {
    const ParameterValue* first = points.front()->point.parameters.find(id);
    return std::any_of(points.begin(), points.end(), [&](const RecordedPoint* each) {
        const ParameterValue* value = each->point.parameters.find(id);
        return value && first ? *value != *first : value != first;
    });
}

// A variant's own parameters: its budget. Everything else is a condition that all share.
bool is_shared(const std::string& id) {
    return std::any_of(shared_parameters().begin(), shared_parameters().end(),
                       [&](const ParameterInfo& row) { return row.id == id; }) ||
           id == "scale";
}

std::vector<std::string> ids_in(const Points& points, bool shared) {
    // Most points have the parameters of the one before.
    std::set<std::string_view> all;
    const Parameters* before = nullptr;
    for (const RecordedPoint* each : points) {
        const Parameters& here = each->point.parameters;
        if (!before || !std::equal(here.begin(), here.end(), before->begin(), before->end(),
                                   [](const auto& a, const auto& b) { return a.first == b.first; }))
            for (const auto& [id, value] : here) all.insert(id);
        before = &here;
    }
    std::vector<std::string> ids;
    for (const std::string_view id : all)
        if (is_shared(std::string(id)) == shared && !holds(never_apart, id)) ids.emplace_back(id);
    return ids;
}

bool some_lack(const Points& points, const std::string& id) {
    const auto lacks = [&](const RecordedPoint* each) { return !each->point.parameters.has(id); };
    return std::any_of(points.begin(), points.end(), lacks);
}

std::vector<std::string> splitting_ids(const Points& points, const std::string& x) {
    std::vector<std::string> split;
    for (const std::string_view id : always_apart)
        if (id != x && varies(points, id)) split.emplace_back(id);
    std::vector<std::string> others = ids_in(points, true);
    // A scale explains the parameters tied to it, so it comes first.
    std::stable_partition(others.begin(), others.end(),
                          [](const std::string& id) { return id == "scale"; });
    for (const std::string& id : others) {
        if (id == x || holds(always_apart, id) || !varies(points, id)) continue;
        std::vector<std::string> causes = split;
        causes.push_back(x);
        if (some_lack(points, id) || !follows(points, id, causes)) split.push_back(id);
    }
    return split;
}

std::string slug(const std::string& id, const ParameterValue& value) {
    std::string text = to_text(value);
    if (id == "causal") text = text == "true" ? "causal" : "bidirectional";
    const ParameterInfo* info = find_parameter(id);
    if (info && !info->symbol.empty() && info->kind != ParameterKind::choice)
        text = info->symbol + text;
    std::string out;
    for (const char c : text) {
        const bool after_digit = !out.empty() && out.back() >= '0' && out.back() <= '9';
        const bool plain =
            (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c == '.' && after_digit);
        if (plain) {
            out += c;
        } else if (c >= 'A' && c <= 'Z') {
            out += static_cast<char>(c - 'A' + 'a');
        } else if (!out.empty() && out.back() != '-') {
            out += '-';
        }
    }
    out = out.substr(0, 40);
    while (!out.empty() && (out.back() == '-' || out.back() == '.')) out.pop_back();
    return out.empty() ? id : out;
}

Parameters conditions_of(const Points& points) {
    Parameters conditions;
    for (const auto& [id, value] : points.front()->point.parameters) {
        const bool shared = is_shared(id) || holds(never_apart, id);
        const auto same = [&, key = id, first = &value](const RecordedPoint* each) {
            const ParameterValue* here = each->point.parameters.find(key);
            return here && (*here == *first || to_text(*here) == to_text(*first));
        };
        if (shared && std::all_of(points.begin(), points.end(), same)) conditions.set(id, value);
    }
    return conditions;
}

Panel make_panel(const Points& points, const std::vector<std::string>& split) {
    Panel panel;
    panel.conditions = conditions_of(points);
    for (const std::string& id : split) {
        const ParameterValue* value = points.front()->point.parameters.find(id);
        if (!panel.id.empty()) {
            panel.id += '_';
            panel.label += ", ";
        }
        panel.id += value ? slug(id, *value) : "no-" + id;
        panel.label += value ? describe_parameter(id, *value) : "no " + id;
    }
    return panel;
}

// Points at one place, which differ in their seed, become one step.
void join_steps(std::vector<CurveStep>& steps) {
    std::stable_sort(steps.begin(), steps.end(),
                     [](const CurveStep& a, const CurveStep& b) { return a.x < b.x; });
    std::vector<CurveStep> joined;
    for (CurveStep& step : steps) {
        if (!joined.empty() && joined.back().x == step.x) {
            joined.back().points.push_back(step.points.front());
        } else {
            joined.push_back(std::move(step));
        }
    }
    steps = std::move(joined);
}

}  // namespace

std::vector<const RecordedPoint*> points_of(const RunRecord& record, std::string_view experiment) {
    Points points;
    for (const RecordedPoint& each : record.points())
        if (each.point.experiment == experiment) points.push_back(&each);
    return points;
}

bool follows(const Points& points, const std::string& id, const std::vector<std::string>& causes) {
    std::map<std::string, std::string> seen;
    for (const RecordedPoint* each : points) {
        if (!each->point.parameters.has(id)) continue;
        const auto [at, fresh] = seen.try_emplace(key_at(*each, causes), text_at(*each, id));
        if (!fresh && at->second != text_at(*each, id)) return false;
    }
    return true;
}

std::string choose_axis(const Points& points, const std::vector<std::string>& choice) {
    for (const std::string& id : choice) {
        std::set<std::string> values;
        for (const RecordedPoint* each : points)
            if (each->point.parameters.has(id)) values.insert(text_at(*each, id));
        if (values.size() > 1) return id;
    }
    for (const std::string& id : choice)
        for (const RecordedPoint* each : points)
            if (each->point.parameters.has(id)) return id;
    return choice.empty() ? std::string("length") : choice.front();
}

std::vector<PanelPoints> split_panels(const Points& points, const std::string& x) {
    if (points.empty()) return {};
    const std::vector<std::string> split = splitting_ids(points, x);
    std::vector<PanelPoints> panels;
    std::map<std::string, std::size_t> index;
    for (const RecordedPoint* each : points) {
        const auto [at, fresh] = index.try_emplace(key_at(*each, split), panels.size());
        if (fresh) panels.emplace_back();
        panels[at->second].points.push_back(each);
    }
    std::set<std::string> taken;
    for (PanelPoints& each : panels) {
        each.panel = make_panel(each.points, split);
        each.panel.x = x;
        const std::string stem = each.panel.id;
        for (int n = 2; !taken.insert(each.panel.id).second; ++n)
            each.panel.id = stem + "-" + std::to_string(n);
    }
    return panels;
}

std::vector<std::string> categories_of(const Points& points, const std::string& id) {
    std::vector<std::string> out;
    const ParameterInfo* info = find_parameter(id);
    for (const RecordedPoint* each : points) {
        const ParameterValue* value = each->point.parameters.find(id);
        if (value && std::holds_alternative<std::string>(*value) &&
            !holds(out, std::get<std::string>(*value)))
            out.push_back(std::get<std::string>(*value));
    }
    if (!info) return out;
    const auto rank = [&](const std::string& value) {
        return std::find(info->choices.begin(), info->choices.end(), value);
    };
    std::stable_sort(out.begin(), out.end(),
                     [&](const std::string& a, const std::string& b) { return rank(a) < rank(b); });
    return out;
}

std::vector<VariantPoints> split_variants(const RunRecord& record, const Points& points) {
    std::map<std::string, Points, std::less<>> by_variant;
    std::vector<std::string> order;
    for (const VariantInfo& each : record.variants()) order.push_back(each.name);
    for (const RecordedPoint* each : points) {
        by_variant[each->point.variant].push_back(each);
        if (!holds(order, each->point.variant)) order.push_back(each->point.variant);
    }
    std::vector<VariantPoints> out;
    for (const std::string& name : order) {
        const auto found = by_variant.find(name);
        if (found == by_variant.end()) continue;
        const VariantInfo* row = record.variant(name);
        VariantPoints& each = out.emplace_back();
        if (row) each.variant = *row;
        each.variant.name = name;
        if (each.variant.label.empty()) each.variant.label = name;
        each.points = std::move(found->second);
    }
    return out;
}

std::vector<Curve> curves_of(const RunRecord& record, const Points& points, const std::string& x) {
    const std::vector<std::string> categories = categories_of(points, x);
    Points placed;
    for (const RecordedPoint* each : points) {
        const ParameterValue* at = each->point.parameters.find(x);
        const bool text = at && std::holds_alternative<std::string>(*at);
        if (x.empty() || (at && !(text && categories.empty()))) placed.push_back(each);
    }
    std::vector<Curve> curves;
    for (const auto& [variant, mine] : split_variants(record, placed)) {
        std::vector<std::string> split;
        for (const std::string& id : ids_in(mine, false)) {
            std::vector<std::string> causes = split;
            causes.push_back(x);
            if (id != x && varies(mine, id) && (some_lack(mine, id) || !follows(mine, id, causes)))
                split.push_back(id);
        }
        std::map<std::string, std::size_t> index;
        for (const RecordedPoint* each : mine) {
            const auto [at, fresh] = index.try_emplace(key_at(*each, split), curves.size());
            if (fresh) {
                Curve curve;
                curve.variant = variant;
                curve.id = variant.name;
                curve.label = variant.label;
                curve.latex_label = variant.latex_label;
                std::string budget;
                for (const std::string& id : split) {
                    const ParameterValue* value = each->point.parameters.find(id);
                    curve.id += ";" + id + "=" + text_at(*each, id);
                    if (!budget.empty()) budget += ", ";
                    budget += value ? describe_parameter(id, *value) : "no " + id;
                }
                if (!budget.empty()) curve.label += " [" + budget + "]";
                curves.push_back(std::move(curve));
            }
            const auto category =
                std::find(categories.begin(), categories.end(), each->point.parameters.text(x));
            const double place = categories.empty()
                                     ? each->point.parameters.real(x)
                                     : static_cast<double>(category - categories.begin());
            curves[at->second].steps.push_back({place, {each}});
        }
    }
    for (Curve& curve : curves) join_steps(curve.steps);
    return curves;
}

}  // namespace slay
