// The PRESET words of a command line, and what --set and --device make of them.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

#include "engine/core/result.h"
#include "engine/core/sweep_spec.h"

namespace slay::bench {

struct PresetOptions {
    std::vector<std::string> presets;   // paths, or names of installed presets
    std::vector<std::string> settings;  // "/sweep/lengths=[256,512]"
    std::string device;                 // empty: the preset's

    void add_to(CLI::App& options, bool preset_required);
};

// An existing file, or the installed preset of that name.
Result<std::string> find_preset(const std::string& word);

// Every preset read, changed and checked; the first error ends it.
Result<std::vector<SweepSpec>> load_presets(const PresetOptions& options);

// A spec with the settings and the device of the command line.
Result<SweepSpec> with_options(SweepSpec spec, const PresetOptions& options);

}  // namespace slay::bench
