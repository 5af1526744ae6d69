// What came of a run, for people and for machines.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "engine/core/run_record.h"

namespace slay::bench {

struct RunSummary {
    std::string folder;
    std::vector<std::string> files;  // written into it, relative to it
    double seconds = 0;              // of this session
};

// For each experiment and each set of conditions a table, variants down and the leading axis
// across; then the points that were not measured, with the reason; then the files.
std::string summary_text(const RunRecord& record, const RunSummary& summary);
nlohmann::ordered_json summary_json(const RunRecord& record, const RunSummary& summary);

// Whether every point is measured, or is one that its variant does not support.
bool all_measured(const RunRecord& record);

}  // namespace slay::bench
