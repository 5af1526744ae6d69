// The commands that measure again what an export was made from, and make it again.
#pragma once

#include <string>
#include <vector>

#include "exports/paper/paper_plan.h"

namespace slay {

// A POSIX shell script that holds the presets as they were run. Whatever the record's texts hold,
// none of it is run.
std::string reproduce_script(const PaperPlan& plan);

// Its commands by themselves, one a line, for people.
std::vector<std::string> reproduce_commands(const PaperPlan& plan);

}  // namespace slay
