// Data goes to standard output, words about it to standard error.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "engine/core/result.h"

namespace slay::bench {

void print(std::string_view text);  // to standard output, as it is
void print_json(const nlohmann::ordered_json& json);

// One line on standard error, "slay-bench: text"; control characters are taken out.
void note(std::string_view text);
int report(const Error& error);  // notes it; its exit code

bool errors_go_to_terminal();

// Flushes standard output. The exit code: `code`, or 74 where the output could not be written; a
// reader that has gone away (`| head`) is no error.
int flush_output(int code);

}  // namespace slay::bench
