// Which folder a run goes into, and whether it may.
#pragma once

#include <string>

#include "engine/core/result.h"

namespace slay::bench {

struct RunFolder {
    std::string path;
    bool resume = false;  // it holds a journal to go on with
};

// `out` for a run, or a new folder in the user's data folder where it is empty. Errors (73): a
// folder that holds something, unless `resume` is set and it is a run's; a file in its place.
Result<RunFolder> choose_run_folder(const std::string& out, const std::string& preset_name,
                                    bool resume);

}  // namespace slay::bench
