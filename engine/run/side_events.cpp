#include "engine/run/side_events.h"

#include <string>
#include <utility>

namespace slay {

EventBody side_event(std::string_view type, const Json& members) {
    return UnknownEvent{std::string(type),
                        members.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

std::optional<nlohmann::json> side_event_members(const EventBody& body, std::string_view type) {
    const auto* event = std::get_if<UnknownEvent>(&body);
    if (!event || event->type != type) return std::nullopt;
    auto members = nlohmann::json::parse(event->json, nullptr, false);
    if (!members.is_object()) return std::nullopt;
    return std::optional(std::move(members));
}

}  // namespace slay
