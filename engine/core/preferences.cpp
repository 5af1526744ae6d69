#include "engine/core/preferences.h"

#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "engine/core/journal.h"
#include "engine/core/json_text.h"
#include "engine/core/units.h"

namespace slay {
namespace {

namespace fs = std::filesystem;

constexpr const char* schema = "slay-preferences/1";
constexpr int most_threads = 4096;
constexpr int most_milliseconds = 60'000;
constexpr std::uintmax_t most_bytes = 1 << 16;

struct TextRow {
    const char* key;
    std::string Preferences::*member;
};
constexpr TextRow text_rows[] = {{"device", &Preferences::device},
                                 {"output_folder", &Preferences::output_folder},
                                 {"latex", &Preferences::latex},
                                 {"libtorch", &Preferences::libtorch}};

struct NumberRow {
    const char* key;
    int Preferences::*member;
    int most;
};
constexpr NumberRow number_rows[] = {
    {"threads", &Preferences::threads, most_threads},
    {"nvml_milliseconds", &Preferences::nvml_milliseconds, most_milliseconds}};

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

bool runs(const fs::path& program) {
    std::error_code error;
    return fs::is_regular_file(program, error) && access(program.c_str(), X_OK) == 0;
}

}  // namespace

std::string preferences_file() {
    fs::path base = variable("XDG_CONFIG_HOME");
    if (!base.is_absolute()) {
        const std::string home = variable("HOME");
        if (home.empty()) return {};
        base = fs::path(home) / ".config";
    }
    return (base / "slay-workbench" / "preferences.json").string();
}

Result<Preferences> parse_preferences(std::string_view text, const std::string& source) {
    const auto json = parse_json(text, source);
    if (!json) return json.error();
    const auto wrong = [&](const std::string& pointer, const std::string& message) {
        return Error{ErrorKind::bad_data,
                     located(source, line_of_pointer(text, pointer), pointer, message)};
    };
    if (!json->is_object() || json->value("schema", nlohmann::json()) != schema)
        return wrong("/schema", std::string("expected \"") + schema + '"');
    Preferences out;
    for (const TextRow& row : text_rows) {
        const auto at = json->find(row.key);
        if (at == json->end()) continue;
        if (!at->is_string()) return wrong(pointer_step(row.key), "expected a text");
        out.*row.member = clean_text(at->get<std::string>());
    }
    for (const NumberRow& row : number_rows) {
        const auto at = json->find(row.key);
        if (at == json->end()) continue;
        const bool whole = at->is_number_integer();
        if (!whole || at->get<std::int64_t>() < 0 || at->get<std::int64_t>() > row.most)
            return wrong(pointer_step(row.key),
                         "expected a whole number from 0 to " + std::to_string(row.most));
        out.*row.member = at->get<int>();
    }
    return out;
}

std::string to_text(const Preferences& preferences) {
    nlohmann::ordered_json json;
    json["schema"] = schema;
    for (const TextRow& row : text_rows) json[row.key] = clean_text(preferences.*row.member);
    for (const NumberRow& row : number_rows) json[row.key] = preferences.*row.member;
    return json.dump(2) + '\n';
}

Result<Preferences> with_change(const Preferences& preferences, std::string_view word) {
    const std::size_t equals = word.find('=');
    const std::string key(word.substr(0, equals));
    const std::string value(equals == word.npos ? word.substr(0, 0) : word.substr(equals + 1));
    nlohmann::json json = nlohmann::json::parse(to_text(preferences));
    std::string keys;
    for (const auto& [name, known] : json.items())
        if (name != "schema") keys.append(keys.empty() ? "" : ", ").append(name);
    if (equals == word.npos || key == "schema" || !json.contains(key))
        return Error{ErrorKind::usage, '"' + clean_text(word) +
                                           "\" changes no preference: expected " +
                                           "KEY=VALUE with one of " + keys};
    if (json[key].is_number()) {
        const Preferences usual;
        int number = 0;
        for (const NumberRow& row : number_rows)
            if (key == row.key) number = usual.*row.member;
        const char* end = value.data() + value.size();
        if (!value.empty()) {
            const auto read = std::from_chars(value.data(), end, number);
            if (read.ec != std::errc() || read.ptr != end) number = -1;  // refused below
        }
        json[key] = number;
    } else {
        json[key] = value;
    }
    return parse_preferences(json.dump(), clean_text(word));
}

Preferences read_preferences(std::string* problem) {
    const std::string path = preferences_file();
    std::error_code error;
    if (path.empty() || !fs::exists(path, error)) return {};
    std::ostringstream text;
    if (fs::is_regular_file(path, error) && fs::file_size(path, error) <= most_bytes)
        text << std::ifstream(path).rdbuf();
    auto parsed = parse_preferences(text.str(), path);
    if (parsed) return std::move(parsed).value();
    if (problem) *problem = parsed.error().message;
    return {};
}

Status write_preferences(const Preferences& preferences) {
    const std::string path = preferences_file();
    if (path.empty())
        return Error{ErrorKind::cannot_create,
                     "neither XDG_CONFIG_HOME nor HOME is set: there is no place for preferences"};
    std::error_code error;
    fs::create_directories(fs::path(path).parent_path(), error);
    return write_file_atomically(path, to_text(preferences));
}

std::string latex_program() {
    for (const std::string& named : {variable("SLAY_PDFLATEX"), read_preferences().latex})
        if (!named.empty()) return named;
    const char* path = std::getenv("PATH");
    std::istringstream folders(path ? path : "/usr/local/bin:/usr/bin:/bin");
    for (std::string folder; std::getline(folders, folder, ':');)
        if (!folder.empty() && runs(fs::path(folder) / "pdflatex"))
            return (fs::path(folder) / "pdflatex").string();
    return {};
}

}  // namespace slay
