// Lines of a protocol that are no events of a run: they travel as events of a type of their own,
// which a record does not know and leaves alone.
#pragma once

#include <optional>
#include <string_view>

#include "engine/core/event.h"
#include "engine/core/json_codec.h"

namespace slay {

EventBody side_event(std::string_view type, const Json& members);

// The members of an event of that type; nothing where it is another, or holds no object.
std::optional<nlohmann::json> side_event_members(const EventBody& body, std::string_view type);

}  // namespace slay
