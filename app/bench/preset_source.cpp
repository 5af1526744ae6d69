#include "app/bench/preset_source.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/Option.hpp>
#include <algorithm>
#include <filesystem>

#include "engine/core/data_folder.h"
#include "engine/core/journal.h"
#include "engine/run/runner.h"

namespace slay::bench {

void PresetOptions::add_to(CLI::App& options, bool preset_required) {
    CLI::Option* names =
        options.add_option("PRESET", presets,
                           "A preset's file or its name (see 'list presets'), or a run's "
                           "folder: what that run measured");
    if (preset_required) names->required();
    options
        .add_option("--set", settings,
                    "Replace a value of the preset: JSON pointer = JSON, such as "
                    "/sweep/lengths=[256,512]")
        ->type_name("POINTER=VALUE")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->allow_extra_args(false);
    options.add_option("--device", device, "auto, cpu, cuda or cuda:N instead of the preset's")
        ->type_name("DEVICE");
}

Result<std::string> find_preset(const std::string& word) {
    std::error_code error;
    const bool is_path = word.find('/') != std::string::npos || word.ends_with(".json");
    if (is_path) return word;

    const auto installed = installed_presets();
    std::vector<std::string> names;
    if (installed) {
        for (const PresetFile& preset : *installed) {
            if (preset.name == word) return preset.path;
            names.push_back(preset.name);
        }
    }
    if (std::filesystem::exists(word, error)) return word;
    if (!installed) return installed.error();
    return Error{ErrorKind::no_input,
                 fmt::format("no preset named '{}', and no such file; there are: {}", word,
                             fmt::join(names, ", "))};
}

namespace {

// A run's folder stands for the preset that it was run from.
Result<SweepSpec> read_preset_of(const std::string& path) {
    std::error_code error;
    if (std::filesystem::exists(journal_of(path), error)) return spec_of_run(path);
    return read_spec(path);
}

}  // namespace

Result<SweepSpec> with_options(SweepSpec spec, const PresetOptions& options) {
    for (const std::string& setting : options.settings) {
        auto changed = with_setting(spec, setting);
        if (!changed) return changed.error();
        spec = std::move(changed).value();
    }
    if (!options.device.empty()) spec.device = options.device;
    return spec;
}

Result<std::vector<SweepSpec>> load_presets(const PresetOptions& options) {
    std::vector<SweepSpec> specs;
    for (const std::string& word : options.presets) {
        const auto path = find_preset(word);
        if (!path) return path.error();
        auto spec = read_preset_of(*path);
        if (!spec) return spec.error();
        spec = with_options(std::move(spec).value(), options);
        if (!spec) return spec.error();
        specs.push_back(std::move(spec).value());
    }
    return specs;
}

}  // namespace slay::bench
