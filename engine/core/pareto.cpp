#include "engine/core/pareto.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace slay {

std::vector<bool> on_pareto_front(std::span<const TradeOff> points) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < points.size(); ++i)
        if (std::isfinite(points[i].first) && std::isfinite(points[i].second)) order.push_back(i);
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return std::pair(points[a].first, points[a].second) <
               std::pair(points[b].first, points[b].second);
    });
    // By ascending first cost, a point is on the front where its second is below all before it, or
    // where it equals the last one that was.
    std::vector<bool> front(points.size(), false);
    const TradeOff* last = nullptr;
    for (const std::size_t i : order) {
        const TradeOff& here = points[i];
        const bool equal = last && here.first == last->first && here.second == last->second;
        if (last && !equal && here.second >= last->second) continue;
        front[i] = true;
        last = &here;
    }
    return front;
}

}  // namespace slay
