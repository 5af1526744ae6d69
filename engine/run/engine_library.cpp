#include "engine/run/engine_library.h"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <vector>

#include "engine/core/preferences.h"
#include "engine/core/units.h"
#include "engine/run/libtorch_place.h"

namespace slay {
namespace {

constexpr const char* library_name = "libslay_engine.so";
constexpr const char* lacks_libtorch = "LibTorch or a library it needs was not found";

std::filesystem::path program_folder() {
    std::error_code error;
    const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
    return error ? std::filesystem::path(".") : program.parent_path();
}

std::vector<std::string> candidates() {
    if (const char* given = std::getenv("SLAY_ENGINE"); given && *given) return {given};
    const std::filesystem::path folder = program_folder();
    return {(folder / library_name).string(),
            (folder.parent_path() / "lib" / "slay-workbench" / library_name).string()};
}

// What the loader said, and what a person can do about it.
Error load_error(const std::string& path, const std::string& message) {
    std::string advice;
    for (const char* library : {"libtorch", "libc10", "libcudart", "libcu", "libnv", "libnccl"})
        if (message.find(library) != std::string::npos)
            advice = std::string(": ") + lacks_libtorch +
                     "; fetch it with \"slay-bench libtorch "
                     "--fetch\" (in a source tree: ./packaging/run), or name its lib folders in "
                     "LD_LIBRARY_PATH";
    return {ErrorKind::no_input, clean_text(path) + ": the engine could not be loaded (" +
                                     clean_text(message, 600) + ')' + advice};
}

}  // namespace

Result<std::unique_ptr<Engine>> load_engine() {
    const std::vector<std::string> paths = candidates();
    std::string path;
    for (const std::string& candidate : paths) {
        std::error_code error;
        if (path.empty() && std::filesystem::exists(candidate, error)) path = candidate;
    }
    if (path.empty()) {
        std::string looked_at;
        for (const std::string& candidate : paths)
            looked_at.append(looked_at.empty() ? "" : ", ").append(clean_text(candidate));
        return Error{ErrorKind::no_input, std::string(library_name) + " is not there (looked at " +
                                              looked_at +
                                              "): build the target slay_engine, or name the "
                                              "library in SLAY_ENGINE"};
    }

    // Never closed: LibTorch leaves threads and CUDA state behind that a dlclose would pull the
    // code from under.
    const auto open = [&] { return dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL); };
    const bool named = std::getenv("SLAY_LIBTORCH") || !read_preferences().libtorch.empty();
    if (named)
        if (const Status loaded = preload_libtorch(); !loaded) return loaded.error();
    void* library = open();
    if (!library && !named) {
        // An installed engine does not know where LibTorch is: it finds it loaded already.
        const Error failed = load_error(path, dlerror());
        if (failed.message.find(lacks_libtorch) == std::string::npos) return failed;
        if (const Status loaded = preload_libtorch(); !loaded) return loaded.error();
        library = open();
    }
    if (!library) return load_error(path, dlerror());
    dlerror();
    const auto create = reinterpret_cast<CreateExecutor>(dlsym(library, "slay_create_executor"));
    if (!create)
        return Error{ErrorKind::no_input, clean_text(path) +
                                              ": is no engine of this program (it has no "
                                              "slay_create_executor)"};
    try {
        std::unique_ptr<Engine> engine(create(engine_abi));
        if (!engine)
            return Error{ErrorKind::no_input, clean_text(path) +
                                                  ": is an engine of another version of this "
                                                  "program; build or install both together"};
        return engine;
    } catch (const std::exception& error) {
        return Error{ErrorKind::internal, clean_text(path) + ": the engine failed to start: " +
                                              clean_text(error.what())};
    }
}

}  // namespace slay
