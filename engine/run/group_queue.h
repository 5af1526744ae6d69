// The groups of a run that wait to be measured. Lanes take them in order; more may come meanwhile.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/point.h"

namespace slay {

class GroupQueue {
  public:
    struct Group {
        std::vector<Point> points;
        std::uint32_t batch = 0;  // how often this group was taken before
    };

    // `groups`: each of one group id, in the order of the run.
    explicit GroupQueue(std::vector<std::vector<Point>> groups);

    // The next group; nothing where none waits. Thread-safe, as all of these.
    std::optional<Group> take();

    // Points join their group where it still waits; else they go before all that wait, the cheap
    // ones first: somebody has just asked for them.
    void add(const std::vector<Point>& points);

    std::vector<std::vector<Point>> waiting() const;
    bool empty() const;

  private:
    mutable std::mutex mutex_;
    std::deque<std::vector<Point>> waiting_;
    std::map<std::string, std::uint32_t> times_;  // by group id
};

}  // namespace slay
