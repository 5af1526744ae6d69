#include "engine/run/run_requests.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>

#include "engine/core/journal.h"
#include "engine/core/units.h"

namespace slay {
namespace {

namespace fs = std::filesystem;

std::string folder_of(const std::string& run_folder) {
    return run_folder + "/requests";
}

std::vector<std::string> request_files(const std::string& run_folder) {
    std::vector<std::string> paths;
    std::error_code error;
    // A link would lead to files that are no requests, and these are removed or renamed.
    if (!fs::is_directory(fs::symlink_status(folder_of(run_folder), error))) return paths;
    for (fs::directory_iterator at(folder_of(run_folder), error), end; !error && at != end;
         at.increment(error))
        if (at->path().extension() == ".json") paths.push_back(at->path().string());
    std::sort(paths.begin(), paths.end());
    return paths;
}

}  // namespace

Status post_request(const std::string& run_folder, const PlanGrowth& growth) {
    if (growth.empty()) return Error{ErrorKind::usage, "the request asks for nothing"};
    std::error_code error;
    if (!fs::is_regular_file(journal_of(run_folder), error))
        return Error{ErrorKind::no_input, clean_text(run_folder) + ": holds no run"};
    if (Status grows = journal_can_grow(run_folder); !grows) return grows;
    static std::atomic<unsigned> count = 0;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto name = fmt::format(
        "{:020}-{}-{:04}.json", std::chrono::duration_cast<std::chrono::microseconds>(now).count(),
        getpid(), count++);
    return write_file_below(run_folder, "requests/" + name, to_text(growth));
}

std::vector<WaitingRequest> waiting_requests(const std::string& run_folder) {
    std::vector<WaitingRequest> waiting;
    for (const std::string& path : request_files(run_folder)) {
        const auto text = read_text_file(path, max_request_bytes);
        waiting.push_back({path, text ? parse_growth(*text, path) : text.error()});
    }
    return waiting;
}

bool has_requests(const std::string& run_folder) {
    return !request_files(run_folder).empty();
}

std::size_t count_requests(const std::string& run_folder) {
    return request_files(run_folder).size();
}

// The mark comes after the file. Where the machine stops between the two, a request that comes
// again is met again, which adds nothing and measures no more than a point twice; none is lost.
Status post_request_once(const std::string& run_folder, const std::string& name,
                         const std::string& text) {
    const std::string mark = "requests/" + name + ".came";
    std::error_code error;
    if (fs::exists(run_folder + '/' + mark, error)) return done();
    if (Status written = write_file_below(run_folder, "requests/" + name + ".json", text); !written)
        return written;
    return write_file_below(run_folder, mark, "");
}

void withdraw_requests(const std::string& run_folder) {
    const std::string mine = fmt::format("-{}-", getpid());
    for (const std::string& path : request_files(run_folder))
        if (fs::path(path).filename().string().find(mine) != std::string::npos) drop_request(path);
}

void drop_request(const std::string& path) {
    std::error_code ignored;
    fs::remove(path, ignored);
}

void refuse_request(const std::string& path) {
    std::error_code ignored;
    fs::rename(path, path + ".refused", ignored);
}

}  // namespace slay
