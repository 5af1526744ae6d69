#include "engine/run/host_protocol.h"

#include <algorithm>
#include <cctype>

#include "engine/core/json_codec.h"
#include "engine/run/side_events.h"

namespace slay {
namespace {

constexpr std::string_view ended_type = "host-ended";
constexpr std::string_view request_type = "host-request";
constexpr std::string_view taken_type = "host-request-taken";

}  // namespace

EventBody to_body(const HostEnded& ended) {
    return side_event(ended_type, {{"code", ended.code}, {"words", ended.words}});
}

EventBody to_body(const HostRequest& request) {
    return side_event(request_type, {{"name", request.name}, {"text", request.text}});
}

EventBody to_body(const HostRequestTaken& taken) {
    return side_event(taken_type, {{"name", taken.name}});
}

std::optional<HostEnded> host_ended(const EventBody& body) {
    const auto members = side_event_members(body, ended_type);
    if (!members) return std::nullopt;
    return HostEnded{static_cast<int>(integer_member(*members, "code", -1)),
                     text_member(*members, "words")};
}

std::optional<HostRequest> host_request(const EventBody& body) {
    const auto members = side_event_members(body, request_type);
    if (!members) return std::nullopt;
    // Not through text_member: a request may be long, and whoever parses it cleans what it holds.
    const nlohmann::json& text = member(*members, "text");
    HostRequest request{text_member(*members, "name"), {}};
    if (!is_host_token(request.name) || !text.is_string()) return std::nullopt;
    request.text = text.get_ref<const std::string&>();
    return request;
}

std::optional<HostRequestTaken> host_request_taken(const EventBody& body) {
    const auto members = side_event_members(body, taken_type);
    if (!members) return std::nullopt;
    return HostRequestTaken{text_member(*members, "name")};
}

bool is_host_token(std::string_view text) {
    return !text.empty() && text.size() <= 64 && text.front() != '-' &&
           std::all_of(text.begin(), text.end(),
                       [](unsigned char c) { return std::isalnum(c) != 0 || c == '-'; });
}

}  // namespace slay
