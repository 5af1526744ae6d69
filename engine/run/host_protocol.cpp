#include "engine/run/host_protocol.h"

#include <algorithm>
#include <cctype>

#include "engine/core/json_codec.h"

namespace slay {
namespace {

constexpr std::string_view ended_type = "host-ended";
constexpr std::string_view request_type = "host-request";
constexpr std::string_view taken_type = "host-request-taken";

EventBody unknown(std::string_view type, const Json& members) {
    return UnknownEvent{std::string(type),
                        members.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

std::optional<nlohmann::json> members_of(const EventBody& body, std::string_view type) {
    const auto* event = std::get_if<UnknownEvent>(&body);
    if (!event || event->type != type) return std::nullopt;
    return nlohmann::json::parse(event->json, nullptr, false);
}

}  // namespace

EventBody to_body(const HostEnded& ended) {
    return unknown(ended_type, {{"code", ended.code}, {"words", ended.words}});
}

EventBody to_body(const HostRequest& request) {
    return unknown(request_type, {{"name", request.name}, {"text", request.text}});
}

EventBody to_body(const HostRequestTaken& taken) {
    return unknown(taken_type, {{"name", taken.name}});
}

std::optional<HostEnded> host_ended(const EventBody& body) {
    const auto members = members_of(body, ended_type);
    if (!members) return std::nullopt;
    return HostEnded{static_cast<int>(integer_member(*members, "code", -1)),
                     text_member(*members, "words")};
}

std::optional<HostRequest> host_request(const EventBody& body) {
    const auto members = members_of(body, request_type);
    if (!members) return std::nullopt;
    // Not through text_member: a request may be long, and whoever parses it cleans what it holds.
    const nlohmann::json& text = member(*members, "text");
    HostRequest request{text_member(*members, "name"), {}};
    if (!is_host_token(request.name) || !text.is_string()) return std::nullopt;
    request.text = text.get_ref<const std::string&>();
    return request;
}

std::optional<HostRequestTaken> host_request_taken(const EventBody& body) {
    const auto members = members_of(body, taken_type);
    if (!members) return std::nullopt;
    return HostRequestTaken{text_member(*members, "name")};
}

bool is_host_token(std::string_view text) {
    return !text.empty() && text.size() <= 64 && text.front() != '-' &&
           std::all_of(text.begin(), text.end(),
                       [](unsigned char c) { return std::isalnum(c) != 0 || c == '-'; });
}

}  // namespace slay
