#include "engine/run/host_requests.h"

#include <filesystem>
#include <utility>

#include "engine/core/sha256.h"
#include "engine/run/run_requests.h"

namespace slay {
namespace {

constexpr std::chrono::milliseconds look_interval{250};

// A file may have any name; what is sent has one that is safe in a path there.
std::string name_of(const std::string& path) {
    const std::string stem = std::filesystem::path(path).stem().string();
    return is_host_token(stem) ? stem : sha256(stem).substr(0, 32);
}

}  // namespace

std::vector<HostRequest> HostRequests::begin() {
    sent_.clear();
    taken_ = 0;
    auto found = look();
    first_ = found.size();
    return found;
}

std::vector<HostRequest> HostRequests::more() {
    if (std::chrono::steady_clock::now() < next_look_) return {};
    return look();
}

std::vector<HostRequest> HostRequests::look() {
    next_look_ = std::chrono::steady_clock::now() + look_interval;
    std::vector<HostRequest> found;
    if (waiting() == sent_.size() - taken_) return found;
    for (const WaitingRequest& request : waiting_requests(folder_)) {
        std::string name = name_of(request.path);
        if (sent_.contains(name)) continue;
        if (!request.growth) {
            notes_("a request was refused: " + request.growth.error().message);
            refuse_request(request.path);
            continue;
        }
        sent_[name] = request.path;
        found.push_back({std::move(name), to_text(*request.growth)});
    }
    return found;
}

void HostRequests::taken(const HostRequestTaken& taken) {
    const auto found = sent_.find(taken.name);
    if (found == sent_.end() || found->second.empty()) return;
    drop_request(std::exchange(found->second, {}));
    ++taken_;
}

bool HostRequests::need_another_connection() const {
    return waiting() > 0 && (first_ == 0 || taken_ > 0);
}

std::size_t HostRequests::waiting() const {
    return count_requests(folder_);
}

}  // namespace slay
