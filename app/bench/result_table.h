// The leading metric of an experiment as text tables: variants down, the leading axis across.
#pragma once

#include <string>

#include "app/bench/point_names.h"
#include "engine/core/run_record.h"

namespace slay::bench {

// One table for each set of the other parameters ("forward, float32"); points that differ only in
// the seed share a cell, which then shows their mean. Empty when nothing of the experiment was
// measured yet.
std::string result_tables(const RunRecord& record, const std::string& experiment,
                          const PointNames& names);

}  // namespace slay::bench
