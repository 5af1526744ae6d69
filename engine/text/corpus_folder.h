// A folder of text in WikiText form: plain UTF-8, a paragraph a line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/result.h"

namespace slay {

// What a stranger's text may be at most.
inline constexpr std::size_t max_text_bytes = std::size_t{2} << 30;  // a file
inline constexpr std::size_t max_line_bytes = std::size_t{16} << 20;

struct CorpusFiles {
    std::string name;    // as it was asked for: "wikitext-2"
    std::string folder;  // where it was found
    std::string train, valid;
};

// `name` with a slash is a path; else a folder of that name in $SLAY_CORPORA or in
// $XDG_DATA_HOME/slay-workbench/corpora (~/.local/share/...). Training and validation text are
// found by the names in use: wiki.train.tokens, wiki.train.raw, train.txt, train.tokens, train;
// valid, validation or val likewise. The error says where was looked, and for what.
Result<CorpusFiles> find_corpus(const std::string& name);

// The whole file, read once. Errors: missing, no regular file, too large, empty, not UTF-8 (with
// line and byte), a line that is too long.
Result<std::string> read_corpus_text(const std::string& path);

// Its lines without those that are empty or blank; views into `text`.
std::vector<std::string_view> text_lines(std::string_view text);

}  // namespace slay
