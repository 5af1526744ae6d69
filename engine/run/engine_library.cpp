#include "engine/run/engine_library.h"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <vector>

#include "engine/core/units.h"

namespace slay {
namespace {

constexpr const char* library_name = "libslay_engine.so";

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
            advice =
                ": LibTorch or a library it needs was not found; run ./packaging/run once, which "
                "fetches it, or name its lib folders in LD_LIBRARY_PATH";
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
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
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
