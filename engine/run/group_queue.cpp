#include "engine/run/group_queue.h"

#include <algorithm>
#include <numeric>

namespace slay {
namespace {

double seconds_of(const std::vector<Point>& group) {
    return std::accumulate(group.begin(), group.end(), 0.0, [](double sum, const Point& point) {
        return sum + point.prediction.seconds;
    });
}

std::vector<Point>* find_group(auto& groups, const std::string& id) {
    const auto found = std::find_if(groups.begin(), groups.end(),
                                    [&](const auto& group) { return group.front().group == id; });
    return found == groups.end() ? nullptr : &*found;
}

}  // namespace

GroupQueue::GroupQueue(std::vector<std::vector<Point>> groups)
    : waiting_(std::make_move_iterator(groups.begin()), std::make_move_iterator(groups.end())) {}

std::optional<GroupQueue::Group> GroupQueue::take() {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) return std::nullopt;
    Group group{std::move(waiting_.front()), 0};
    waiting_.pop_front();
    group.batch = times_[group.points.front().group]++;
    return group;
}

void GroupQueue::add(const std::vector<Point>& points) {
    const std::lock_guard lock(mutex_);
    std::vector<std::vector<Point>> fresh;
    for (const Point& point : points) {
        if (auto* group = find_group(waiting_, point.group))
            group->push_back(point);
        else if (auto* mine = find_group(fresh, point.group))
            mine->push_back(point);
        else
            fresh.push_back({point});
    }
    std::stable_sort(fresh.begin(), fresh.end(),
                     [](const auto& a, const auto& b) { return seconds_of(a) < seconds_of(b); });
    waiting_.insert(waiting_.begin(), std::make_move_iterator(fresh.begin()),
                    std::make_move_iterator(fresh.end()));
}

std::vector<std::vector<Point>> GroupQueue::waiting() const {
    const std::lock_guard lock(mutex_);
    return {waiting_.begin(), waiting_.end()};
}

bool GroupQueue::empty() const {
    const std::lock_guard lock(mutex_);
    return waiting_.empty();
}

}  // namespace slay
