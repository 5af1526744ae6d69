#include <algorithm>
#include <filesystem>

#include "engine/core/journal.h"
#include "engine/core/journal_source.h"
#include "engine/core/units.h"

namespace slay {
namespace {

constexpr std::size_t max_line_bytes = std::size_t{256} << 20;
constexpr std::size_t max_named = 100;  // damaged lines that are named one by one

class Reader {
  public:
    explicit Reader(JournalContent& content) : content_(content) {}

    void take(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto end = bytes.find('\n');
            const std::string_view part = bytes.substr(0, end);
            if (line_.size() + part.size() > max_line_bytes)
                too_long_ = true;
            else if (!too_long_)
                line_ += part;
            if (end == std::string_view::npos) return;
            end_line(true);
            bytes.remove_prefix(end + 1);
        }
    }
    // `damage`: why there is no more of a compressed file. It may end in a line that lacks no more
    // than its newline; of any other the end is known to be missing.
    void finish(const std::string& damage) {
        if (!damage.empty() && (line_.empty() || !parse_line(line_))) {
            line_.clear();
            too_long_ = false;
        }
        if (!line_.empty() || too_long_) end_line(false);
        if (unnamed_ > 0)
            content_.skipped.push_back("and " + std::to_string(unnamed_) + " lines more");
        if (!damage.empty())
            content_.skipped.push_back(
                (number_ > 0 ? "what follows line " + std::to_string(number_) : "its beginning") +
                ": " + damage);
    }
    std::size_t loaded() const { return loaded_; }

  private:
    void end_line(bool whole) {
        ++number_;
        if (too_long_)
            skip("longer than " + format_bytes(static_cast<double>(max_line_bytes)));
        else if (!line_.empty())
            read_line(whole);
        line_.clear();
        too_long_ = false;
    }
    void read_line(bool whole) {
        const Result<Event> event = parse_line(line_);
        if (!event) {
            skip(whole ? event.error().message : "cut short (the end of the file)");
            return;
        }
        if (content_.record.started() && event->run != content_.record.run()) {
            skip("of another run, " + event->run);
            return;
        }
        if (content_.record.started() && event->seq <= content_.record.last_seq()) {
            skip("its sequence number " + std::to_string(event->seq) + " came before");
            return;
        }
        content_.record.apply(*event);
        ++loaded_;
    }
    void skip(const std::string& why) {
        if (content_.skipped.size() < max_named)
            content_.skipped.push_back("line " + std::to_string(number_) + ": " + why);
        else
            ++unnamed_;
    }

    JournalContent& content_;
    std::string line_;
    std::size_t number_ = 0, loaded_ = 0, unnamed_ = 0;
    bool too_long_ = false;
};

}  // namespace

Result<JournalContent> read_journal(const std::string& path, std::uint64_t max_decompressed) {
    std::error_code ignored;
    const std::string file_path =
        std::filesystem::is_directory(path, ignored) ? journal_of(path) : path;
    Result<JournalSource> source = JournalSource::open(file_path, max_decompressed);
    if (!source) return source.error();

    JournalContent content;
    Reader reader(content);
    for (;;) {
        const Result<std::string_view> bytes = source->next();
        if (!bytes) return bytes.error();
        if (bytes->empty()) break;
        reader.take(*bytes);
    }
    reader.finish(source->damage());
    if (reader.loaded() == 0)
        return Error{
            ErrorKind::bad_data,
            clean_text(file_path) + ": holds no whole line of a run" +
                (content.skipped.empty() ? std::string() : " (" + content.skipped.front() + ')')};
    return content;
}

Result<std::string> read_journal_head(const std::string& path, std::size_t max_bytes) {
    Result<JournalSource> source = JournalSource::open(path, max_decompressed_bytes);
    if (!source) return source.error();
    std::string line;
    while (line.size() < max_bytes) {
        const Result<std::string_view> bytes = source->next();
        if (!bytes) return bytes.error();
        const auto end = bytes->find('\n');
        line += bytes->substr(0, std::min(end, max_bytes - line.size()));
        if (bytes->empty() || end != std::string_view::npos) break;
    }
    return line;
}

}  // namespace slay
