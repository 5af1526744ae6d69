// Figures whose x axis is a metric: the points of a budget sweep and their Pareto fronts.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "engine/core/units.h"
#include "exports/figure_parts.h"
#include "exports/trade_offs.h"

namespace slay {
namespace {

struct TradeOffFigure {
    Placing& placing;
    const FigureSpec& spec;
    const RunRecord& record;
    const PanelPoints& panel;
    const FigureOptions& options;
    FigureData& data = placing.data;

    bool is_hidden(const std::string& series) const { return options.hidden.contains(series); }

    // What a variant is called wherever it is drawn.
    Series start(const VariantInfo& variant, const std::string& prefix, SeriesKind kind,
                 Join join) const {
        Series series;
        series.id = prefix + ':' + variant.name;
        series.label = clean_text(variant.label, 120);
        series.variant = variant.name;
        series.style = variant.style;
        series.kind = kind;
        series.join = join;
        series.hidden = is_hidden("measured:" + variant.name);
        return series;
    }

    FigurePoint drawn(const TradeOffPoint& from, const VariantInfo& variant) const {
        FigurePoint point;
        point.point = from.point->point.id;
        point.state = from.point->result.state;
        point.reason = from.point->result.reason;
        point.budget = describe_budget(*from.point, variant);
        for (const std::string& id : spec.x_metrics) {
            if (id == data.x_parameter) continue;
            const auto value = metric_value(record, *from.point, id);
            if (!value) continue;
            point.beside += (point.beside.empty() ? "" : ", ") +
                            describe_metric(metric_info(record, id), value->value);
        }
        if (spec.pareto && (from.front || from.own_front)) {
            if (!point.beside.empty()) point.beside += ", ";
            point.beside += from.front ? "on the Pareto front" : "on its variant's front";
        }
        return point;
    }

    void add_variant(const VariantTradeOffs& from) {
        Series points = start(from.variant, "measured", SeriesKind::measured, Join::none);
        Series front = start(from.variant, "front", SeriesKind::front, Join::steps);
        for (const TradeOffPoint& each : from.points) {
            const FigurePoint point = drawn(each, from.variant);
            if (!placing.place(points, each.x.value, each.y, point)) continue;
            if (each.own_front) placing.place(front, each.x.value, each.y, point);
        }
        data.series.push_back(std::move(points));
        if (spec.pareto && !front.points.empty()) data.series.push_back(std::move(front));
    }

    // The error of the estimator that ignores the kernel.
    std::optional<double> trivial_error() const {
        if (spec.references.empty() || data.metric != spec.metric) return std::nullopt;
        for (const RecordedPoint* each : panel.points) {
            if (!is_measured(each->result.state)) continue;
            const auto value = metric_value(record, *each, spec.references.front().metric);
            if (value && value->value > 0) return value->value;
        }
        return std::nullopt;
    }

    // The axes hold every point, but for those that are far worse than ignoring the kernel would
    // be: a signed estimate with few features would squeeze the fronts into a line. The points are
    // there, above the axis, and a note says so.
    void fit_axes() {
        constexpr double far_worse = 3;
        const std::optional<double> trivial = trivial_error();
        double cut = INFINITY;
        for (const Series& series : data.series)
            for (const FigurePoint& point : series.points)
                if (trivial && point.y <= far_worse * *trivial) cut = far_worse * *trivial;
        std::string those;
        std::size_t above = 0;
        for (Series& series : data.series) {
            if (series.kind != SeriesKind::measured) continue;
            std::size_t mine = 0;
            for (const FigurePoint& point : series.points) {
                if (point.y > cut) {
                    ++mine;
                    continue;
                }
                widen(data.x, point.x);
                widen(data.y, point.y);
            }
            if (mine == 0) continue;
            above += mine;
            those += (those.empty() ? "" : ", ") + series.label;
            if (mine == series.points.size()) series.label += " (above)";
        }
        if (above > 0)
            data.notes.push_back(fmt::format(
                "{} of {} {} above the axis: an error of more than {:g} times that of {}.",
                above == 1 ? "1 point" : fmt::format("{} points", above), those,
                above == 1 ? "lies" : "lie", far_worse, spec.references.front().label));
    }

    // Through the best of all variants that are shown.
    void add_common_front(const std::vector<VariantTradeOffs>& variants) {
        Series series;
        series.id = "front:";
        series.label = "Pareto front";
        series.kind = SeriesKind::front;
        series.join = Join::steps;
        series.hidden = is_hidden(series.id);
        std::vector<const TradeOffPoint*> front;
        for (const VariantTradeOffs& variant : variants)
            for (const TradeOffPoint& each : variant.points)
                if (each.front) front.push_back(&each);
        std::sort(front.begin(), front.end(), [](const TradeOffPoint* a, const TradeOffPoint* b) {
            return a->x.value < b->x.value;
        });
        for (const TradeOffPoint* each : front)
            placing.place(series, each->x.value, {each->y.value, {}, {}, 1}, {});
        if (!series.points.empty()) data.series.push_back(std::move(series));
    }

    static double beyond(const FigureAxis& axis, bool high) {
        if (axis.log) return high ? axis.high * 100 : axis.low / 100;
        const double span = 10 * (axis.high - axis.low) + 1;
        return high ? axis.high + span : axis.low - span;
    }

    void add_line(const std::string& id, const std::string& label, const std::string& dash,
                  FigurePoint from, FigurePoint to) {
        Series series;
        series.id = "reference:" + id;
        series.label = label;
        series.kind = SeriesKind::reference;
        series.style.dash = dash;
        series.hidden = is_hidden(series.id);
        series.points = {std::move(from), std::move(to)};
        data.series.push_back(std::move(series));
    }

    // Right across: what an estimator without a budget gets.
    void add_level(const ReferenceCurve& reference) {
        for (const RecordedPoint* each : panel.points) {
            if (!is_measured(each->result.state)) continue;
            const auto value = metric_value(record, *each, reference.metric);
            if (!value || (data.y.log && !(value->value > 0))) continue;
            widen(data.y, value->value);
            FigurePoint from, to;
            from.x = beyond(data.x, false);
            to.x = beyond(data.x, true);
            from.y = to.y = value->value;
            return add_line(reference.metric, reference.label, "dash", from, to);
        }
    }

    // Upwards: what exact Yat costs, which has no error to draw it at.
    void add_exact() {
        for (const auto& [variant, points] : split_variants(record, panel.points)) {
            if (variant.family != Family::exact_yat) continue;
            for (const RecordedPoint* each : points) {
                if (!is_measured(each->result.state)) continue;
                const auto value = metric_value(record, *each, data.x_parameter);
                if (!value || (data.x.log && !(value->value > 0))) continue;
                widen(data.x, value->value);
                FigurePoint from, to;
                from.x = to.x = value->value;
                from.y = beyond(data.y, false);
                to.y = beyond(data.y, true);
                return add_line(variant.name, clean_text(variant.label, 120), "dot", from, to);
            }
        }
    }

    // One note for each variant and state: how many points, and why the first of them.
    void note_unmeasured() {
        for (const auto& [variant, points] : split_variants(record, panel.points)) {
            std::map<PointState, std::vector<const RecordedPoint*>> failed;
            for (const RecordedPoint* each : points)
                if (is_final(each->result.state) && !is_measured(each->result.state))
                    failed[each->result.state].push_back(each);
            for (const auto& [state, those] : failed) {
                const std::string budget = describe_budget(*those.front(), variant);
                std::string note = clean_text(variant.label, 120);
                if (those.size() > 1) note += fmt::format(" at {} budgets", those.size());
                if (those.size() == 1 && !budget.empty()) note += " at " + budget;
                note += fmt::format(": {}", to_string(state));
                const std::string reason = clean_text(those.front()->result.reason, 300);
                data.notes.push_back(reason.empty() ? note : note + ". " + reason);
            }
        }
    }
};

}  // namespace

void add_trade_offs(Placing& placing, const FigureSpec& spec, const RunRecord& record,
                    const PanelPoints& panel, const FigureOptions& options) {
    FigureData& data = placing.data;
    TradeOffFigure figure{placing, spec, record, panel, options};
    std::vector<VariantTradeOffs> variants =
        trade_offs_of(record, panel.points, data.x_parameter, data.metric);
    std::set<std::string, std::less<>> hidden;
    for (const VariantTradeOffs& each : variants)
        if (figure.is_hidden("measured:" + each.variant.name)) hidden.insert(each.variant.name);
    mark_front(variants, hidden);
    for (const VariantTradeOffs& each : variants) figure.add_variant(each);
    if (spec.pareto) figure.add_common_front(variants);
    if (!data.empty()) {
        figure.fit_axes();
        figure.add_exact();
        if (data.metric == spec.metric)
            for (const ReferenceCurve& each : spec.references) figure.add_level(each);
    }
    figure.note_unmeasured();
}

}  // namespace slay
