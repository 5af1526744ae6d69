#include "engine/run/host_protocol.h"

#include <algorithm>
#include <cctype>

#include "engine/core/json_codec.h"

namespace slay {
namespace {

constexpr std::string_view ended_type = "host-ended";

}  // namespace

EventBody to_body(const HostEnded& ended) {
    const Json members{{"code", ended.code}, {"words", ended.words}};
    return UnknownEvent{std::string(ended_type),
                        members.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

std::optional<HostEnded> host_ended(const EventBody& body) {
    const auto* event = std::get_if<UnknownEvent>(&body);
    if (!event || event->type != ended_type) return std::nullopt;
    const auto members = nlohmann::json::parse(event->json, nullptr, false);
    return HostEnded{static_cast<int>(integer_member(members, "code", -1)),
                     text_member(members, "words")};
}

bool is_host_token(std::string_view text) {
    return !text.empty() && text.size() <= 64 && text.front() != '-' &&
           std::all_of(text.begin(), text.end(),
                       [](unsigned char c) { return std::isalnum(c) != 0 || c == '-'; });
}

}  // namespace slay
