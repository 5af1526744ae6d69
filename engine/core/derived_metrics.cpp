// Figures that follow from samples, groups and predictions, in one place for every view.
#include <algorithm>

#include "engine/core/paired_samples.h"
#include "engine/core/run_record.h"
#include "engine/core/statistics.h"

namespace slay {
namespace {

constexpr double bytes_per_mb = 1e6;

const RecordedPoint::Samples* latency_samples(const RecordedPoint& point) {
    const auto found = point.samples.find("latency_ms");
    if (found == point.samples.end() || found->second.values.empty()) return nullptr;
    const auto& values = found->second.values;
    const bool usable =
        std::none_of(values.begin(), values.end(), [](double x) { return !(x >= 0); });
    return usable ? &found->second : nullptr;
}

std::optional<MetricValue> latency_of(const RecordedPoint& point) {
    if (const auto found = point.result.metrics.find("latency_ms");
        found != point.result.metrics.end())
        return found->second;
    if (const auto* samples = latency_samples(point)) return median_with_interval(samples->values);
    return std::nullopt;
}

void add_latency(Metrics& metrics, const RecordedPoint& point) {
    if (const auto* samples = latency_samples(point)) {
        const SampleSummary summary = summarise(samples->values);
        const std::int64_t count = summary.median.count;
        metrics["latency_ms"] = summary.median;
        metrics["latency_p20_ms"] = {summary.p20, {}, {}, count};
        metrics["latency_p80_ms"] = {summary.p80, {}, {}, count};
        metrics["latency_min_ms"] = {summary.minimum, {}, {}, count};
    }
    const auto latency = latency_of(point);
    if (!latency || !(latency->value > 0)) return;
    const double tokens = static_cast<double>(point.point.parameters.integer("batch", 1)) *
                          static_cast<double>(point.point.parameters.integer("length"));
    const auto rate = [&](double ms) { return tokens / (ms / 1e3); };
    MetricValue throughput{rate(latency->value), {}, {}, latency->count};
    if (latency->high && *latency->high > 0) throughput.low = rate(*latency->high);
    if (latency->low && *latency->low > 0) throughput.high = rate(*latency->low);
    metrics["tokens_per_s"] = throughput;
}

void add_speedup(Metrics& metrics, const RunRecord& record, const RecordedPoint& point,
                 std::string_view baseline, const char* id) {
    const auto latency = latency_of(point);
    if (!latency || !(latency->value > 0)) return;
    for (const std::size_t index : record.group(point.point.group)) {
        const RecordedPoint& base = record.points()[index];
        if (base.point.variant != baseline || !is_measured(base.result.state)) continue;
        const auto* ours = latency_samples(point);
        const auto* theirs = latency_samples(base);
        if (ours && theirs && side_by_side(base, point)) {
            const PairedSamples pairs = pair_samples(*theirs, *ours);
            if (!pairs.first.empty()) {
                metrics[id] = paired_ratio(pairs.first, pairs.second);
                return;
            }
        }
        if (const auto base_latency = latency_of(base))
            metrics[id] = {base_latency->value / latency->value, {}, {}, 0};
        return;
    }
}

void add_longest(Metrics& metrics, const RunRecord& record, const RecordedPoint& point) {
    if (point.point.experiment != "memory") return;
    const std::int64_t length = point.point.parameters.integer("length");
    bool beyond = false;
    for (const std::size_t index : record.series(series_key(point.point))) {
        const RecordedPoint& other = record.points()[index];
        if (other.point.parameters.integer("length") <= length) continue;
        if (is_measured(other.result.state)) return;
        beyond = beyond || other.result.state == PointState::out_of_memory;
    }
    if (beyond) metrics["longest_length"] = {static_cast<double>(length), {}, {}, 1};
}

void add_predictions(Metrics& metrics, const RecordedPoint& point) {
    const Prediction& prediction = point.point.prediction;
    const bool memory = point.point.experiment == "memory";
    if (!memory && prediction.latency_ms > 0)
        metrics["predicted_ms"] = {prediction.latency_ms, {}, {}, 1};
    if (!memory || !(prediction.peak_bytes > 0)) return;
    const double predicted = prediction.peak_bytes / bytes_per_mb;
    metrics["predicted_mb"] = {predicted, {}, {}, 1};
    const auto measured = point.result.metrics.find("peak_mb");
    if (is_measured(point.result.state) && measured != point.result.metrics.end() &&
        measured->second.value > 0)
        metrics["prediction_error"] = {predicted / measured->second.value - 1, {}, {}, 1};
}

}  // namespace

Metrics derived_metrics(const RunRecord& record, const RecordedPoint& point) {
    Metrics metrics;
    add_predictions(metrics, point);
    if (!is_measured(point.result.state)) return metrics;
    add_latency(metrics, point);
    add_speedup(metrics, record, point, "standard", "speedup_vs_standard");
    add_speedup(metrics, record, point, "standard-fused", "speedup_vs_standard_fused");
    add_longest(metrics, record, point);
    return metrics;
}

Metrics metrics_of(const RunRecord& record, const RecordedPoint& point) {
    Metrics metrics = point.result.metrics;
    metrics.merge(derived_metrics(record, point));
    return metrics;
}

}  // namespace slay
