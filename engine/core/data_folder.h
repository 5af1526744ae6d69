// Where the files lie that come with the program: presets/ and presets/reference-runs/.
#pragma once

#include <string>
#include <vector>

#include "engine/core/result.h"

namespace slay {

// SLAY_DATA_DIR where it is set; else share/slay-workbench beside the installed program; else the
// source tree that the program was built in. An error names the places looked at.
Result<std::string> data_folder();

// Every preset in presets/, by file name: its path and its name (the file's stem).
struct PresetFile {
    std::string name;
    std::string path;
};
Result<std::vector<PresetFile>> installed_presets();

// Where runs go when nothing else is said: the preferred folder, else
// $XDG_DATA_HOME/slay-workbench/runs, or
// ~/.local/share/... Not created.
Result<std::string> default_runs_folder();

// A new folder for a run of the preset `name`: RUNS/NAME-YYYYMMDD-HHMMSS in local time. Not
// created.
Result<std::string> new_run_folder(const std::string& name);

}  // namespace slay
