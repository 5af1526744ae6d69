#include "app/bench/console.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>

#include "app/bench/exit_status.h"
#include "engine/core/units.h"

namespace slay::bench {
namespace {

// The first thing that went wrong on standard output: stdio forgets it.
int output_error = 0;

void remember_error() {
    if (output_error == 0) output_error = errno != 0 ? errno : EIO;
}

}  // namespace

void print(std::string_view text) {
    errno = 0;
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) remember_error();
}

void print_json(const nlohmann::ordered_json& json) {
    print(json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

void note(std::string_view text) {
    // A progress bar may stand in the line.
    const std::string line = fmt::format(
        "{}slay-bench: {}\n", errors_go_to_terminal() ? "\r\x1b[K" : "", clean_text(text));
    std::fwrite(line.data(), 1, line.size(), stderr);
}

int report(const Error& error) {
    note(error.message);
    return exit_code(error.kind);
}

bool errors_go_to_terminal() {
    return isatty(STDERR_FILENO) == 1;
}

int flush_output(int code) {
    errno = 0;
    if (std::fflush(stdout) != 0) remember_error();
    if (output_error == 0 || output_error == EPIPE) return code;
    note(std::string("cannot write to standard output: ") + std::strerror(output_error));
    return code == exit_all_measured ? exit_cannot_write : code;
}

}  // namespace slay::bench
