#include "engine/core/journal.h"

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

}  // namespace

void read_journal(std::string_view bytes) {
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
    // As a journal of its own, which `merge` and the window write.
    RunRecord copy;
    for (const Event& event : record_events(content->record)) {
        const Result<Event> read = parse_line(to_line(event));
        require(read.ok(), "an event of a record can be read");
        copy.apply(*read);
    }
    require_same(without_flight(results_text(copy)), without_flight(results),
                 "a record written as a journal is the same");
}

}  // namespace slay::fuzz
