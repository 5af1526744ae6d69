#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "engine/core/descriptor.h"
#include "engine/core/journal.h"
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
    void finish() {
        if (!line_.empty() || too_long_) end_line(false);
        if (unnamed_ > 0)
            content_.skipped.push_back("and " + std::to_string(unnamed_) + " lines more");
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

Result<JournalContent> read_journal(const std::string& path) {
    std::error_code ignored;
    const std::string file_path =
        std::filesystem::is_directory(path, ignored) ? path + '/' + journal_file_name : path;
    const Result<Descriptor> file = open_regular(file_path);
    if (!file) return file.error();

    JournalContent content;
    Reader reader(content);
    std::string buffer(std::size_t{1} << 16, '\0');
    for (;;) {
        const ssize_t count = read(file->get(), buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0)
            return Error{ErrorKind::no_input, clean_text(file_path) + ": " + reason_of(errno)};
        if (count == 0) break;
        reader.take(std::string_view(buffer).substr(0, static_cast<std::size_t>(count)));
    }
    reader.finish();
    if (reader.loaded() == 0)
        return Error{
            ErrorKind::bad_data,
            clean_text(file_path) + ": holds no whole line of a run" +
                (content.skipped.empty() ? std::string() : " (" + content.skipped.front() + ')')};
    return content;
}

}  // namespace slay
