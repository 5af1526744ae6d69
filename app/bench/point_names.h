// What to call a point in a line of text: only what tells it from the others of its run.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/core/point.h"

namespace slay::bench {

class PointNames {
  public:
    explicit PointNames(const std::vector<Point>& points);

    // "latency yat-performer-anchor L=8192 forward".
    std::string name(const Point& point) const;

    // Ids of the parameters that take two values: shared ones among the points of the experiment,
    // a variant's own among the points of that variant. The leading axis comes first. What follows
    // from others (the head dimension, what a scale ties together) is left out.
    const std::vector<std::string>& told(const Point& point) const;

  private:
    std::map<std::string, std::vector<std::string>> told_;  // "experiment variant" -> ids
};

// "L=8192", "forward", "seed=1".
std::string parameter_text(const std::string& id, const ParameterValue& value);

bool is_shared_parameter(const std::string& id);

}  // namespace slay::bench
