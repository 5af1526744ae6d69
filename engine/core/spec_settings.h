// What a preset was changed by, as the --set words of a command line; and words for a shell.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/core/sweep_spec.h"

namespace slay {

// Assignments ("/sweep/lengths=[256,512]") that with_setting takes one after another to make
// `edited` of `base`; none where they are the same.
std::vector<std::string> settings_between(const SweepSpec& base, const SweepSpec& edited);

// The word as a POSIX shell takes it: as it is where nothing in it means anything to a shell, else
// in single quotes.
std::string shell_word(std::string_view word);
std::string shell_line(const std::vector<std::string>& words);

}  // namespace slay
