#include "engine/run/libtorch_place.h"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>

#include "engine/core/data_folder.h"
#include "engine/core/preferences.h"
#include "engine/core/units.h"

namespace slay {
namespace {

namespace fs = std::filesystem;

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

// The fetching script removes this when every wheel is unpacked.
bool was_cut_short(const fs::path& folder) {
    std::error_code error;
    return fs::exists(folder / ".incomplete", error);
}

std::string lib_folder_in(const fs::path& folder) {
    std::error_code error;
    if (was_cut_short(folder)) return {};
    for (const fs::path& each : {folder, folder / "torch", folder / "libtorch"})
        if (fs::exists(each / "lib" / "libtorch.so", error)) return (each / "lib").string();
    return {};
}

}  // namespace

std::string fetched_libtorch_folder() {
    fs::path base = variable("XDG_CACHE_HOME");
    if (!base.is_absolute()) {
        const std::string home = variable("HOME");
        if (home.empty()) return {};
        base = fs::path(home) / ".cache";
    }
    return (base / "slay-workbench" / pinned_libtorch).string();
}

std::vector<std::string> libtorch_candidates() {
    if (const std::string given = variable("SLAY_LIBTORCH"); !given.empty()) return {given};
    std::vector<std::string> all;
    const std::string preferred = read_preferences().libtorch;
    for (const std::string& each : {preferred, fetched_libtorch_folder()})
        if (!each.empty()) all.push_back(each);
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    if (!error)
        all.push_back(
            (program.parent_path().parent_path() / "lib" / "slay-workbench" / "libtorch").string());
    return all;
}

Result<std::string> find_libtorch() {
    std::string looked_at;
    for (const std::string& each : libtorch_candidates()) {
        if (std::string lib = lib_folder_in(each); !lib.empty()) return lib;
        looked_at.append(looked_at.empty() ? "" : ", ").append(clean_text(each));
    }
    return Error{ErrorKind::no_input,
                 "LibTorch, which does the measuring, is not on this machine yet (looked in " +
                     looked_at +
                     "). \"slay-bench libtorch --fetch\" fetches it, and the window offers to; "
                     "SLAY_LIBTORCH=DIR names another one, 2.6 or later"};
}

Status preload_libtorch() {
    const auto lib = find_libtorch();
    if (!lib) return lib.error();
    // In the order in which they need each other; the CUDA ones only where they are there.
    for (const char* name :
         {"libc10.so", "libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so"}) {
        const fs::path path = fs::path(*lib) / name;
        std::error_code error;
        if (!fs::exists(path, error)) continue;
        if (!dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL))
            return Error{ErrorKind::no_input,
                         "the LibTorch in " + clean_text(*lib) + " could not be loaded (" +
                             clean_text(dlerror(), 600) +
                             "); if a file of it is damaged, remove the folder and fetch it anew"};
    }
    return done();
}

Result<std::string> libtorch_fetcher() {
    const auto data = data_folder();
    if (!data) return data.error();
    const fs::path script = fs::path(*data) / "packaging" / "libtorch" / "fetch-libtorch";
    std::error_code error;
    if (fs::exists(script, error)) return script.string();
    return Error{ErrorKind::no_input,
                 clean_text(script.string()) + " is not there: install the program anew"};
}

}  // namespace slay
