#include "exports/findings/terms.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "engine/core/data_type.h"
#include "engine/core/experiment_info.h"
#include "engine/core/statistics.h"
#include "engine/core/units.h"
#include "exports/panels.h"
#include "exports/published.h"

namespace slay {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

bool is_shared(std::string_view id) {
    const auto in = [&](const std::vector<ParameterInfo>& rows) {
        return std::any_of(rows.begin(), rows.end(),
                           [&](const ParameterInfo& row) { return row.id == id; });
    };
    return in(shared_parameters()) || in(derived_parameters());
}

bool agrees(const Parameters& point, const Parameters& wanted) {
    return std::all_of(wanted.begin(), wanted.end(), [&](const auto& entry) {
        const ParameterValue* here = point.find(entry.first);
        if (!here || *here == entry.second) return here != nullptr;
        return here->index() != entry.second.index() && to_text(*here) == to_text(entry.second);
    });
}

Extent exactly(double value) {
    return {value, value, value, false, 1};
}

Extent extent_of(const MetricValue& value) {
    Extent out = exactly(value.value);
    out.count = value.count;
    if (value.low) out.low = *value.low;
    if (value.high) out.high = *value.high;
    // A lower end alone: the figure is a bound (max_length that a longer one may follow).
    if (value.low && !value.high) out.high = infinity;
    out.has_interval = value.low.has_value() || value.high.has_value();
    return out;
}

bool grows_with_length(const std::string& metric) {
    return metric == "latency_ms" || metric == "peak_mb" || metric == "peak_absolute_mb";
}

// What the longest measured point of the curve says of a longer one that did not fit.
std::optional<Extent> bound_from_below(const RunRecord& record, const RecordedPoint& point,
                                       const std::string& metric, std::string& how) {
    if (point.result.state != PointState::out_of_memory || !grows_with_length(metric)) return {};
    const std::int64_t length = point.point.parameters.integer("length");
    std::optional<Extent> bound;
    for (const std::size_t index : record.series(series_key(point.point))) {
        const RecordedPoint& other = record.points()[index];
        if (other.point.parameters.integer("length") >= length) break;
        if (!is_measured(other.result.state)) continue;
        const auto value = metric_value(record, other, metric);
        if (!value) continue;
        const double low = value->low.value_or(value->value);
        bound = Extent{value->value, low, infinity, true, value->count};
        how = fmt::format("{} ran out of memory; what it took at L = {} is a lower bound",
                          other.point.variant, format_count(other.point.parameters.real("length")));
    }
    return bound;
}

const DeviceFloor* floor_of(const FindingSet& set, const std::string& device) {
    for (const DeviceFloor& each : set.devices)
        if (device.find(each.match) != std::string::npos) return &each;
    return nullptr;
}

// ms that the device needs at least for the point's core: q, k, v read once and y written once, or
// 4 F d operations a position and head.
std::optional<double> floor_ms(const DeviceFloor& device, const CheckTerm& term,
                               const RecordedPoint& point) {
    const Parameters& p = point.point.parameters;
    const double heads = p.real("heads"), d = p.real("head_dim", p.real("width") / heads);
    const double rows = p.real("batch", 1) * heads * p.real("length");
    const auto type = parse_data_type(p.text("dtype", "float32"));
    if (!type || !(rows > 0) || !(d > 0)) return std::nullopt;
    if (term.floor == "bytes")
        return 4 * rows * d * bytes_of(*type) / device.bytes_per_second * 1e3;
    const double product =
        p.real("nodes", 1) * p.real("prf_features", 1) * p.real("poly_features", 1);
    const double features = product > 1 ? product : d;
    const double rate = *type == DataType::float32 ? device.float32_flops
                        : *type == DataType::tf32  ? device.flops / 2
                                                   : device.flops;
    return 4 * rows * features * d / rate * 1e3;
}

const PublishedPoint* published_point(const CheckTerm& term, const std::string& metric,
                                      const PublishedData& data) {
    for (const PublishedPoint& each : data.points) {
        Parameters all = data.conditions;
        for (const auto& [id, value] : each.parameters) all.set(id, value);
        if (each.label == term.label && each.metric == metric && agrees(all, term.where))
            return &each;
    }
    return nullptr;
}

const RecordedPoint::Samples* samples_of(const Side& side, const std::string& metric) {
    if (!side.point || !is_measured(side.point->result.state)) return nullptr;
    const auto found = side.point->samples.find(metric);
    if (found == side.point->samples.end() || found->second.values.empty()) return nullptr;
    return &found->second;
}

// Values of the rounds that both have.
std::pair<std::vector<double>, std::vector<double>> in_rounds(const RecordedPoint::Samples& a,
                                                              const RecordedPoint::Samples& b) {
    std::map<std::int64_t, double> theirs;
    for (std::size_t i = 0; i < b.rounds.size(); ++i) theirs[b.rounds[i]] = b.values[i];
    std::pair<std::vector<double>, std::vector<double>> out;
    for (std::size_t i = 0; i < a.rounds.size(); ++i) {
        const auto other = theirs.find(a.rounds[i]);
        if (other == theirs.end() || !(a.values[i] > 0) || !(other->second > 0)) continue;
        if (!std::isfinite(a.values[i]) || !std::isfinite(other->second)) continue;
        out.first.push_back(a.values[i]);
        out.second.push_back(other->second);
    }
    return out;
}

std::optional<Extent> paired(const Check& check, const Side& numerator, const Side& denominator) {
    const auto* a = samples_of(numerator, check.metric);
    const auto* b = samples_of(denominator, check.metric);
    if (!a || !b) return std::nullopt;
    const bool over_seeds = numerator.point->point.parameters.has("seeds");
    // Rounds were taken side by side only within one group and one start of the run.
    // Other metrics' samples are a history (a loss by step), which the last figure sums up.
    if (!over_seeds && check.metric != "latency_ms") return std::nullopt;
    if (!over_seeds && !side_by_side(*numerator.point, *denominator.point)) return std::nullopt;
    const auto [above, below] = in_rounds(*a, *b);
    if (above.empty()) return std::nullopt;
    if (over_seeds) {
        std::vector<double> ratios;
        for (std::size_t i = 0; i < above.size(); ++i) ratios.push_back(above[i] / below[i]);
        return geometric_mean(ratios);
    }
    return extent_of(paired_ratio(above, below));
}

}  // namespace

Extent geometric_mean(const std::vector<double>& ratios) {
    std::vector<double> logs;
    for (const double ratio : ratios) logs.push_back(std::log(ratio));
    const MetricValue mean = mean_with_interval(logs);
    Extent out = exactly(std::exp(mean.value));
    out.count = mean.count;
    if (!mean.low || !mean.high) return out;
    out.low = std::exp(*mean.low);
    out.high = std::exp(*mean.high);
    out.has_interval = true;
    return out;
}

std::string shared_key(const Parameters& parameters) {
    std::string key;
    for (const auto& [id, value] : parameters)
        if (is_shared(id) && id != "device") key += id + '=' + to_text(value) + '\n';
    return key;
}

std::vector<const RecordedPoint*> admitted_points(const RunRecord& record, const Check& check,
                                                  const std::string& variant) {
    std::map<std::string, std::vector<const RecordedPoint*>> by_conditions;
    std::vector<std::string> order;
    for (const RecordedPoint& each : record.points()) {
        const Point& point = each.point;
        if (point.experiment != check.experiment || point.variant != variant) continue;
        if (!agrees(point.parameters, check.conditions)) continue;
        if (point.parameters.integer("length") < check.length_from) continue;
        const std::string key = shared_key(point.parameters);
        auto& part = by_conditions[key];
        if (part.empty()) order.push_back(key);
        part.push_back(&each);
    }
    std::vector<const RecordedPoint*> out;
    for (const std::string& key : order) {
        const auto chosen = slice_along(by_conditions[key],
                                        {"nodes", "prf_features", "poly_features", "epsilon"}, "");
        if (!chosen.empty()) out.push_back(chosen.front());
    }
    return out;
}

Side measured_side(const RunRecord& record, const Check& check, const RecordedPoint& point) {
    Side side;
    side.point = &point;
    side.shared = shared_key(point.point.parameters);
    const PointState state = point.result.state;
    if (!is_measured(state)) {
        side.figure = bound_from_below(record, point, check.metric, side.reason);
        if (side.figure) return side;
        side.reason = fmt::format("{}: {}{}{}", point.point.variant, to_string(state),
                                  point.result.reason.empty() ? "" : ". ", point.result.reason);
        return side;
    }
    const auto value = metric_value(record, point, check.metric);
    if (!value || !std::isfinite(value->value)) {
        side.reason = fmt::format("{} reports no {}", point.point.variant, check.metric);
        return side;
    }
    for (const auto& [id, least] : check.at_least_metric) {
        const auto known = metric_value(record, point, id);
        if (known && known->value >= least) continue;
        const MetricInfo info = metric_info(record, id);
        side.reason = fmt::format(
            "{}: {} is {} {}, and the claim is about {} or more", point.point.variant, info.heading,
            known ? format_number(known->value, 4) : "unknown", info.unit, format_number(least, 4));
        return side;
    }
    side.figure = extent_of(*value);
    return side;
}

Side recorded_side(const CheckTerm& term, const Check& check, const FindingSet& set,
                   const RunRecord& record, const RecordedPoint& point) {
    Side side;
    side.shared = shared_key(point.point.parameters);
    if (term.kind == CheckTerm::Kind::constant) {
        side.figure = exactly(term.value);
    } else if (term.kind == CheckTerm::Kind::published) {
        const PublishedData* data = find_published(term.published);
        const PublishedPoint* found = data ? published_point(term, check.metric, *data) : nullptr;
        if (found)
            side.figure = exactly(found->value);
        else
            side.reason = "there is no published number for this";
        if (data) side.reason = found ? "against " + data->label : side.reason;
    } else {
        const std::string& name = record.origin(point).device_name;
        const DeviceFloor* device = floor_of(set, name);
        const auto ms = device ? floor_ms(*device, term, point) : std::nullopt;
        if (ms)
            side.figure = exactly(*ms);
        else
            side.reason = "the rates of " + name + " are not known: no floor can be calculated";
    }
    return side;
}

Extent ratio_of(const Check& check, const RunRecord&, const Side& numerator,
                const Side& denominator) {
    if (const auto side_by_side = paired(check, numerator, denominator)) return *side_by_side;
    const Extent& a = *numerator.figure;
    const Extent& b = *denominator.figure;
    const auto over = [](double x, double y) { return y > 0 ? x / y : infinity; };
    Extent out;
    out.value = over(a.value, b.value);
    out.low = std::isinf(b.high) ? 0 : over(std::max(0.0, a.low), b.high);
    out.high = std::isinf(a.high) ? infinity : over(a.high, b.low);
    out.has_interval = a.has_interval || b.has_interval;
    return out;
}

}  // namespace slay
