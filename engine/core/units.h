// The one formatter of quantities for people.
#pragma once

#include <string>
#include <string_view>

namespace slay {

std::string format_bytes(double bytes);               // "1.34 GB" (1 MB = 1e6 bytes)
std::string format_milliseconds(double ms);           // "0.412 ms", "2.51 s"
std::string format_duration(double seconds);          // "1 min 10 s"
std::string format_number(double value, int digits);  // significant digits; 0: a count
std::string format_count(double value);               // "32,768"

// Text from a file, safe to show and to write: invalid UTF-8 replaced, control characters removed.
std::string clean_text(std::string_view text, std::size_t max_length = 4096);

}  // namespace slay
