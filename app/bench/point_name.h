// What to call a point in a line of text: only what tells it from the others.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/core/point.h"

namespace slay::bench {

// Ids of the parameters that take two values among points of one experiment: experiment -> ids.
std::map<std::string, std::vector<std::string>> varying_parameters(
    const std::vector<Point>& points);

// "latency yat-performer-anchor L=8192 forward": the parameters in `ids`, by their symbols.
std::string point_name(const Point& point, const std::vector<std::string>& ids);

// "L=8192", "forward", "seed=1".
std::string parameter_text(const std::string& id, const ParameterValue& value);

}  // namespace slay::bench
