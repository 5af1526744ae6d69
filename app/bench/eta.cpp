#include "app/bench/eta.h"

#include <algorithm>

namespace slay::bench {
namespace {

constexpr double shortest_point = 1e-3;  // so that a prediction of nothing still counts

}  // namespace

void Eta::add_point(const std::string& id, const std::string& experiment,
                    double predicted_seconds) {
    const double seconds = std::max(shortest_point, predicted_seconds);
    if (open_.emplace(id, OpenPoint{experiment, seconds}).second) {
        paces_[experiment].open += seconds;
    }
}

void Eta::leave_out(const std::string& id) {
    const auto found = open_.find(id);
    if (found == open_.end()) return;
    paces_[found->second.experiment].open -= found->second.predicted;
    open_.erase(found);
}

void Eta::finish(const std::string& id, double seconds) {
    const auto found = open_.find(id);
    if (found == open_.end()) return;
    // Points of one group end together; the time since the last end is theirs.
    Pace& pace = paces_[found->second.experiment];
    pace.done += found->second.predicted;
    pace.measured += seconds - last_finish_;
    last_finish_ = seconds;
    leave_out(id);
}

double Eta::remaining(double seconds) const {
    if (open_.empty()) return 0;
    double remaining = 0;
    for (const auto& [experiment, pace] : paces_) {
        remaining += pace.open * (pace.done > 0 ? pace.measured / pace.done : 1.0);
    }
    return std::max(0.0, remaining - (seconds - last_finish_));
}

}  // namespace slay::bench
