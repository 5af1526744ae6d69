// The one vocabulary that crosses every border: thread, process, host, disk.
// A journal line is {"seq", "run", "type", ..., "crc"}.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <variant>
#include <vector>

#include "engine/core/experiment_info.h"
#include "engine/core/metric.h"
#include "engine/core/plan.h"
#include "engine/core/point.h"
#include "engine/core/provenance.h"
#include "engine/core/result.h"
#include "engine/core/variant_info.h"

namespace slay {

// First of a journal: all that a reader needs, so that a file opens without the program that wrote
// it.
struct RunStarted {
    std::string schema = "slay-journal/1";
    Provenance provenance;
    Plan plan;
    std::vector<VariantInfo> variants;  // the rows of the variants in the plan
    std::vector<MetricInfo> metrics;    // the metric table as it was
};
struct RunResumed {  // a later start of the same run
    Provenance provenance;
    bool foreign = false;  // another device or build, let in on the user's word: label it
};
struct PointStarted {
    std::string point;
    // How often the point's group had been taken up before in this start of the run: 0 but for
    // points that were added or measured again. Points with one batch were measured side by side.
    std::uint32_t batch = 0;
};
struct SamplesTaken {  // raw samples, in the order taken, never dropped
    std::string point;
    std::string metric;  // "latency_ms"
    std::int64_t first_round =
        0;  // round of values[0]; the same round of another point is its pair
    std::vector<double> values;
};
struct PointFinished {
    std::string point;
    PointResult result;
};
struct PointsAdded {  // the plan grew, while the run went on or afterwards
    std::vector<Point> points;
    std::vector<VariantInfo> variants;  // the rows of variants that the plan did not have
    std::string why;                    // "refine standard between L = 2,048 and 4,096"
};
struct PointReopened {  // a finished point is to be measured again; what it gave is kept
    std::string point;
    std::string why;
};
enum class Severity { info, warning, error };
struct Message {
    Severity severity = Severity::info;
    std::string text;
};
struct RunPaused {};
struct RunContinued {};
enum class RunOutcome { finished, cancelled, failed };
std::string_view to_string(RunOutcome outcome);
struct RunFinished {
    RunOutcome outcome = RunOutcome::finished;
    std::string reason;
    std::string finished;  // ISO 8601, UTC
};
struct UnknownEvent {  // of a newer program: kept and passed over
    std::string type;
    std::string json;
};

using EventBody =
    std::variant<RunStarted, RunResumed, PointStarted, SamplesTaken, PointFinished, Message,
                 RunPaused, RunContinued, RunFinished, PointsAdded, PointReopened, UnknownEvent>;

struct Event {
    std::uint64_t seq = 0;
    std::string run;     // the run's id
    double seconds = 0;  // since the run's start
    EventBody body;
};

// One journal line without the newline, "crc" last; and back. The crc is CRC-32 of the line's bytes
// before the `,"crc"` member, as eight hexadecimal digits.
std::string to_line(const Event& event);
Result<Event> parse_line(std::string_view line);

}  // namespace slay
