// Runs of the synthetic tasks for tests, with known accuracies.
#pragma once

#include <functional>
#include <string>

#include "engine/core/run_record.h"

namespace slay::testing {

// Plans the preset and gives each point the accuracies of its seeds that `accuracies` says; none:
// the point failed.
RunRecord task_record(const std::string& preset_json,
                      const std::function<std::vector<double>(const Point&)>& accuracies);

// Three tasks and three variants, three seeds: ties, a failure, and a seed that diverged. Planned
// by hand, so that its bytes change with the writers alone.
RunRecord small_task_record();

// A preset of the program, with accuracies that look like some.
RunRecord preset_task_record(const std::string& path);

}  // namespace slay::testing
