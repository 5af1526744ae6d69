#include "exports/figure_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "engine/core/experiment_info.h"
#include "engine/core/units.h"
#include "exports/figure_parts.h"
#include "exports/panels.h"

namespace slay {
namespace {

std::string axis_label(const std::string& parameter) {
    const ParameterInfo* info = find_parameter(parameter);
    if (!info) return parameter;
    std::string label = info->label;
    if (!info->symbol.empty() && !label.ends_with(' ' + info->symbol)) label += ' ' + info->symbol;
    return info->unit.empty() ? label : label + " (" + info->unit + ")";
}

std::string axis_label(const MetricInfo& metric) {
    return metric.unit.empty() ? metric.heading : metric.heading + " (" + metric.unit + ")";
}

// The interval, as far as the axis can show it; false when its lower end is left out.
bool take_interval(FigurePoint& point, const MetricValue& value, bool log) {
    if (!value.low || !value.high || !(*value.low <= *value.high)) return true;
    if (!std::isfinite(*value.low) || !std::isfinite(*value.high)) return true;
    point.high = value.high;
    if (log && *value.low <= 0) return false;
    point.low = value.low;
    return true;
}

struct Builder {
    const RunRecord& record;
    const FigureOptions& options;
    FigureData& data;
    Placing& placing;

    Series start(const Curve& curve, SeriesKind kind, const std::string& prefix) const {
        Series series;
        series.id = prefix + ':' + curve.id;
        series.label = clean_text(curve.label, 120);
        series.variant = curve.variant.name;
        series.style = curve.variant.style;
        series.kind = kind;
        series.hidden = options.hidden.count(series.id) > 0;
        return series;
    }

    void add_measured(const Curve& curve) {
        Series series = start(curve, SeriesKind::measured, "measured");
        for (const CurveStep& step : curve.steps) {
            widen(data.x, step.x);
            StepValue found = step_value(record, step, data.metric);
            if (found.value) {
                widen(data.y, found.value->value);
                FigurePoint point;
                point.point = found.point;
                point.state = found.state;
                point.reason = found.reason;
                if (placing.place(series, step.x, *found.value, point)) {
                    widen_by_interval(series.points.back());
                    continue;
                }
                found.reason = fmt::format("{} cannot be drawn on a logarithmic axis",
                                           format_number(found.value->value, 3));
            } else if (found.state == PointState::pending) {
                continue;
            }
            series.undrawn.push_back({step.x, found.point, found.state, found.reason});
        }
        data.series.push_back(std::move(series));
    }

    // The axis holds intervals as well, but for those so wide that it would hold little else.
    void widen_by_interval(const FigurePoint& point) {
        const double most = data.y.log ? 10 * point.y : 2 * std::abs(point.y);
        const double least = data.y.log ? point.y / 10 : point.y - std::abs(point.y);
        if (point.high && *point.high <= most) widen(data.y, *point.high);
        if (point.low && *point.low >= least) widen(data.y, *point.low);
    }

    void add_samples(const Curve& curve) {
        Series series = start(curve, SeriesKind::measured, "measured");
        series.band = true;
        double last = 1;
        for (const SampleStep& step : sample_steps(curve, data.metric, data.x.log)) {
            widen(data.x, step.x);
            widen(data.y, step.value.value);
            FigurePoint point;
            point.point = step.point;
            placing.place(series, step.x, step.value, std::move(point));
            last = step.x;
        }
        // Where a point ended that failed, and where one in flight has come to.
        for (const RecordedPoint* each : curve.steps.front().points) {
            const PointState state = each->result.state;
            if (is_measured(state) || state == PointState::pending) continue;
            series.undrawn.push_back({last, each->point.id, state, each->result.reason});
        }
        data.series.push_back(std::move(series));
    }

    // Of raw samples, a straight line at what the first point says: a limit that all share.
    void add_level(const std::vector<Curve>& curves, const ReferenceCurve& reference) {
        if (!(data.x.low < data.x.high)) return;
        Series series;
        series.id = "reference:" + reference.metric;
        series.label = reference.label;
        series.kind = SeriesKind::reference;
        series.hidden = options.hidden.count(series.id) > 0;
        for (const Curve& curve : curves) {
            const StepValue found = step_value(record, curve.steps.front(), reference.metric);
            if (!found.value) continue;
            widen(data.y, found.value->value);
            for (const double x : {data.x.low, data.x.high})
                placing.place(series, x, *found.value, {});
            break;
        }
        if (!series.points.empty()) data.series.push_back(std::move(series));
    }

    void add_predicted(const Curve& curve, const std::string& metric) {
        Series series = start(curve, SeriesKind::predicted, "predicted");
        series.hidden = series.hidden || options.hidden.count("measured:" + curve.id) > 0;
        series.label += " (predicted)";
        for (const CurveStep& step : curve.steps) {
            const auto value = metric_value(record, *step.points.front(), metric);
            if (value && value->value > 0) placing.place(series, step.x, *value, {});
        }
        if (!series.points.empty()) data.series.push_back(std::move(series));
    }

    // A neutral curve of what the metric says at each x, from the first variant that reports it.
    void add_reference(const std::vector<Curve>& curves, const ReferenceCurve& reference,
                       bool against_yat) {
        Series series;
        series.dots = !data.x.categories.empty();
        series.id = "reference:" + reference.metric;
        series.label = reference.label;
        series.kind = SeriesKind::reference;
        series.hidden = options.hidden.count(series.id) > 0;
        std::map<double, MetricValue> at;
        for (const Curve& curve : curves) {
            if (against_yat && !curve.variant.approximates_yat) continue;
            for (const CurveStep& step : curve.steps) {
                const StepValue found = step_value(record, step, reference.metric);
                if (found.value) at.try_emplace(step.x, *found.value);
            }
        }
        for (const auto& [x, value] : at) {
            widen(data.y, value.value);
            placing.place(series, x, value, {});
        }
        if (!series.points.empty()) data.series.push_back(std::move(series));
    }
};

// At a category the curves' points stand beside each other, in the legend's order.
void spread_in_categories(FigureData& data) {
    if (data.x.categories.empty()) return;
    constexpr double used = 0.8;  // of a category's width
    const auto count = static_cast<double>(data.series.size());
    double offset = -used * (count - 1) / (2 * count);
    for (Series& series : data.series) {
        series.dots = true;
        for (FigurePoint& point : series.points) point.x += offset;
        for (UndrawnPoint& point : series.undrawn) point.x += offset;
        offset += used / count;
    }
}

// What the plan predicts of a metric.
std::string prediction_of(const std::string& metric) {
    if (metric == "peak_mb") return "predicted_mb";
    if (metric == "latency_ms") return "predicted_ms";
    return {};
}

}  // namespace

void widen(FigureAxis& axis, double value) {
    if (!std::isfinite(value) || (axis.log && value <= 0)) return;
    const bool first = axis.low > axis.high;
    axis.low = first ? value : std::min(axis.low, value);
    axis.high = first ? value : std::max(axis.high, value);
}

bool Placing::place(Series& series, double x, const MetricValue& value, FigurePoint point) {
    if (!std::isfinite(value.value)) return false;
    if ((data.x.log && x <= 0) || (data.y.log && value.value <= 0)) {
        ++not_positive;
        return false;
    }
    point.x = x;
    point.y = value.value;
    point.count = value.count;
    if (!take_interval(point, value, data.y.log)) ++cut_intervals;
    series.points.push_back(std::move(point));
    return true;
}

std::string FigureAxis::place(double value) const {
    if (!categories.empty()) {
        const double last = static_cast<double>(categories.size()) - 1;
        return categories[static_cast<std::size_t>(std::clamp(std::round(value), 0.0, last))];
    }
    return value == std::floor(value) ? format_count(value) : format_number(value, 3);
}

bool FigureData::empty() const {
    return !map && std::none_of(series.begin(), series.end(), [](const Series& each) {
        return each.kind == SeriesKind::measured && !each.points.empty();
    });
}

FigureData build_figure(const FigureSpec& spec, const RunRecord& record,
                        const FigureOptions& options) {
    FigureData data;
    data.id = spec.id;
    data.title = spec.title;
    data.metric = options.metric.empty() ? spec.metric : options.metric;
    data.x.log = options.log_x.value_or(spec.log_x);
    const auto& logs = spec.log_metrics;
    data.y.log = options.log_y.value_or(
        spec.log_y || std::find(logs.begin(), logs.end(), data.metric) != logs.end());
    data.y.label = axis_label(metric_info(record, data.metric));
    data.x_is_metric = !spec.x_metrics.empty();
    const auto x_label = [&](const std::string& id) {
        return data.x_is_metric ? axis_label(metric_info(record, id)) : axis_label(id);
    };

    const auto found = find_panel(record, spec, options.panel, options.x);
    if (!found) {
        const auto& choice = data.x_is_metric ? spec.x_metrics : spec.x;
        data.x_parameter = options.x.empty() && !choice.empty() ? choice.front() : options.x;
        data.x.label = x_label(data.x_parameter);
        data.notes.push_back("This run has no points of the experiment " + spec.experiment + ".");
        return data;
    }
    const PanelPoints& panel = *found;
    data.panel = panel.panel;
    data.x_parameter = panel.panel.x;
    data.x.label = x_label(data.x_parameter);
    const auto [categories, curves] = panel_curves(record, spec, panel);
    for (const std::string& each : categories)
        data.x.categories.push_back(clean_text(describe_parameter(data.x_parameter, each), 60));
    if (!data.x.categories.empty()) {
        data.x.log = false;
        data.x.label.clear();  // the names say what they are
    }
    data.y.share = spec.share && data.metric == spec.metric;
    if (!panel.panel.label.empty()) data.title += " \u2013 " + panel.panel.label;
    data.subtitle = clean_text(record.provenance().device_name, 80);
    const std::string conditions = describe_conditions(panel.panel.conditions, {data.x_parameter});
    if (!conditions.empty()) data.subtitle += (data.subtitle.empty() ? "" : ": ") + conditions;
    if (!panel.panel.held.empty()) data.subtitle += ", " + panel.panel.held;

    Placing placing{data};
    if (data.x_is_metric) {
        add_trade_offs(placing, spec, record, panel, options);
        add_notes(data, record, placing.not_positive, placing.cut_intervals);
        return data;
    }
    Builder builder{record, options, data, placing};
    if (spec.samples && !spec.last_round.empty())
        for (const RecordedPoint* each : panel.points)
            widen(data.x, each->point.parameters.real(spec.last_round));
    for (const Curve& curve : curves) {
        if (spec.samples) {
            builder.add_samples(curve);
            continue;
        }
        // Exact Yat is what the error is measured from: its own would only stretch the axis.
        if (spec.against_yat && curve.variant.family == Family::exact_yat) continue;
        builder.add_measured(curve);
    }
    spread_in_categories(data);
    const std::string prediction = prediction_of(data.metric);
    if (spec.predicted && options.predicted && !prediction.empty())
        for (const Curve& curve : curves) builder.add_predicted(curve, prediction);
    if (data.metric == spec.metric)
        for (const ReferenceCurve& each : spec.references)
            spec.samples ? builder.add_level(curves, each)
                         : builder.add_reference(curves, each, spec.against_yat);
    add_overlays(data, panel.panel, options);
    if (options.slopes && data.metric == spec.metric && data.x_parameter == "length")
        data.slopes = spec.slopes;
    if (spec.crossovers && options.crossovers) data.crossovers = find_crossovers(data);
    add_notes(data, record, placing.not_positive, placing.cut_intervals);
    return data;
}

}  // namespace slay
