#include "app/bench/run_folder.h"

#include <fmt/format.h>

#include <filesystem>

#include "engine/core/data_folder.h"
#include "engine/core/journal.h"

namespace slay::bench {
namespace {

namespace fs = std::filesystem;

// Whether it holds anything but the lock of a run that never began.
bool holds_files(const fs::path& folder, std::error_code& error) {
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        if (entry.path().filename() != ".lock") return true;
    }
    return false;
}

}  // namespace

Result<RunFolder> choose_run_folder(const std::string& out, const std::string& preset_name,
                                    bool resume) {
    if (out.empty()) {
        const auto folder = new_run_folder(preset_name);
        if (!folder) return folder.error();
        return RunFolder{*folder, false};
    }
    std::error_code error;
    const auto status = fs::status(out, error);
    if (!fs::exists(status)) {
        if (error && error != std::errc::no_such_file_or_directory) {
            return Error{ErrorKind::cannot_create, out + ": " + error.message()};
        }
        return RunFolder{out, false};
    }
    if (!fs::is_directory(status)) {
        return Error{ErrorKind::cannot_create, out + " is there already and is not a folder"};
    }
    const bool has_journal = fs::exists(journal_of(out), error);
    if (has_journal && resume) {
        if (Status grows = journal_can_grow(out); !grows) return grows.error();
        return RunFolder{out, true};
    }
    if (has_journal) {
        return Error{ErrorKind::cannot_create,
                     out + " holds a run already: finish it with --resume, or name another folder"};
    }
    const bool occupied = holds_files(out, error);
    if (error) return Error{ErrorKind::cannot_create, out + ": " + error.message()};
    if (occupied) {
        return Error{ErrorKind::cannot_create,
                     out + " is not empty and holds no run: name another folder"};
    }
    return RunFolder{out, false};
}

}  // namespace slay::bench
