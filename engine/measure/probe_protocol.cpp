#include "engine/measure/probe_protocol.h"

#include <fmt/format.h>

#include "engine/core/json_codec.h"
#include "engine/core/json_text.h"
#include "engine/core/units.h"

namespace slay {
namespace {

constexpr const char* kSchema = "slay-memory-probe/1";

}  // namespace

std::string to_line(const ProbeRequest& request) {
    const Json json{{"schema", kSchema},
                    {"threads", request.threads},
                    {"limit_bytes", request.limit_bytes},
                    {"point", to_json(request.point)}};
    return json.dump();
}

Result<ProbeRequest> parse_probe_request(std::string_view line) {
    const auto json = parse_json(line, "memory probe");
    if (!json) return json.error();
    if (text_member(*json, "schema") != kSchema || !json->contains("point")) {
        return Error{ErrorKind::bad_data,
                     fmt::format("memory probe: expected a request of schema {}", kSchema)};
    }
    ProbeRequest request;
    request.threads = static_cast<int>(integer_member(*json, "threads"));
    request.limit_bytes = number_member(*json, "limit_bytes");
    request.point = point_from_json(json->at("point"));
    return request;
}

std::string to_line(const PointResult& result) {
    Json metrics = Json::object();
    for (const auto& [id, value] : result.metrics) metrics[id] = to_json(value);
    Json notes = Json::object();
    for (const auto& [key, text] : result.notes) notes[key] = clean_text(text);
    const Json json{{"state", to_string(result.state)},
                    {"reason", clean_text(result.reason)},
                    {"metrics", metrics},
                    {"notes", notes}};
    return json.dump();
}

Result<PointResult> parse_probe_result(std::string_view line) {
    const auto json = parse_json(line, "memory probe");
    if (!json) return json.error();
    const auto state = parse_point_state(text_member(*json, "state"));
    if (!state) return Error{ErrorKind::bad_data, "memory probe: the answer has no known state"};
    PointResult result;
    result.state = *state;
    result.reason = text_member(*json, "reason");
    for (const auto& [id, value] : member(*json, "metrics").items()) {
        result.metrics[id] = metric_value_from_json(value);
    }
    for (const auto& [key, text] : member(*json, "notes").items()) {
        if (text.is_string()) result.notes[key] = text.get<std::string>();
    }
    return result;
}

}  // namespace slay
