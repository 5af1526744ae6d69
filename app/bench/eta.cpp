#include "app/bench/eta.h"

#include <algorithm>

namespace slay::bench {
namespace {

constexpr double shortest_point = 1e-3;  // so that a prediction of nothing still counts

}  // namespace

void Eta::add_point(const std::string& id, double predicted_seconds) {
    const double seconds = std::max(shortest_point, predicted_seconds);
    if (open_.emplace(id, seconds).second) open_seconds_ += seconds;
}

void Eta::leave_out(const std::string& id) {
    const auto found = open_.find(id);
    if (found == open_.end()) return;
    open_seconds_ -= found->second;
    open_.erase(found);
}

void Eta::finish(const std::string& id, double seconds) {
    const auto found = open_.find(id);
    if (found == open_.end()) return;
    done_seconds_ += found->second;
    leave_out(id);
    last_finish_ = seconds;
}

double Eta::remaining(double seconds) const {
    if (open_.empty()) return 0;
    const double pace = done_seconds_ > 0 ? last_finish_ / done_seconds_ : 1.0;
    return std::max(0.0, open_seconds_ * pace - (seconds - last_finish_));
}

}  // namespace slay::bench
