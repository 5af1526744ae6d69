// A run that another host measures and this one follows, over a pipe to that host (ssh). The far
// side runs `slay-bench run` in a folder of its own, detached: its journal goes on when the pipe is
// cut. What comes over the pipe are the lines of that journal, from a sequence number on.
//
//   near -> far  run-started         the preset (once; later connections send it again)
//                host-request        a request of the folder there (run_requests.h)
//                run-finished        stop, please
//   far -> near  worker-ready        who it is
//                the journal's lines, as they are on its disk
//                host-request-taken  that request lies in the folder here: forget it
//                host-ended          nothing more will come
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
// More points for the run: the text of a request's file. The name is one that is_host_token()
// allows, and stays the same when a request is sent again because the connection was cut before the
// answer.
struct HostRequest {
    std::string name;
    std::string text;
};
struct HostRequestTaken {
    std::string name;
};

// As an event of the journal whose type is not the journal's; and what such an event holds, nothing
// where it is of another type.
EventBody to_body(const HostEnded& ended);
EventBody to_body(const HostRequest& request);
EventBody to_body(const HostRequestTaken& taken);
std::optional<HostEnded> host_ended(const EventBody& body);
std::optional<HostRequest> host_request(const EventBody& body);
std::optional<HostRequestTaken> host_request_taken(const EventBody& body);

// A name for a run on a host, or for a request: letters, digits and dashes, 64 at most.
bool is_host_token(std::string_view text);

}  // namespace slay
