#include "engine/core/run_record.h"
#include "engine/measure/probe_protocol.h"
#include "engine/run/host_protocol.h"
#include "engine/run/worker_protocol.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/readers.h"

namespace slay::fuzz {
namespace {

// The bytes as they come through a pipe, `chunk` at a time.
std::vector<std::string> lines_of(std::string_view bytes, std::size_t chunk) {
    std::vector<std::string> lines;
    LineBuffer buffer(1 << 20);
    while (!bytes.empty()) {
        buffer.bytes() += bytes.substr(0, chunk);
        bytes.remove_prefix(std::min(chunk, bytes.size()));
        while (const auto line = buffer.next()) lines.push_back(*line);
    }
    return lines;
}

template <typename Value>
void write_again(const std::optional<Value>& value) {
    if (!value) return;
    LineNumbers numbers;
    std::string line = numbers.line("1", to_body(*value));
    require(!line.empty() && line.back() == '\n' && line.find('\n') == line.size() - 1,
            "what is said is one line");
    line.pop_back();
    require(parse_line(line).ok(), "what is said can be read");
}

void take(const Event& event, RunRecord& record) {
    write_again(worker_ready(event.body));
    write_again(worker_heartbeat(event.body));
    write_again(device_question(event.body));
    write_again(device_answer(event.body));
    write_again(run_folder_note(event.body));
    write_again(host_ended(event.body));
    write_again(host_request(event.body));
    write_again(host_request_taken(event.body));
    record.apply(event);
}

}  // namespace

void read_worker(std::string_view bytes) {
    std::string text;
    for (const std::string& line : sealed_lines(bytes)) text += line + '\n';
    const std::vector<std::string> lines = lines_of(text, 65536);
    require(lines == lines_of(text, 7), "lines do not depend on how the bytes come");
    LineNumbers numbers;
    RunRecord record;
    for (const std::string& line : lines) {
        if (const Result<Event> event = parse_line(line)) {
            numbers.follows(*event);
            take(*event, record);
        }
        if (const auto request = parse_probe_request(line))
            require(parse_probe_request(to_line(*request)).ok(), "a request can be read again");
        if (const auto result = parse_probe_result(line))
            require(parse_probe_result(to_line(*result)).ok(), "a result can be read again");
    }
    require(!results_text(record).empty(), "what was said makes a record");
}

}  // namespace slay::fuzz
