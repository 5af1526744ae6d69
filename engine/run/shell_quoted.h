#pragma once

#include <string>

namespace slay {

// A word as a POSIX shell takes it unchanged.
std::string shell_quoted(const std::string& word);

}  // namespace slay
