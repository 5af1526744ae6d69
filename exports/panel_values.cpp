#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/core/experiment_info.h"
#include "engine/core/statistics.h"
#include "engine/core/task_catalog.h"
#include "engine/core/units.h"
#include "exports/panels.h"

namespace slay {
namespace {

// Derived metrics that follow from the point alone; the others need its group.
std::optional<MetricValue> cheap_metric(const RecordedPoint& point, const std::string& metric) {
    const Prediction& prediction = point.point.prediction;
    if (metric == "predicted_ms") return MetricValue{prediction.latency_ms, {}, {}, 1};
    if (metric == "predicted_mb") return MetricValue{prediction.peak_bytes / 1e6, {}, {}, 1};
    if (metric != "latency_ms") return std::nullopt;
    const auto samples = point.samples.find(metric);
    if (samples == point.samples.end() || samples->second.values.empty() ||
        holds_nan(samples->second.values))
        return std::nullopt;
    return median_with_interval(samples->second.values);
}

}  // namespace

std::optional<MetricValue> metric_value(const RunRecord& record, const RecordedPoint& point,
                                        const std::string& metric) {
    const auto own = point.result.metrics.find(metric);
    if (own != point.result.metrics.end()) return own->second;
    if (const auto cheap = cheap_metric(point, metric)) return cheap;
    const Metrics derived = derived_metrics(record, point);
    const auto found = derived.find(metric);
    if (found == derived.end()) return std::nullopt;
    return found->second;
}

StepValue step_value(const RunRecord& record, const CurveStep& step, const std::string& metric) {
    StepValue out;
    out.point = step.points.front()->point.id;
    out.state = step.points.front()->result.state;
    out.reason = step.points.front()->result.reason;
    std::vector<MetricValue> values;
    for (const RecordedPoint* each : step.points) {
        if (!is_measured(each->result.state)) {
            if (out.reason.empty() || is_measured(out.state)) out.reason = each->result.reason;
            continue;
        }
        if (values.empty()) {
            out.point = each->point.id;
            out.state = each->result.state;
        } else if (each->result.state == PointState::unconverged) {
            out.state = PointState::unconverged;
        }
        const auto value = metric_value(record, *each, metric);
        if (value && std::isfinite(value->value)) values.push_back(*value);
    }
    if (values.empty()) {
        if (is_measured(out.state)) out.reason = "it reports no " + metric;
        return out;
    }
    if (values.size() == 1) {
        out.value = values.front();
    } else {
        std::vector<double> means;
        for (const MetricValue& each : values) means.push_back(each.value);
        out.value = mean_with_interval(means);
    }
    if (values.size() < step.points.size())
        out.reason = fmt::format("{} of {} seeds measured. {}", values.size(), step.points.size(),
                                 out.reason);
    return out;
}

std::string describe_parameter(const std::string& id, const ParameterValue& value) {
    const std::string text = clean_text(to_text(value), 80);
    if (id == "causal") return text == "true" ? "causal" : "bidirectional";
    if (id == "pass") return text == "forward+backward" ? "forward + backward" : text;
    if (id == "inputs") return text + " inputs";
    if (id == "task") {
        const TaskInfo* task = find_task(text);
        return task ? task->title : text;
    }
    if (id == "block") return text == "attention" ? "attention only" : text + " block";
    if (id == "corpus") return text == "generated" ? "generated language" : text;
    if (id == "objective" || id == "dtype" || id == "lane" || id == "scale" || id == "device")
        return text;
    if (id == "seed") return "seed " + text;
    if (id == "seeds") {
        std::string spaced;
        for (const char c : text) spaced += c == ',' ? std::string(", ") : std::string(1, c);
        return (text.find(',') == std::string::npos ? "seed " : "seeds ") + spaced;
    }
    const ParameterInfo* info = find_parameter(id);
    if (!info) return id + " = " + text;
    if (info->kind == ParameterKind::flag) return (text == "true" ? "" : "not ") + info->label;
    return (info->symbol.empty() ? info->label : info->symbol) + " = " + text;
}

std::string describe_conditions(const Parameters& conditions,
                                const std::vector<std::string>& without) {
    std::string out;
    for (const char* id : condition_order) {
        const ParameterValue* value = conditions.find(id);
        if (!value || std::find(without.begin(), without.end(), id) != without.end()) continue;
        if (!out.empty()) out += ", ";
        out += describe_parameter(id, *value);
    }
    return out;
}

MetricInfo metric_info(const RunRecord& record, const std::string& id) {
    if (const MetricInfo* row = record.metric(id)) return *row;
    if (const MetricInfo* row = find_metric(id)) return *row;
    return {.id = id, .heading = id, .unit = "", .help = ""};
}

}  // namespace slay
