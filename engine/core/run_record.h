// Everything a person sees or keeps is a pure function of this.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "engine/core/event.h"

namespace slay {

struct RecordedPoint {
    Point point;
    PointResult result;
    // Which start of the run measured it: 0 the first, n the n-th resumption. Only samples of one
    // start were taken side by side.
    std::size_t session = 0;
    // Raw samples by metric id, with the round of each: samples[m].rounds[i] goes with values[i].
    struct Samples {
        std::vector<std::int64_t> rounds;
        std::vector<double> values;
    };
    std::map<std::string, Samples, std::less<>> samples = {};
    // Which taking up of its group in that start measured it; see side_by_side().
    std::uint32_t batch = 0;
    // What measuring it gave before it was measured again, the oldest first. Nothing is thrown
    // away: a figure that was superseded can still be looked at.
    struct Attempt {
        PointResult result;
        std::size_t session = 0;
        std::uint32_t batch = 0;
        std::map<std::string, Samples, std::less<>> samples = {};
        std::string why_again;  // why it was measured again
    };
    std::vector<Attempt> earlier = {};
    bool added = false;  // came to the plan after the run had begun
};

// Whether the two were measured in the same rounds, so that their samples are pairs.
bool side_by_side(const RecordedPoint& one, const RecordedPoint& other);

// The point as it stood with an earlier attempt at it: for derived_metrics of that attempt.
RecordedPoint as_measured(const RecordedPoint& point, const RecordedPoint::Attempt& attempt);

struct LoggedMessage {
    double seconds = 0;
    Severity severity = Severity::info;
    std::string text;
};

class RunRecord {
  public:
    // Takes up one event. Late events of another run and repeated sequence numbers are ignored.
    // A PointStarted clears what an earlier, interrupted attempt at that point left; a
    // PointReopened keeps what a finished one gave.
    void apply(const Event& event);

    const std::string& run() const { return run_; }
    const Provenance& provenance() const { return provenance_; }
    const SweepSpec& spec() const { return spec_; }
    const std::vector<VariantInfo>& variants() const { return variants_; }
    const VariantInfo* variant(std::string_view name) const;
    const std::vector<MetricInfo>& metrics() const { return metrics_; }
    const MetricInfo* metric(std::string_view id) const;
    const std::vector<RecordedPoint>& points() const { return points_; }  // in the plan's order
    const RecordedPoint* find(std::string_view point_id) const;
    // Stands for the plan in this process: two records with one stamp have the same points,
    // whatever their files call the run. What follows from the plan alone may be remembered by it.
    std::uint64_t plan_stamp() const { return plan_stamp_; }
    // Indices into points() of a group, and of a series (series_key) by ascending length.
    const std::vector<std::size_t>& group(std::string_view group_id) const;
    const std::vector<std::size_t>& series(std::string_view key) const;
    // Where a point was measured: provenance(), or that of the resumption that measured it.
    const Provenance& origin(const RecordedPoint& point) const;
    const std::vector<LoggedMessage>& messages() const { return messages_; }
    const std::vector<Provenance>& resumptions() const { return resumptions_; }
    bool started() const { return !run_.empty(); }
    bool finished() const { return finished_; }
    bool foreign() const { return foreign_; }  // resumed on another device or build
    RunOutcome outcome() const { return outcome_; }
    const std::string& finished_at() const { return finished_at_; }
    const std::string& reason() const { return reason_; }  // of the outcome, when not finished
    std::uint64_t last_seq() const { return last_seq_; }
    double seconds() const { return seconds_; }  // of the latest event
    std::size_t count(PointState state) const;

  private:
    using Indices = std::map<std::string, std::vector<std::size_t>, std::less<>>;

    void start(const RunStarted& started);
    void grow(const PointsAdded& added);
    void reopen(const PointReopened& reopened);
    void add_variants(const std::vector<VariantInfo>& rows);
    void place_in_series(std::size_t index);
    RecordedPoint& at(const std::string& point_id);

    std::string run_, finished_at_, reason_;
    Provenance provenance_;
    SweepSpec spec_;
    std::vector<VariantInfo> variants_;
    std::vector<MetricInfo> metrics_;
    std::vector<RecordedPoint> points_;
    std::map<std::string, std::size_t, std::less<>> index_;
    Indices groups_, series_;
    std::vector<LoggedMessage> messages_;
    std::vector<Provenance> resumptions_;
    std::uint64_t last_seq_ = 0, plan_stamp_ = 0;
    double seconds_ = 0;
    RunOutcome outcome_ = RunOutcome::finished;
    bool finished_ = false, foreign_ = false;
};

using Metrics = std::map<std::string, MetricValue, std::less<>>;

// What follows from a point's samples, its group and its prediction, and is therefore not stored:
// latency_ms with interval, latency_p20_ms, latency_p80_ms, latency_min_ms and tokens_per_s from
// the samples; speedup_vs_standard and speedup_vs_standard_fused pair by pair within a round
// (without interval, as a ratio of medians, where the two were not measured side by side);
// predicted_ms, predicted_mb, prediction_error; longest_length on the longest measured point of a
// memory curve that ran out of memory beyond it. Nothing for a point that is not measured, but its
// predictions.
Metrics derived_metrics(const RunRecord& record, const RecordedPoint& point);

// The point's own metrics and the derived ones; its own win. What views, tables and files show.
Metrics metrics_of(const RunRecord& record, const RecordedPoint& point);

// artifacts/benchmark_results.json, schema "slay-results/1"; the same bytes for the same record.
nlohmann::ordered_json results_json(const RunRecord& record);
std::string results_text(const RunRecord& record);  // the file's bytes: the runner and the exports

}  // namespace slay
