// What reads the files and lines of strangers, each as one function of the bytes. A reader returns,
// whatever the bytes are: libFuzzer looks for those on which it crashes, hangs, takes gigabytes, or
// throws Broken, which says that a promise of the reader did not hold.
#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace slay::fuzz {

struct Broken : std::logic_error {
    using std::logic_error::logic_error;
};

inline void require(bool holds, const std::string& promise) {
    if (!holds) throw Broken(promise);
}

// The same, and where the texts part.
void require_same(const std::string& a, const std::string& b, const std::string& promise);

void read_preset(std::string_view bytes);   // a preset: read, written again, planned
void read_journal(std::string_view bytes);  // a journal: whole lines load; read as a file
void read_results(std::string_view bytes);  // a journal, or a results file, to tables and figures
void read_golden(std::string_view bytes);   // a golden file
void read_text(std::string_view bytes);     // a folder of text: "@NAME" begins the file NAME
void read_request(std::string_view bytes);  // a request to a run, or preferences
void read_qkv(std::string_view bytes);      // q, k and v of a trained model
void read_worker(std::string_view bytes);   // what a worker, a host or a memory probe says

struct Reader {
    const char* name;  // of its corpus, tests/fuzz/corpus/NAME
    void (*read)(std::string_view bytes);
};
std::span<const Reader> readers();

}  // namespace slay::fuzz
