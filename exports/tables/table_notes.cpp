#include "exports/tables/table_notes.h"

#include <algorithm>

#include "engine/core/experiment_info.h"
#include "engine/core/units.h"
#include "exports/latex_text.h"

namespace slay {
namespace {

bool not_reached(PointState state) {
    return state == PointState::pending || state == PointState::running ||
           state == PointState::cancelled;
}

std::string joined(const std::vector<std::string>& parts, const std::string& between) {
    std::string out;
    for (std::size_t i = 0; i < parts.size(); ++i) out += (i > 0 ? between : "") + parts[i];
    return out;
}

}  // namespace

TableCell NoteCollector::cell(const Curve& curve, const std::string& where,
                              const StepValue& value) {
    const std::string state =
        not_reached(value.state) ? "not reached" : std::string(to_string(value.state));
    const std::string curve_key = curve.id + '\n' + state;
    auto known = by_curve_.find(curve_key);
    if (known == by_curve_.end()) {
        const std::string reason = not_reached(value.state) ? "" : value.reason;
        const auto [at, fresh] =
            by_reason_.try_emplace(state + '\n' + reason, static_cast<int>(notes_.size()));
        if (fresh) notes_.push_back({value.state, reason, {}, {}});
        known = by_curve_.emplace(curve_key, at->second).first;
    }
    Note& note = notes_[static_cast<std::size_t>(known->second)];
    const std::string label = latex_label(curve);
    if (!note.places.contains(label)) note.curves.push_back(label);
    note.places[label].push_back(where);
    const bool memory = value.state == PointState::out_of_memory;
    return TableCell::text_of(memory ? "OOM" : "--", known->second);
}

std::vector<std::string> NoteCollector::notes() const {
    std::vector<std::string> out;
    for (const Note& note : notes_) {
        std::string text;
        if (not_reached(note.state)) {
            text = "Not measured: the run was stopped before.";
        } else {
            std::vector<std::string> who;
            for (const std::string& curve : note.curves) {
                std::vector<std::string> places = note.places.at(curve);
                places.erase(std::unique(places.begin(), places.end()), places.end());
                who.push_back(curve + (places.front().empty() ? "" : " at ") +
                              joined(places, ", "));
            }
            text = joined(who, "; ") + ": " + std::string(to_string(note.state)) + ".";
            if (!note.reason.empty()) text += ' ' + latex_escape(note.reason, 240);
        }
        out.push_back(std::move(text));
    }
    return out;
}

std::string latex_label(const Curve& curve) {
    std::string label =
        latex_variant_label(curve.variant.name, curve.variant.label, curve.variant.latex_label);
    if (curve.label.size() > curve.variant.label.size())  // the budget follows
        label += latex_escape(curve.label.substr(curve.variant.label.size()), 80);
    return label;
}

std::string latex_heading(const MetricInfo& metric) {
    std::string out = metric.id == "relative_l2" ? std::string("Rel.\\ $\\ell_2$")
                                                 : latex_escape(metric.heading, 40);
    if (metric.id == "nonpositive_rows") out = "Rows $D\\le 0$";
    if (!metric.unit.empty()) out += " (" + latex_escape(metric.unit, 20) + ")";
    return out;
}

std::string latex_symbol(const std::string& parameter) {
    const ParameterInfo* info = find_parameter(parameter);
    if (!info) return latex_escape(parameter, 40);
    if (info->symbol.empty()) return latex_escape(info->label, 40);
    const bool letter = info->symbol.size() == 1;
    return letter ? "$" + info->symbol + "$" : latex_escape(info->symbol, 20);
}

std::string latex_setting(const RunRecord& record, const std::vector<const RecordedPoint*>& points,
                          const std::string& x) {
    std::string out = latex_escape(record.provenance().device_name, 80);
    if (record.provenance().device == "cpu" && record.provenance().cpu_threads > 0)
        out += " (" + std::to_string(record.provenance().cpu_threads) + " threads)";
    Parameters common;
    if (!points.empty())
        for (const auto& [id, value] : points.front()->point.parameters)
            if (std::all_of(points.begin(), points.end(), [&, key = id](const auto* each) {
                    const ParameterValue* here = each->point.parameters.find(key);
                    return here &&
                           to_text(*here) == to_text(*points.front()->point.parameters.find(key));
                }))
                common.set(id, value);
    const std::string conditions = describe_conditions(common, {x});
    if (!conditions.empty()) out += (out.empty() ? "" : "; ") + latex_escape(conditions, 400);
    return out;
}

std::string latex_reading(const ReadingHelp& help) {
    std::string out;
    if (help.pooled) out += " Mean over seeds.";
    if (help.intervals)
        out += " In parentheses: half width of the 95\\,\\% interval, in units of the last digit.";
    if (help.marks)
        out +=
            " Best in bold, second underlined; values that the interval does not tell from them "
            "are marked alike.";
    return out;
}

}  // namespace slay
