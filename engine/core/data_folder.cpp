#include "engine/core/data_folder.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>

#include "engine/core/preferences.h"

namespace slay {
namespace {

namespace fs = std::filesystem;

bool holds_presets(const fs::path& folder) {
    std::error_code error;
    return fs::is_directory(folder / "presets", error);
}

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

// Folders are named by presets' names, which are a stranger's text.
std::string file_name_of(const std::string& name) {
    std::string safe;
    for (const char c : name.substr(0, 64)) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '_';
        safe += plain ? c : '-';
    }
    return safe.empty() ? "run" : safe;
}

}  // namespace

Result<std::string> data_folder() {
    const std::string given = variable("SLAY_DATA_DIR");
    if (!given.empty()) {
        if (holds_presets(given)) return given;
        return Error{ErrorKind::no_input,
                     "SLAY_DATA_DIR is " + given + ", which has no folder presets/"};
    }
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    const fs::path bin = program.parent_path();
    const fs::path installed = bin.parent_path() / "share" / "slay-workbench";
    if (holds_presets(installed)) return installed.string();
    // build/<preset>/bin, or one deeper for the tests' programs.
    fs::path above = bin;
    for (int level = 0; level < 4 && above.has_relative_path(); ++level) {
        above = above.parent_path();
        if (holds_presets(above) && fs::exists(above / "CMakePresets.json", error)) {
            return above.string();
        }
    }
    return Error{ErrorKind::no_input, "no presets in " + installed.string() +
                                          " or in a source tree above " + bin.string() +
                                          "; set SLAY_DATA_DIR to the folder that holds presets/"};
}

Result<std::vector<PresetFile>> installed_presets() {
    const Result<std::string> folder = data_folder();
    if (!folder) return folder.error();
    std::vector<PresetFile> presets;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(fs::path(*folder) / "presets", error)) {
        if (entry.path().extension() == ".json" && entry.is_regular_file(error)) {
            presets.push_back({entry.path().stem().string(), entry.path().string()});
        }
    }
    std::sort(presets.begin(), presets.end(),
              [](const PresetFile& a, const PresetFile& b) { return a.name < b.name; });
    return presets;
}

Result<std::string> default_runs_folder() {
    const Preferences preferences = read_preferences();
    if (fs::path(preferences.output_folder).is_absolute()) return preferences.output_folder;
    fs::path base = variable("XDG_DATA_HOME");
    if (!base.is_absolute()) {  // the specification has relative ones passed over
        const std::string home = variable("HOME");
        if (home.empty()) {
            return Error{ErrorKind::cannot_create,
                         "neither XDG_DATA_HOME nor HOME is set: name a folder with --out"};
        }
        base = fs::path(home) / ".local" / "share";
    }
    return (base / "slay-workbench" / "runs").string();
}

Result<std::string> new_run_folder(const std::string& name) {
    const Result<std::string> runs = default_runs_folder();
    if (!runs) return runs.error();
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    localtime_r(&now, &local);
    char stamp[32];
    std::strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", &local);
    const fs::path wanted = fs::path(*runs) / (file_name_of(name) + "-" + stamp);
    // Two runs within one second.
    fs::path folder = wanted;
    std::error_code error;
    for (int copy = 2; fs::exists(folder, error); ++copy) {
        folder = wanted.string() + "-" + std::to_string(copy);
    }
    return folder.string();
}

}  // namespace slay
