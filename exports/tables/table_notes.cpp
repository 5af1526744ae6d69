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

// A reason without what tells one point from the next: its numbers and its variant.
std::string without_particulars(std::string reason, const Curve& curve) {
    for (const std::string& name : {curve.variant.name, curve.variant.label}) {
        if (name.empty()) continue;
        for (std::size_t at = reason.find(name); at != std::string::npos;
             at = reason.find(name, at + 1))
            reason.replace(at, name.size(), "*");
    }
    std::string out;
    for (const char c : reason) {
        const bool digit = (c >= '0' && c <= '9') || c == '.' || c == ',';
        if (!digit) out += c;
    }
    return out;
}

const char* state_words(PointState state) {
    switch (state) {
        case PointState::out_of_memory:
            return "Out of memory";
        case PointState::unsupported:
            return "Unsupported";
        case PointState::incorrect:
            return "Incorrect";
        case PointState::unconverged:
            return "Unconverged: the interval is wider than asked for";
        case PointState::timed_out:
            return "Timed out";
        case PointState::failed:
            return "Failed";
        case PointState::ok:
            return "Not reported";
        default:
            return "Not measured: the run was stopped before";
    }
}

// "$E = 256$", "float32".
std::string latex_condition(const std::string& id, const ParameterValue& value) {
    const std::string text = describe_parameter(id, value);
    const std::size_t equals = text.find(" = ");
    if (equals == 1 && !std::holds_alternative<std::string>(value))
        return "$" + text.substr(0, 1) + " = " + text.substr(4) + "$";
    return latex_escape(text, 120);
}

}  // namespace

int NoteCollector::note_for(PointState state, const std::string& reason, const std::string& alike) {
    const std::string key = std::string(state_words(state)) + '\n' + alike;
    const auto [at, fresh] = index_.try_emplace(key, static_cast<int>(notes_.size()));
    if (fresh) notes_.push_back({state, reason, false, false});
    Note& note = notes_[static_cast<std::size_t>(at->second)];
    note.several = note.several || note.reason != reason;
    return at->second;
}

TableCell NoteCollector::cell(const Curve& curve, const StepValue& value) {
    const bool reached = !not_reached(value.state);
    const std::string reason = reached ? value.reason : std::string();
    const int note = note_for(value.state, reason, without_particulars(reason, curve));
    return TableCell::text_of(value.state == PointState::out_of_memory ? "OOM" : "--", note);
}

int NoteCollector::unconverged(const StepValue& value) {
    return value.state == PointState::unconverged ? note_for(value.state, "", "") : -1;
}

int NoteCollector::remark(const Curve& curve, const StepValue& value) {
    const int note = note_for(PointState::ok, value.reason,
                              "remark " + without_particulars(value.reason, curve));
    notes_[static_cast<std::size_t>(note)].remark = true;
    return note;
}

std::vector<std::string> NoteCollector::notes() const {
    std::vector<std::string> out;
    for (const Note& note : notes_) {
        if (note.remark) {
            out.push_back((note.several ? "For example: " : "") + latex_escape(note.reason, 300));
            continue;
        }
        std::string text = state_words(note.state);
        if (!note.reason.empty())
            text += (note.several ? ", for example: " : ": ") + latex_escape(note.reason, 300);
        if (text.back() != '.') text += '.';
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
    std::string between = out.empty() ? "" : "; ";
    for (const char* id : condition_order) {
        const ParameterValue* value = common.find(id);
        if (!value || id == x) continue;
        out += between + latex_condition(id, *value);
        between = ", ";
    }
    return out;
}

std::string latex_reading(const ReadingHelp& help) {
    std::string out;
    if (help.pooled) out += " Mean over seeds.";
    if (help.intervals)
        out += " In parentheses: half width of the 95\\,\\% interval, in units of the last digit.";
    if (help.marks)
        out += help.intervals
                   ? " Best in bold, second underlined; values that the interval does not "
                     "tell from them are marked alike."
                   : " Best in bold, second underlined; ties are marked alike.";
    return out;
}

}  // namespace slay
