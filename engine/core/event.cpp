#include "engine/core/event.h"

#include <algorithm>
#include <array>

#include "engine/core/checksum.h"
#include "engine/core/json_codec.h"
#include "engine/core/json_text.h"
#include "engine/core/units.h"

namespace slay {
namespace {

using nlohmann::json;

constexpr std::string_view crc_member = ",\"crc\":\"";
constexpr std::size_t crc_tail = 18;  // ,"crc":"01234567"}
constexpr std::size_t max_reason = 16384;
constexpr std::int64_t max_round = std::int64_t{1} << 53;
constexpr std::int64_t max_batch = 1'000'000'000;

constexpr std::array<std::string_view, 3> severity_names{"info", "warning", "error"};
constexpr std::array<std::string_view, 3> outcome_names{"finished", "cancelled", "failed"};

template <std::size_t n>
std::size_t index_of(const std::array<std::string_view, n>& names, const std::string& text,
                     std::size_t fallback) {
    for (std::size_t i = 0; i < n; ++i)
        if (names[i] == text) return i;
    return fallback;
}

Json list_to_json(const auto& rows) {
    Json list = Json::array();
    for (const auto& row : rows) list.push_back(to_json(row));
    return list;
}

// Writing: each body adds its members to the line's object.
struct Writer {
    Json& line;

    void operator()(const RunStarted& body) const {
        line["schema"] = body.schema;
        line["provenance"] = to_json(body.provenance);
        line["spec"] = to_json(body.plan.spec);
        line["variants"] = list_to_json(body.variants);
        line["metrics"] = list_to_json(body.metrics);
        line["predicted_seconds"] = number_to_json(body.plan.predicted_seconds);
        line["predicted_peak_bytes"] = number_to_json(body.plan.predicted_peak_bytes);
        line["points"] = list_to_json(body.plan.points);
    }
    void operator()(const RunResumed& body) const {
        line["provenance"] = to_json(body.provenance);
        line["foreign"] = body.foreign;
    }
    void operator()(const PointStarted& body) const {
        line["point"] = body.point;
        if (body.batch > 0) line["batch"] = body.batch;
    }
    void operator()(const PointsAdded& body) const {
        line["why"] = body.why;
        line["variants"] = list_to_json(body.variants);
        line["points"] = list_to_json(body.points);
    }
    void operator()(const PointReopened& body) const {
        line["point"] = body.point;
        line["why"] = body.why;
    }
    void operator()(const SamplesTaken& body) const {
        line["point"] = body.point;
        line["metric"] = body.metric;
        line["first_round"] = body.first_round;
        Json values = Json::array();
        for (const double value : body.values) values.push_back(number_to_json(value));
        line["values"] = std::move(values);
    }
    void operator()(const PointFinished& body) const {
        line["point"] = body.point;
        line["state"] = to_string(body.result.state);
        line["reason"] = body.result.reason;
        line["metrics"] = Json::object();
        for (const auto& [id, value] : body.result.metrics) line["metrics"][id] = to_json(value);
        line["notes"] = body.result.notes;
    }
    void operator()(const Message& body) const {
        line["severity"] = severity_names[static_cast<std::size_t>(body.severity)];
        line["text"] = body.text;
    }
    void operator()(const RunPaused&) const {}
    void operator()(const RunContinued&) const {}
    void operator()(const RunFinished& body) const {
        line["outcome"] = to_string(body.outcome);
        line["reason"] = body.reason;
        line["finished"] = body.finished;
    }
    void operator()(const UnknownEvent&) const {}  // kept as its text
};

SweepSpec spec_member(const json& line) {
    Result<SweepSpec> spec = spec_from_json(member(line, "spec"), "journal");
    // A preset of a newer program: its points still load.
    return spec ? std::move(spec).value() : SweepSpec{};
}

void for_each_row(const json& line, const char* key, const auto& take) {
    const json& list = member(line, key);
    if (list.is_array())
        for (const json& row : list) take(row);
}

EventBody read_run_started(const json& line) {
    RunStarted body;
    body.schema = text_member(line, "schema");
    body.provenance = provenance_from_json(member(line, "provenance"));
    body.plan.spec = spec_member(line);
    body.plan.predicted_seconds = number_member(line, "predicted_seconds");
    body.plan.predicted_peak_bytes = number_member(line, "predicted_peak_bytes");
    for_each_row(line, "points",
                 [&](const json& row) { body.plan.points.push_back(point_from_json(row)); });
    for_each_row(line, "variants",
                 [&](const json& row) { body.variants.push_back(variant_info_from_json(row)); });
    for_each_row(line, "metrics",
                 [&](const json& row) { body.metrics.push_back(metric_info_from_json(row)); });
    return body;
}

EventBody read_run_resumed(const json& line) {
    return RunResumed{provenance_from_json(member(line, "provenance")),
                      flag_member(line, "foreign")};
}

EventBody read_point_started(const json& line) {
    const std::int64_t batch = integer_member(line, "batch");
    return PointStarted{text_member(line, "point"),
                        static_cast<std::uint32_t>(std::clamp<std::int64_t>(batch, 0, max_batch))};
}

EventBody read_points_added(const json& line) {
    PointsAdded body;
    body.why = text_member(line, "why");
    for_each_row(line, "points",
                 [&](const json& row) { body.points.push_back(point_from_json(row)); });
    for_each_row(line, "variants",
                 [&](const json& row) { body.variants.push_back(variant_info_from_json(row)); });
    return body;
}

EventBody read_point_reopened(const json& line) {
    return PointReopened{text_member(line, "point"), text_member(line, "why")};
}

EventBody read_samples(const json& line) {
    SamplesTaken body{text_member(line, "point"),
                      text_member(line, "metric"),
                      std::clamp<std::int64_t>(integer_member(line, "first_round"), 0, max_round),
                      {}};
    const json& values = member(line, "values");
    if (values.is_array()) {
        body.values.reserve(values.size());
        for (const json& value : values) body.values.push_back(number_from_json(value));
    }
    return body;
}

EventBody read_point_finished(const json& line) {
    PointFinished body;
    body.point = text_member(line, "point");
    const std::string state = text_member(line, "state");
    auto ending = parse_point_state(state);
    if (ending == PointState::pending || ending == PointState::running) ending.reset();  // no end
    body.result.state = ending.value_or(PointState::failed);
    const json& reason = member(line, "reason");
    if (reason.is_string())
        body.result.reason = clean_text(reason.get_ref<const std::string&>(), max_reason);
    if (!ending) body.result.reason = "unknown state \"" + state + '"';
    const json& metrics = member(line, "metrics");
    if (metrics.is_object())
        for (const auto& [id, value] : metrics.items())
            body.result.metrics[clean_text(id, 64)] = metric_value_from_json(value);
    const json& notes = member(line, "notes");
    if (notes.is_object())
        for (const auto& [id, value] : notes.items())
            if (value.is_string())
                body.result.notes[clean_text(id, 64)] =
                    clean_text(value.get_ref<const std::string&>());
    return body;
}

EventBody read_message(const json& line) {
    const auto severity = index_of(severity_names, text_member(line, "severity"), 0);
    return Message{static_cast<Severity>(severity), text_member(line, "text")};
}

EventBody read_run_paused(const json&) {
    return RunPaused{};
}

EventBody read_run_continued(const json&) {
    return RunContinued{};
}

EventBody read_run_finished(const json& line) {
    const auto outcome = index_of(outcome_names, text_member(line, "outcome"), 2);
    return RunFinished{static_cast<RunOutcome>(outcome), text_member(line, "reason"),
                       text_member(line, "finished")};
}

// In the order of EventBody.
struct Type {
    std::string_view name;
    EventBody (*read)(const json& line);
};
constexpr std::array<Type, std::variant_size_v<EventBody> - 1> types{{
    {"run-started", read_run_started},
    {"run-resumed", read_run_resumed},
    {"point-started", read_point_started},
    {"samples", read_samples},
    {"point-finished", read_point_finished},
    {"message", read_message},
    {"run-paused", read_run_paused},
    {"run-continued", read_run_continued},
    {"run-finished", read_run_finished},
    {"points-added", read_points_added},
    {"point-reopened", read_point_reopened},
}};

std::string sealed(std::string text) {  // an object's text, its closing brace included
    text.pop_back();
    const std::string crc = hex8(crc32(text));
    return text.append(crc_member).append(crc).append("\"}");
}

Error damaged(std::string message) {
    return {ErrorKind::bad_data, std::move(message)};
}

}  // namespace

std::string_view to_string(RunOutcome outcome) {
    return outcome_names[static_cast<std::size_t>(outcome)];
}

std::string to_line(const Event& event) {
    if (const auto* unknown = std::get_if<UnknownEvent>(&event.body)) return sealed(unknown->json);
    Json line;
    line["seq"] = event.seq;
    line["run"] = event.run;
    line["type"] = types[event.body.index()].name;
    line["seconds"] = number_to_json(event.seconds);
    std::visit(Writer{line}, event.body);
    return sealed(line.dump(-1, ' ', false, Json::error_handler_t::replace));
}

Result<Event> parse_line(std::string_view line) {
    if (line.size() <= crc_tail || line.substr(line.size() - 2) != "\"}" ||
        line.substr(line.size() - crc_tail, crc_member.size()) != crc_member)
        return damaged("cut short, or no event");
    const std::string_view content = line.substr(0, line.size() - crc_tail);
    if (line.substr(line.size() - 10, 8) != hex8(crc32(content)))
        return damaged("checksum does not match");
    std::string text(content);
    text += '}';
    if (nests_too_deep(text)) return damaged("nested too deep");
    json object = json::parse(text, nullptr, false);
    if (!object.is_object()) return damaged("not JSON");

    Event event;
    const json& seq = member(object, "seq");
    if (!seq.is_number_unsigned()) return damaged("no sequence number");
    event.seq = seq.get<std::uint64_t>();
    event.run = text_member(object, "run");
    event.seconds = number_member(object, "seconds");
    if (event.run.empty()) return damaged("no run id");
    const std::string type = text_member(object, "type");
    for (const Type& known : types) {
        if (known.name != type) continue;
        event.body = known.read(object);
        return event;
    }
    event.body = UnknownEvent{type, std::move(text)};
    return event;
}

}  // namespace slay
