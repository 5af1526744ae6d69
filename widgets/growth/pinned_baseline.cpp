#include "widgets/growth/pinned_baseline.h"

#include <QJsonArray>
#include <algorithm>
#include <cmath>

#include "engine/core/experiment_info.h"
#include "engine/core/units.h"

namespace slay {
namespace {

// What variants share: every parameter but those that are a variant's own.
std::string conditions_of(const RunRecord& record, const Point& point) {
    const VariantInfo* variant = record.variant(point.variant);
    std::string key = point.experiment;
    for (const auto& [id, value] : point.parameters) {
        const bool own =
            variant &&
            std::any_of(variant->parameters.begin(), variant->parameters.end(),
                        [&, &own_id = id](const ParameterInfo& info) { return info.id == own_id; });
        if (!own) key += '\n' + id + '=' + to_text(value);
    }
    return key;
}

QJsonValue number(const std::optional<double>& value) {
    return value && std::isfinite(*value) ? QJsonValue(*value) : QJsonValue();
}

std::optional<double> number(const QJsonValue& value) {
    return value.isDouble() ? std::optional(value.toDouble()) : std::nullopt;
}

}  // namespace

void PinnedBaseline::pin(const FigureData& figure, const Series& series, const RunRecord& record,
                         const QString& run) {
    label_ = QString::fromStdString(clean_text(series.label, 80));
    if (!run.isEmpty()) label_ += tr(", run %1").arg(run);
    figure_ = figure.id;
    panel_ = figure.panel.id;
    metric_ = figure.metric;
    x_parameter_ = figure.x_parameter;
    device_ = record.provenance().device;
    points_.clear();
    for (const FigurePoint& point : series.points) {
        const RecordedPoint* recorded = record.find(point.point);
        if (!recorded || !(point.y > 0)) continue;
        experiment_ = recorded->point.experiment;
        points_.push_back({point.x,
                           {point.y, point.low, point.high, point.count},
                           conditions_of(record, recorded->point)});
    }
    index();
    emit changed();
}

void PinnedBaseline::clear() {
    points_.clear();
    label_.clear();
    index();
    emit changed();
}

void PinnedBaseline::index() {
    std::sort(points_.begin(), points_.end(),
              [](const Pinned& a, const Pinned& b) { return a.x < b.x; });
    by_conditions_.clear();
    for (std::size_t i = 0; i < points_.size(); ++i)
        by_conditions_.emplace(points_[i].conditions, i);
}

const PinnedBaseline::Pinned* PinnedBaseline::at(double x) const {
    const auto found = std::find_if(points_.begin(), points_.end(), [&](const Pinned& each) {
        return std::abs(each.x - x) <= 1e-9 * std::abs(x);
    });
    return found == points_.end() ? nullptr : &*found;
}

bool PinnedBaseline::belongs_to(const FigureData& figure) const {
    return active() && figure.id == figure_ && figure.panel.id == panel_ &&
           figure.metric == metric_ && figure.x_parameter == x_parameter_;
}

std::optional<double> PinnedBaseline::ratio_at(double x, double y) const {
    const Pinned* base = at(x);
    return base ? std::optional(y / base->value.value) : std::nullopt;
}

void PinnedBaseline::decorate(FigureData& figure, bool ratio) const {
    if (!belongs_to(figure)) return;
    if (!ratio) {
        Series& curve = figure.series.emplace_back();
        curve.id = "pinned";
        curve.label = tr("pinned: %1").arg(label_).toStdString();
        curve.kind = SeriesKind::reference;
        curve.style.dash = "dash";
        for (const Pinned& each : points_) {
            FigurePoint& point = curve.points.emplace_back();
            point.x = each.x;
            point.y = each.value.value;
            figure.x.low = std::min(figure.x.low, each.x);
            figure.x.high = std::max(figure.x.high, each.x);
            figure.y.low = std::min(figure.y.low, point.y);
            figure.y.high = std::max(figure.y.high, point.y);
        }
        return;
    }
    std::size_t left_out = 0;
    figure.y.low = 1;
    figure.y.high = 1;
    std::erase_if(figure.series, [](const Series& each) {
        return each.kind != SeriesKind::measured;  // published curves and predictions
    });
    for (Series& series : figure.series) {
        left_out +=
            std::erase_if(series.points, [&](const FigurePoint& point) { return !at(point.x); });
        for (FigurePoint& point : series.points) {
            const double base = at(point.x)->value.value;
            point.y /= base;
            if (point.low) *point.low /= base;
            if (point.high) *point.high /= base;
            figure.y.low = std::min(figure.y.low, point.y);
            figure.y.high = std::max(figure.y.high, point.y);
        }
    }
    Series& one = figure.series.emplace_back();
    one.id = "pinned";
    one.label = tr("pinned: %1").arg(label_).toStdString();
    one.kind = SeriesKind::reference;
    one.style.dash = "dash";
    for (const Pinned& each : points_) {
        FigurePoint& point = one.points.emplace_back();
        point.x = each.x;
        point.y = 1;
    }
    figure.slopes.clear();
    figure.crossovers.clear();
    figure.metric += "/pinned";  // a number without a unit
    figure.y.label = tr("Ratio to %1").arg(label_).toStdString();
    if (left_out > 0)
        figure.notes.push_back(
            tr("%1 points are left out: the pinned curve has none at their place.")
                .arg(left_out)
                .toStdString());
}

std::optional<Compared> PinnedBaseline::against(const RunRecord& record, const RecordedPoint& point,
                                                const Metrics& metrics) const {
    if (!active() || point.point.experiment != experiment_) return std::nullopt;
    const auto value = metrics.find(metric_);
    if (value == metrics.end() || !is_measured(point.result.state)) return std::nullopt;
    const auto base = by_conditions_.find(conditions_of(record, point.point));
    if (base == by_conditions_.end()) return std::nullopt;
    const MetricInfo* info = find_metric(metric_);
    CompareRules rules = rules_for(record.origin(point).device);
    rules.margin = std::max(rules.margin, rules_for(device_).margin);
    return compare_values(points_[base->second].value, value->second,
                          info ? info->better : Better::neither, rules);
}

QJsonObject PinnedBaseline::state() const {
    if (!active()) return {};
    QJsonArray points;
    for (const Pinned& each : points_)
        points << QJsonObject{{"x", each.x},
                              {"value", each.value.value},
                              {"low", number(each.value.low)},
                              {"high", number(each.value.high)},
                              {"count", static_cast<double>(each.value.count)},
                              {"conditions", QString::fromStdString(each.conditions)}};
    const auto text = [](const std::string& value) { return QString::fromStdString(value); };
    return {{"label", label_},         {"figure", text(figure_)}, {"panel", text(panel_)},
            {"metric", text(metric_)}, {"x", text(x_parameter_)}, {"experiment", text(experiment_)},
            {"device", text(device_)}, {"points", points}};
}

void PinnedBaseline::restore(const QJsonObject& state) {
    const auto text = [&](const char* key) { return state[key].toString().toStdString(); };
    label_ = state["label"].toString().left(200);
    figure_ = text("figure");
    panel_ = text("panel");
    metric_ = text("metric");
    x_parameter_ = text("x");
    experiment_ = text("experiment");
    device_ = text("device");
    points_.clear();
    for (const QJsonValue& each : state["points"].toArray()) {
        const QJsonObject row = each.toObject();
        const auto x = number(row["x"]), value = number(row["value"]);
        if (!x || !value || !(*value > 0)) continue;
        points_.push_back({*x,
                           {*value, number(row["low"]), number(row["high"]),
                            static_cast<std::int64_t>(row["count"].toDouble(1))},
                           row["conditions"].toString().toStdString()});
    }
    index();
    emit changed();
}

}  // namespace slay
