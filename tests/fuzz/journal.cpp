#include "engine/core/journal.h"

#include "engine/core/journal_source.h"
#include "engine/core/record_events.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/readers.h"

namespace slay::fuzz {
namespace {

// Samples without a start are those of a point in flight, once they are written again.
std::string without_flight(std::string results) {
    const std::string running = "\"state\": \"running\"", pending = "\"state\": \"pending\"";
    for (auto at = results.find(running); at != std::string::npos; at = results.find(running, at))
        results.replace(at, running.size(), pending);
    return results;
}

// As a journal of its own, which `merge` and the window write.
void require_copy(const RunRecord& record, const std::string& results) {
    RunRecord copy;
    for (const Event& event : record_events(record)) {
        const Result<Event> read = parse_line(to_line(event));
        require(read.ok(), "an event of a record can be read");
        copy.apply(*read);
    }
    require_same(without_flight(results_text(copy)), without_flight(results),
                 "a record written as a journal is the same");
}

// Its bytes as they are: what is in it cannot be sealed.
void read_compressed(std::string_view bytes) {
    constexpr std::uint64_t max_decompressed = 4 << 20;
    const MemoryFile file(bytes);
    const Result<JournalContent> content = slay::read_journal(file.path(), max_decompressed);
    const auto head = read_journal_head(file.path(), 1 << 16);
    require(head && head->size() <= 1 << 16, "the head is read as far as asked for");
    if (!content) return;
    for (const std::string& line : content->skipped)
        require(line.size() < 8192, "what was damaged can be shown");
    require_copy(content->record, results_text(content->record));
}

}  // namespace

void read_journal(std::string_view bytes) {
    if (begins_as_gzip(bytes)) return read_compressed(bytes);
    const std::vector<std::string> lines = sealed_lines(bytes);
    std::string text;
    RunRecord expected;
    std::size_t whole = 0;
    for (const std::string& line : lines) {
        text += (text.empty() ? "" : "\n") + line;
        const Result<Event> event = parse_line(line);
        if (!event) continue;
        const std::string written = to_line(*event);
        const Result<Event> again = parse_line(written);
        require(again.ok(), "an event that was read can be written and read");
        require_same(to_line(*again), written, "writing and reading an event changes nothing");
        if (expected.started() &&
            (event->run != expected.run() || event->seq <= expected.last_seq()))
            continue;
        expected.apply(*event);
        ++whole;
    }
    const MemoryFile file(text);
    const Result<JournalContent> content = slay::read_journal(file.path());
    require(content.ok() == (whole > 0), "a journal with a whole line loads");
    if (!content) return;
    const std::string results = results_text(content->record);
    require_same(results, results_text(expected), "all whole lines load, and no other");
    require_copy(content->record, results);
}

}  // namespace slay::fuzz
