// A run that another host measures and this one follows, over a pipe to that host (ssh). The far
// side runs `slay-bench run` in a folder of its own, detached: its journal goes on when the pipe is
// cut. What comes over the pipe are the lines of that journal, from a sequence number on.
//
//   near -> far  run-started   the preset (once; later connections send it again)
//                run-finished  stop, please
//   far -> near  worker-ready  who it is
//                the journal's lines, as they are on its disk
//                host-ended    nothing more will come
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/core/event.h"

namespace slay {

inline constexpr std::string_view host_protocol = "slay-host/1";

// The far program has ended: its exit code (-1: not known), and the end of what it said.
struct HostEnded {
    int code = 0;
    std::string words;
};
EventBody to_body(const HostEnded& ended);
std::optional<HostEnded> host_ended(const EventBody& body);

// A name for a run on a host: letters, digits and dashes, 64 at most.
bool is_host_token(std::string_view text);

}  // namespace slay
