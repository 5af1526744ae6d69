// Which published numbers may stand beside a measurement.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/core/run_record.h"
#include "exports/published.h"

namespace slay {

// The first condition that the two do not share, in words; empty when they agree. `here`: the
// conditions of a panel or the parameters of a point; what it does not have is not compared, nor is
// `except`.
std::string difference_from(const Parameters& here, const PublishedData& source,
                            const PublishedPoint& point, const std::string& except = {});

// The overlays of the record's preset that are known, in its order.
std::vector<const PublishedData*> overlays_of(const RunRecord& record);

// The source's number for a metric of a variant under these parameters; `x` (where given) has to be
// stated by the source and be the same.
std::optional<double> published_value(const PublishedData& source, const std::string& metric,
                                      const std::string& variant, const Parameters& here,
                                      const std::string& x = {});

}  // namespace slay
