// Everything a person sees or keeps is a pure function of this.
#pragma once

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
    // Raw samples by metric id, with the round of each: samples[m].rounds[i] goes with values[i].
    struct Samples {
        std::vector<std::int64_t> rounds;
        std::vector<double> values;
    };
    std::map<std::string, Samples, std::less<>> samples;
};

struct LoggedMessage {
    double seconds = 0;
    Severity severity = Severity::info;
    std::string text;
};

class RunRecord {
  public:
    // Takes up one event. Late events of another run and repeated sequence numbers are ignored.
    // A PointStarted clears what an earlier, interrupted attempt at that point left.
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
    const std::vector<LoggedMessage>& messages() const { return messages_; }
    const std::vector<Provenance>& resumptions() const { return resumptions_; }
    bool started() const { return !run_.empty(); }
    bool finished() const { return finished_; }
    bool foreign() const { return foreign_; }  // resumed on another device or build
    RunOutcome outcome() const { return outcome_; }
    const std::string& finished_at() const { return finished_at_; }
    std::uint64_t last_seq() const { return last_seq_; }
    std::size_t count(PointState state) const;

  private:
    std::string run_, finished_at_;
    Provenance provenance_;
    SweepSpec spec_;
    std::vector<VariantInfo> variants_;
    std::vector<MetricInfo> metrics_;
    std::vector<RecordedPoint> points_;
    std::map<std::string, std::size_t, std::less<>> index_;
    std::vector<LoggedMessage> messages_;
    std::vector<Provenance> resumptions_;
    std::uint64_t last_seq_ = 0;
    RunOutcome outcome_ = RunOutcome::finished;
    bool finished_ = false, foreign_ = false;
};

// artifacts/benchmark_results.json, schema "slay-results/1"; the same bytes for the same record.
nlohmann::ordered_json results_json(const RunRecord& record);

}  // namespace slay
