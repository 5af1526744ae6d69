// Stands in for `slay-bench memory-probe`: answers each line, or misbehaves as the line says.
//   allocate MB         touches that much, answers the measured growth in MB
//   limit MB LIMIT      allocates MB under a limit of LIMIT MB: "fits" or "refused"
//   pid | env NAME | die | crash | hang | noise
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "engine/measure/process_memory.h"
#include "tests/sanitized_end.h"

namespace {

// In four blocks, one freed before the last: the peak is that of three.
void touch(std::size_t megabytes) {
    std::vector<char> a(megabytes * 500'000, 1), b(megabytes * 250'000, 1);
    { std::vector<char> c(megabytes * 250'000, 1); }
    std::vector<char> d(megabytes * 125'000, 1);
    if (a[7] + b[7] + d[7] != 3) std::abort();
}

}  // namespace

int main() {
    slay::map_large_allocations();
    std::string line;
    while (std::getline(std::cin, line)) {
        std::istringstream words(line);
        std::string verb;
        words >> verb;
        if (verb == "allocate") {
            std::size_t megabytes = 0;
            words >> megabytes;
            const auto peak = slay::measure_resident_peak([&] { touch(megabytes); });
            std::cout << peak.growth_bytes / 1e6 << std::endl;
        } else if (verb == "limit") {
            double megabytes = 0, limit_mb = 0;
            words >> megabytes >> limit_mb;
            const slay::DataLimit limit(limit_mb * 1e6);
            const auto bytes = static_cast<std::size_t>(megabytes * 1e6);
            // As LibTorch takes it: a sanitizer's operator new does not throw.
            void* block = std::malloc(bytes);
            if (block) std::memset(block, 1, bytes);
            std::cout << (block ? "fits" : "refused") << std::endl;
            std::free(block);
        } else if (verb == "pid") {
            std::cout << getpid() << std::endl;
        } else if (verb == "env") {
            std::string name;
            words >> name;
            const char* value = std::getenv(name.c_str());
            std::cout << (value ? value : "unset") << std::endl;
        } else if (verb == "die") {
            std::cerr << "the last words" << std::endl;
            return 7;
        } else if (verb == "crash") {
            std::cerr << "about to crash" << std::endl;
            raise(SIGSEGV);
        } else if (verb == "noise") {  // more than a pipe holds
            std::cerr << std::string(300'000, 'x') << std::endl;
            std::cout << "done" << std::endl;
        } else if (verb == "hang") {
            std::this_thread::sleep_for(std::chrono::hours(1));
        }
    }
    return 0;
}
