// From files to token files: what is known is opened, what is new is read, hashed, learnt from and
// written.
#include <sys/stat.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <thread>

#include "engine/core/checksum.h"
#include "engine/core/counter_random.h"
#include "engine/core/journal.h"
#include "engine/core/units.h"
#include "engine/text/corpus_folder.h"
#include "engine/text/generated_language.h"
#include "engine/text/text_corpus.h"
#include "engine/text/vocabulary.h"

namespace slay {
namespace {

namespace fs = std::filesystem;

constexpr const char* cache_version = "1";          // of what is stored, part of every hash
constexpr std::size_t learning_bytes = 32'000'000;  // of text that a vocabulary is learnt from
constexpr std::size_t lines_at_a_time = 1024;

// 128 bits of content, eight bytes at a time; against accidents, not against an adversary, who
// could only spoil a cache of their own.
class ContentHash {
  public:
    void add(std::string_view bytes) {
        add_word(bytes.size());
        while (!bytes.empty()) {
            std::uint64_t word = 0;
            const std::size_t count = std::min<std::size_t>(8, bytes.size());
            bytes.copy(reinterpret_cast<char*>(&word), count);
            bytes.remove_prefix(count);
            add_word(word);
        }
    }
    std::string hex() const { return hex16(a_) + hex16(b_); }

  private:
    void add_word(std::uint64_t word) {
        a_ = CounterRandom::mix(a_ ^ word);
        b_ = CounterRandom::mix(b_ + word * 0x9E3779B97F4A7C15ull);
    }
    std::uint64_t a_ = 0x243F6A8885A308D3ull, b_ = 0x13198A2E03707344ull;
};

// Path, size and times of the files: while these stay, so does their content.
std::string stamp_of(const CorpusFiles& files) {
    ContentHash hash;
    hash.add(cache_version);
    for (const std::string& path : {files.train, files.valid}) {
        struct stat info {};
        if (stat(path.c_str(), &info) != 0) return {};
        std::error_code error;
        hash.add(fs::weakly_canonical(path, error).string());
        for (const auto part :
             {static_cast<std::uint64_t>(info.st_size), static_cast<std::uint64_t>(info.st_ino),
              static_cast<std::uint64_t>(info.st_mtim.tv_sec),
              static_cast<std::uint64_t>(info.st_mtim.tv_nsec)})
            hash.add(std::to_string(part));
    }
    return hash.hex();
}

bool is_hash(const std::string& text) {
    return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// What the cache holds for some content.
struct Entry {
    std::string folder;
    std::string model() const { return folder + "/vocabulary.model"; }
    std::string train() const { return folder + "/train.tokens"; }
    std::string valid() const { return folder + "/valid.tokens"; }

    Result<std::unique_ptr<TextCorpus>> open(const std::string& name) const {
        Result<std::unique_ptr<TokenFile>> first = TokenFile::open(train());
        if (!first) return first.error();
        Result<std::unique_ptr<TokenFile>> second = TokenFile::open(valid());
        if (!second) return second.error();
        if ((*first)->vocabulary() != (*second)->vocabulary())
            return Error{ErrorKind::bad_data, folder + ": its files do not belong together"};
        return std::make_unique<TextCorpus>(name, std::move(*first), std::move(*second));
    }
};

// Spread over the whole text, so that a part of a large one speaks for all of it.
std::vector<std::string_view> lines_to_learn(const std::vector<std::string_view>& lines) {
    std::size_t bytes = 0;
    for (const std::string_view line : lines) bytes += line.size();
    const std::size_t stride = 1 + bytes / learning_bytes;
    std::vector<std::string_view> out;
    for (std::size_t i = 0; i < lines.size(); i += stride) out.push_back(lines[i]);
    return out;
}

// The ids of all lines in order, an end token after each; by several threads. Empty when stopped.
std::vector<std::uint16_t> encode_lines(const std::vector<std::string_view>& lines,
                                        const Vocabulary& vocabulary, const std::stop_token& stop) {
    const std::size_t pieces = (lines.size() + lines_at_a_time - 1) / lines_at_a_time;
    std::vector<std::vector<std::uint16_t>> parts(pieces);
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
        for (std::size_t piece = next++; piece < pieces && !stop.stop_requested(); piece = next++) {
            const std::size_t end = std::min(lines.size(), (piece + 1) * lines_at_a_time);
            for (std::size_t i = piece * lines_at_a_time; i < end; ++i) {
                vocabulary.encode(lines[i], parts[piece]);
                parts[piece].push_back(static_cast<std::uint16_t>(vocabulary.end_token()));
            }
        }
    };
    {
        std::vector<std::jthread> threads;
        const unsigned count = std::clamp(std::thread::hardware_concurrency(), 1u, 16u);
        for (unsigned i = 0; i < std::min<std::size_t>(count, pieces); ++i)
            threads.emplace_back(work);
    }
    std::vector<std::uint16_t> ids;
    if (stop.stop_requested()) return ids;
    for (const auto& part : parts) ids.insert(ids.end(), part.begin(), part.end());
    return ids;
}

Error stopped() {
    return {ErrorKind::cancelled, "stopped while the text was prepared"};
}

struct Texts {
    std::string train, valid;
};

Status prepare(const Texts& texts, std::int64_t size, const Entry& entry,
               const TextProgress& progress, const std::stop_token& stop) {
    const Result<const VocabularyLibrary*> library = vocabulary_library();
    if (!library) return library.error();
    const std::vector<std::string_view> train = text_lines(texts.train);
    progress("Learning a vocabulary of " + format_count(static_cast<double>(size)) +
             " units; it is kept for the next run");
    const auto vocabulary = (*library)->train(lines_to_learn(train), size);
    if (!vocabulary) return vocabulary.error();
    progress("Cutting the text into tokens");
    const auto write = [&](const std::vector<std::string_view>& lines,
                           const std::string& path) -> Status {
        const std::vector<std::uint16_t> ids = encode_lines(lines, **vocabulary, stop);
        if (stop.stop_requested()) return stopped();
        return write_token_file(path, ids, (*vocabulary)->size(), (*vocabulary)->mask_token());
    };
    if (Status status = write(train, entry.train()); !status) return status;
    if (Status status = write(text_lines(texts.valid), entry.valid()); !status) return status;
    return write_file_atomically(entry.model(), (*vocabulary)->model());
}

}  // namespace

Result<std::string> text_cache_folder() {
    if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache && *cache)
        return std::string(cache) + "/slay-workbench/text";
    if (const char* home = std::getenv("HOME"); home && *home)
        return std::string(home) + "/.cache/slay-workbench/text";
    return Error{ErrorKind::cannot_create,
                 "no place for prepared text: set XDG_CACHE_HOME or HOME"};
}

Result<std::unique_ptr<TextCorpus>> open_text_corpus(const std::string& name,
                                                     std::int64_t vocabulary,
                                                     const TextProgress& progress,
                                                     const std::stop_token& stop) {
    const Result<CorpusFiles> files = find_corpus(name);
    if (!files) return files.error();
    const Result<std::string> cache = text_cache_folder();
    if (!cache) return cache.error();
    const auto entry_of = [&](const std::string& content) {
        return Entry{*cache + '/' + content + "-v" + std::to_string(vocabulary)};
    };
    const std::string known = *cache + "/known/" + stamp_of(*files);
    if (const auto content = read_text_file(known, 64); content && is_hash(*content))
        if (auto corpus = entry_of(*content).open(name)) return corpus;

    progress("Reading the text of the corpus " + clean_text(name, 200));
    Result<std::string> train = read_corpus_text(files->train);
    if (!train) return train.error();
    Result<std::string> valid = read_corpus_text(files->valid);
    if (!valid) return valid.error();
    if (stop.stop_requested()) return stopped();
    ContentHash hash;
    for (const std::string_view part :
         {std::string_view(cache_version), std::string_view(*train), std::string_view(*valid)})
        hash.add(part);
    const std::string content = hash.hex();
    const Entry entry = entry_of(content);
    if (!entry.open(name)) {
        const Texts texts{std::move(*train), std::move(*valid)};
        if (Status status = prepare(texts, vocabulary, entry, progress, stop); !status)
            return status.error();
    }
    if (Status status = write_file_atomically(known, content); !status) return status.error();
    return entry.open(name);
}

Result<std::unique_ptr<TokenSource>> open_token_source(const std::string& corpus,
                                                       std::int64_t vocabulary,
                                                       const TextProgress& progress,
                                                       const std::stop_token& stop) {
    // What this experiment can take; the parameter serves others too.
    if (vocabulary < 32 || vocabulary > 65536)
        return Error{ErrorKind::bad_data, "a vocabulary of " + std::to_string(vocabulary) +
                                              ": a language model takes 32 to 65536"};
    if (corpus == "generated")
        return std::unique_ptr<TokenSource>(std::make_unique<GeneratedLanguage>(vocabulary));
    Result<std::unique_ptr<TextCorpus>> text = open_text_corpus(corpus, vocabulary, progress, stop);
    if (!text) return text.error();
    return std::unique_ptr<TokenSource>(std::move(*text));
}

}  // namespace slay
