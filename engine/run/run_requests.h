// Requests to a run: files in FOLDER/requests. Whoever wants points added or measured again, a
// window, another program, leaves one there; whoever measures the run takes them up in the order
// they came, in the middle of it or when it is resumed. A file is gone once its events are in the
// journal, so that a crash loses no request and none is met twice.
#pragma once

#include <string>
#include <vector>

#include "engine/core/plan_growth.h"
#include "engine/core/result.h"

namespace slay {

inline constexpr std::size_t max_request_bytes = std::size_t{64} << 20;

// Leaves a request. Errors: it asks for nothing, the folder holds no run, it cannot be written.
Status post_request(const std::string& run_folder, const PlanGrowth& growth);

struct WaitingRequest {
    std::string path;
    Result<PlanGrowth> growth;  // or what is wrong with the file
};

// What waits, the oldest first.
std::vector<WaitingRequest> waiting_requests(const std::string& run_folder);
bool has_requests(const std::string& run_folder);
std::size_t count_requests(const std::string& run_folder);

// Leaves a request that came from another machine under this name: once, however often it comes.
// The name goes into a path: see is_host_token(). Errors: as of post_request.
Status post_request_once(const std::string& run_folder, const std::string& name,
                         const std::string& text);

// Takes back what this process asked for and nobody has taken up.
void withdraw_requests(const std::string& run_folder);

// A request that was met, and one that cannot be: that is kept, as FILE.refused.
void drop_request(const std::string& path);
void refuse_request(const std::string& path);

}  // namespace slay
