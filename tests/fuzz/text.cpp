#include "engine/core/text.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "engine/text/corpus_folder.h"
#include "engine/text/token_file.h"
#include "tests/fuzz/readers.h"

namespace slay::fuzz {
namespace {

namespace fs = std::filesystem;

// One folder for the process, emptied for each input; in memory where that is to be had.
class Folder {
  public:
    Folder() {
        std::string pattern =
            (fs::is_directory("/dev/shm") ? std::string("/dev/shm") : "/tmp") + "/slay-fuzz-XXXXXX";
        if (!mkdtemp(pattern.data())) throw std::runtime_error("no folder for the test");
        path_ = pattern;
    }
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    const fs::path& path() const { return path_; }
    void clear() {
        for (const fs::directory_entry& each : fs::directory_iterator(path_))
            fs::remove_all(each.path());
    }

  private:
    fs::path path_;
};

bool is_plain(std::string_view name) {
    return !name.empty() && name.size() < 64 && name.front() != '.' &&
           name.find('/') == std::string_view::npos && name.find('\0') == std::string_view::npos;
}

void write_files(const fs::path& folder, std::string_view bytes) {
    std::ofstream file;
    while (!bytes.empty()) {
        const auto end = std::min(bytes.find('\n'), bytes.size());
        const std::string_view line = bytes.substr(0, end);
        if (line.substr(0, 1) == "@" && is_plain(line.substr(1))) {
            file = std::ofstream(folder / line.substr(1), std::ios::binary);
        } else {
            file.write(line.data(), static_cast<std::streamsize>(line.size()));
            if (end < bytes.size()) file.put('\n');
        }
        bytes.remove_prefix(std::min(end + 1, bytes.size()));
    }
}

void read_split(const std::string& path) {
    const Result<std::string> text = read_corpus_text(path);
    if (!text) return;
    require(!first_invalid_utf8(*text), "text that was taken is UTF-8");
    const auto lines = text_lines(*text);
    require(!lines.empty(), "text that was taken has a line");
    for (const std::string_view line : lines)
        require(!line.empty() && line.find('\n') == std::string_view::npos, "lines are lines");
}

}  // namespace

void read_text(std::string_view bytes) {
    static Folder folder;
    folder.clear();
    write_files(folder.path(), bytes);
    if (const auto files = find_corpus(folder.path().string())) {
        read_split(files->train);
        read_split(files->valid);
    }
    for (const fs::directory_entry& each : fs::directory_iterator(folder.path()))
        if (const auto tokens = TokenFile::open(each.path().string())) {
            std::uint64_t sum = 0;
            for (const std::uint16_t token : (*tokens)->tokens()) sum += token;
            require((*tokens)->mask_token() < (*tokens)->vocabulary() && sum + 1 > 0,
                    "the token that masks is one");
        }
}

}  // namespace slay::fuzz
