// Answers as files.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "exports/findings/judge.h"
#include "exports/tables/table_model.h"

namespace slay {

// A set with what a record says of it.
struct JudgedSet {
    const FindingSet* set = nullptr;
    std::vector<FindingAnswer> answers;
    bool shown() const { return checks_with_figures(answers) >= set->shown_from; }
};

// Every set that is compiled in, in the order of its files.
std::vector<JudgedSet> judge_all(std::span<const RunRecord* const> records);

// A group of rows for each finding, a row for each check. `measured_on`: the device, for the
// caption.
Table findings_table(const JudgedSet& judged, const std::string& measured_on);

// A line for each pair of points that a check rests on, and for each check without any.
std::string findings_csv(const JudgedSet& judged);

// {"set", "title", "findings": [{"id", "title", "claim", "answer", "reason", "checks": [...]}]}
nlohmann::ordered_json findings_json(const JudgedSet& judged);

}  // namespace slay
