// The requests of a run's folder on their way to the host that measures the run. One is gone here
// once the host has it; a connection that is cut in between has it sent again, and the host knows
// it by its name.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "engine/run/host_protocol.h"

namespace slay {

class HostRequests {
  public:
    using Notes = std::function<void(const std::string&)>;

    HostRequests(std::string folder, Notes notes)
        : folder_(std::move(folder)), notes_(std::move(notes)) {}

    std::vector<HostRequest> begin();  // a connection: all that waits
    std::vector<HostRequest>
    more();  // what came since, each once a connection; looks 4 times a second
    void taken(const HostRequestTaken& taken);

    // The far run is over, and what waits here did not reach it in time: another connection will
    // bring it. False where the host took nothing of what it was sent.
    bool need_another_connection() const;
    std::size_t waiting() const;

  private:
    std::vector<HostRequest> look();

    const std::string folder_;
    const Notes notes_;
    std::map<std::string, std::string> sent_;  // over this connection: name to path
    std::size_t first_ = 0, taken_ = 0;        // of this connection
    std::chrono::steady_clock::time_point next_look_;
};

}  // namespace slay
