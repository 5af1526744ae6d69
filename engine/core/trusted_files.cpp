#include "engine/core/trusted_files.h"

#include <algorithm>
#include <filesystem>

#include "engine/core/data_folder.h"
#include "engine/core/journal.h"
#include "engine/core/json_codec.h"
#include "engine/core/json_text.h"
#include "engine/core/time_stamp.h"

namespace slay {
namespace {

constexpr std::size_t max_store_bytes = 4'000'000;
constexpr const char* schema = "slay-trusted-files/1";

// The list of the store; empty where there is none, or none that can be read.
nlohmann::json stored_files() {
    const auto path = trusted_files_path();
    if (!path) return nlohmann::json::array();
    const auto text = read_text_file(*path, max_store_bytes);
    if (!text) return nlohmann::json::array();
    const auto store = parse_json(*text, *path);
    if (!store || !store->is_object() || text_member(*store, "schema") != schema)
        return nlohmann::json::array();
    const nlohmann::json& files = member(*store, "files");
    return files.is_array() ? files : nlohmann::json::array();
}

bool holds(const nlohmann::json& files, const OwnFile& file) {
    return std::any_of(files.begin(), files.end(), [&](const nlohmann::json& each) {
        return each.is_object() && text_member(each, "file") == file.path &&
               text_member(each, "sha256") == file.sha256;
    });
}

}  // namespace

Result<std::string> trusted_files_path() {
    const auto runs = default_runs_folder();
    if (!runs) return runs.error();
    return (std::filesystem::path(*runs).parent_path() / "trusted-files.json").string();
}

bool is_trusted(const OwnFile& file) {
    return !file.sha256.empty() && holds(stored_files(), file);
}

Status trust_file(const OwnFile& file) {
    const auto path = trusted_files_path();
    if (!path) return path.error();
    nlohmann::json files = stored_files();
    if (holds(files, file)) return done();
    files.push_back({{"file", file.path}, {"sha256", file.sha256}, {"since", utc_now()}});
    const Json store{{"schema", schema}, {"files", files}};
    return write_file_atomically(
        *path, store.dump(2, ' ', false, Json::error_handler_t::replace) + '\n');
}

std::vector<OwnFile> untrusted_files(const SweepSpec& hashed,
                                     const std::vector<std::string>& allowed) {
    std::vector<OwnFile> files = own_files(hashed);
    std::erase_if(files, [&](const OwnFile& file) {
        return std::find(allowed.begin(), allowed.end(), file.sha256) != allowed.end() ||
               is_trusted(file);
    });
    return files;
}

}  // namespace slay
