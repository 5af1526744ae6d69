// artifacts/benchmark_results.json: schema "slay-results/1".
#include "engine/core/json_codec.h"
#include "engine/core/run_record.h"

namespace slay {
namespace {

struct Ending {
    PointState state;
    std::string reason;
};

// What a file says of a point that has no result: once the run has ended it was cancelled.
Ending ending_of(const RunRecord& record, const PointResult& result) {
    if (is_final(result.state) || !record.finished()) return {result.state, result.reason};
    return {PointState::cancelled,
            result.reason.empty()
                ? "not measured: the run was " + std::string(to_string(record.outcome()))
                : result.reason};
}

// What the point gave before it was measured again.
Json attempt_to_json(const RunRecord& record, const RecordedPoint& recorded,
                     const RecordedPoint::Attempt& attempt) {
    Json json;
    json["state"] = to_string(attempt.result.state);
    json["reason"] = attempt.result.reason;
    json["metrics"] = Json::object();
    for (const auto& [id, value] : metrics_of(record, as_measured(recorded, attempt)))
        json["metrics"][id] = to_json(value);
    json["notes"] = attempt.result.notes;
    if (attempt.session > 0) json["resumption"] = attempt.session;
    json["why_again"] = attempt.why_again;
    return json;
}

Json point_to_json(const RunRecord& record, const RecordedPoint& recorded) {
    const Point& point = recorded.point;
    const Ending ending = ending_of(record, recorded.result);
    Json json;
    json["id"] = point.id;
    json["experiment"] = point.experiment;
    json["variant"] = point.variant;
    json["group"] = point.group;
    json["parameters"] = to_json(point.parameters);
    json["parameters"]["device"] = record.origin(recorded).device;
    json["state"] = to_string(ending.state);
    json["reason"] = ending.reason;
    json["metrics"] = Json::object();
    for (const auto& [id, value] : metrics_of(record, recorded))
        json["metrics"][id] = to_json(value);
    json["notes"] = recorded.result.notes;
    if (recorded.session > 0) json["resumption"] = recorded.session;
    if (recorded.added) json["added"] = true;
    for (const RecordedPoint::Attempt& attempt : recorded.earlier)
        json["superseded"].push_back(attempt_to_json(record, recorded, attempt));
    return json;
}

}  // namespace

nlohmann::ordered_json results_json(const RunRecord& record) {
    Json json;
    json["schema"] = "slay-results/1";
    Json run = to_json(record.provenance());
    run["id"] = record.run();
    run["finished"] = record.finished_at();
    run["outcome"] = record.finished() ? to_string(record.outcome()) : "unfinished";
    run["reason"] = record.reason();
    run["foreign"] = record.foreign();  // resumed on another device or build
    run["resumptions"] = Json::array();
    for (const Provenance& provenance : record.resumptions())
        run["resumptions"].push_back(to_json(provenance));
    json["run"] = std::move(run);
    json["spec"] = to_json(record.spec());
    json["points"] = Json::array();
    for (const RecordedPoint& point : record.points())
        json["points"].push_back(point_to_json(record, point));
    return json;
}

std::string results_text(const RunRecord& record) {
    return results_json(record).dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace slay
