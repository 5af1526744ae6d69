// Which of several trade-offs between two costs are worth having.
#pragma once

#include <span>
#include <vector>

namespace slay {

struct TradeOff {
    double first = 0, second = 0;  // both are better when lower: an error and a time
};

// Whether each point is on the Pareto front: no other is at least as good in both costs and better
// in one. Equal points stand or fall together; a point whose cost is not finite is on no front and
// keeps no other off it.
std::vector<bool> on_pareto_front(std::span<const TradeOff> points);

}  // namespace slay
