#include "engine/text/corpus_folder.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "engine/core/journal.h"
#include "engine/core/text.h"
#include "engine/core/units.h"

namespace slay {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> places(const std::string& name) {
    if (name.find('/') != std::string::npos) return {name};
    std::vector<fs::path> out;
    if (const char* given = std::getenv("SLAY_CORPORA"); given && *given)
        out.push_back(fs::path(given) / name);
    const char* data = std::getenv("XDG_DATA_HOME");
    const char* home = std::getenv("HOME");
    if (data && *data)
        out.push_back(fs::path(data) / "slay-workbench" / "corpora" / name);
    else if (home && *home)
        out.push_back(fs::path(home) / ".local/share/slay-workbench/corpora" / name);
    return out;
}

std::string find_split(const fs::path& folder, const std::vector<std::string>& splits) {
    for (const std::string& split : splits)
        for (const std::string& file : {"wiki." + split + ".tokens", "wiki." + split + ".raw",
                                        split + ".txt", split + ".tokens", split + ".raw", split}) {
            std::error_code error;
            if (fs::is_regular_file(folder / file, error)) return (folder / file).string();
        }
    return {};
}

Error no_input(std::string message) {
    return {ErrorKind::no_input, std::move(message)};
}

Error bad_data(std::string message) {
    return {ErrorKind::bad_data, std::move(message)};
}

std::size_t line_of(std::string_view text, std::size_t offset) {
    return 1 + static_cast<std::size_t>(std::count(
                   text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
}

}  // namespace

Result<CorpusFiles> find_corpus(const std::string& name) {
    if (name == "." || name == "..")
        return no_input("corpus \"" + name + "\" is no name of a folder; write ./ or a path");
    std::string looked;
    for (const fs::path& folder : places(name)) {
        looked += (looked.empty() ? "" : ", ") + clean_text(folder.string(), 300);
        std::error_code error;
        if (!fs::is_directory(folder, error)) continue;
        CorpusFiles files{name, folder.string(), find_split(folder, {"train"}),
                          find_split(folder, {"valid", "validation", "val"})};
        const char* missing = files.train.empty()   ? "training"
                              : files.valid.empty() ? "validation"
                                                    : nullptr;
        if (!missing) return files;
        return no_input(clean_text(folder.string(), 300) + ": has no " + missing +
                        " text. Expected wiki.train.tokens and wiki.valid.tokens, or train.txt and "
                        "valid.txt: UTF-8, a paragraph a line.");
    }
    return no_input("There is no corpus \"" + clean_text(name, 200) + "\" (looked at " + looked +
                    "). Put a folder there with the files train.txt and valid.txt, or "
                    "wiki.train.tokens and wiki.valid.tokens (WikiText has them), or name the "
                    "folder by its path in the preset's \"corpora\".");
}

Result<std::string> read_corpus_text(const std::string& path) {
    Result<std::string> text = read_text_file(path, max_text_bytes);
    if (!text) return text.error();
    const std::string where = clean_text(path, 300);
    if (const auto bad = first_invalid_utf8(*text))
        return bad_data(where + ": line " + std::to_string(line_of(*text, *bad)) +
                        ": is not UTF-8 (byte " + std::to_string(*bad) +
                        " of the file); convert it, for instance with iconv");
    std::size_t begin = 0, line = 1;
    while (begin < text->size()) {
        std::size_t end = text->find('\n', begin);
        if (end == std::string::npos) end = text->size();
        if (end - begin > max_line_bytes)
            return bad_data(where + ": line " + std::to_string(line) + ": is longer than " +
                            format_bytes(static_cast<double>(max_line_bytes)) +
                            "; expected a paragraph a line");
        begin = end + 1;
        ++line;
    }
    if (text_lines(*text).empty()) return bad_data(where + ": holds no text");
    return text;
}

std::vector<std::string_view> text_lines(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const std::size_t first = line.find_first_not_of(" \t\r");
        if (first == std::string_view::npos) continue;
        lines.push_back(line.substr(first, line.find_last_not_of(" \t\r") + 1 - first));
    }
    return lines;
}

}  // namespace slay
