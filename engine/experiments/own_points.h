// Points of the user's own attentions: conformance first, for whatever experiment they belong to;
// and what their results say of the file.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/attention/own/own_conformance.h"
#include "engine/experiments/experiment.h"

namespace slay {

class OwnPoints {
  public:
    // The points that may be measured. Those of an own attention are started, shown to be what they
    // should be, and finished here where they are not.
    std::vector<Point> admit(std::span<const Point> group, ExperimentContext& context);

    // What the result of such a point says beside its figures: file, hash, what was shown of it.
    void sign(const Point& point, PointResult& result) const;

  private:
    std::optional<PointResult> refused(const Point& point, ExperimentContext& context);

    std::map<std::string, OwnVerdict> known_;
};

}  // namespace slay
