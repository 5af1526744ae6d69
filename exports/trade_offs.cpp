#include "exports/trade_offs.h"

#include <algorithm>
#include <cmath>

#include "engine/core/pareto.h"
#include "engine/core/units.h"

namespace slay {
namespace {

void mark_own_front(VariantTradeOffs& variant) {
    std::vector<TradeOff> costs;
    for (const TradeOffPoint& each : variant.points) costs.push_back({each.x.value, each.y.value});
    const std::vector<bool> front = on_pareto_front(costs);
    for (std::size_t i = 0; i < front.size(); ++i) variant.points[i].own_front = front[i];
}

}  // namespace

std::vector<VariantTradeOffs> trade_offs_of(const RunRecord& record,
                                            const std::vector<const RecordedPoint*>& points,
                                            const std::string& x, const std::string& y) {
    std::vector<VariantTradeOffs> out;
    for (VariantPoints& mine : split_variants(record, points)) {
        if (mine.variant.family == Family::exact_yat) continue;
        VariantTradeOffs& variant = out.emplace_back();
        variant.variant = std::move(mine.variant);
        for (const RecordedPoint* each : mine.points) {
            if (!is_measured(each->result.state)) continue;
            const auto at_x = metric_value(record, *each, x), at_y = metric_value(record, *each, y);
            if (!at_x || !at_y || !std::isfinite(at_x->value) || !std::isfinite(at_y->value))
                continue;
            variant.points.push_back({each, *at_x, *at_y, false, false});
        }
        std::stable_sort(variant.points.begin(), variant.points.end(),
                         [](const TradeOffPoint& a, const TradeOffPoint& b) {
                             return std::pair(a.x.value, a.y.value) <
                                    std::pair(b.x.value, b.y.value);
                         });
        mark_own_front(variant);
    }
    mark_front(out, {});
    return out;
}

void mark_front(std::vector<VariantTradeOffs>& variants,
                const std::set<std::string, std::less<>>& left_out) {
    std::vector<TradeOff> costs;
    std::vector<TradeOffPoint*> points;
    for (VariantTradeOffs& variant : variants)
        for (TradeOffPoint& each : variant.points) {
            each.front = false;
            if (left_out.contains(variant.variant.name)) continue;
            costs.push_back({each.x.value, each.y.value});
            points.push_back(&each);
        }
    const std::vector<bool> front = on_pareto_front(costs);
    for (std::size_t i = 0; i < front.size(); ++i) points[i]->front = front[i];
}

std::string describe_budget(const RecordedPoint& point, const VariantInfo& variant) {
    std::string out;
    for (const ParameterInfo& info : variant.parameters) {
        const ParameterValue* value = point.point.parameters.find(info.id);
        if (!value || (info.kind != ParameterKind::integer && *value == info.fallback)) continue;
        out += (out.empty() ? "" : ", ") + describe_parameter(info.id, *value);
    }
    return out;
}

std::string describe_metric(const MetricInfo& metric, double value) {
    const std::string text =
        clean_text(metric.heading, 40) + ' ' + format_number(value, metric.digits);
    return metric.unit.empty() ? text : text + ' ' + clean_text(metric.unit, 20);
}

}  // namespace slay
