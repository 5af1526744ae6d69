// JSON text from strangers: parsed strictly, with the line of whatever is wrong.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "engine/core/result.h"

namespace slay {

inline constexpr int max_json_depth = 32;

// "presets/x.json:12: /sweep/lengths/3: message"; without line or pointer where there is none.
std::string located(const std::string& source, std::optional<int> line, std::string_view pointer,
                    std::string_view message);

// Refuses what is not UTF-8, nested deeper than max_json_depth, not JSON, a number beyond the range
// of a double, or an object with one key twice.
Result<nlohmann::json> parse_json(std::string_view text, const std::string& source);

// The line on which the value at a JSON pointer begins, in a text that parse_json takes.
std::optional<int> line_of_pointer(std::string_view text, std::string_view pointer);

// Whether brackets nest deeper than max_json_depth, read without parsing.
bool nests_too_deep(std::string_view text);

// `key` as one step of a JSON pointer: "/a~1b".
std::string pointer_step(std::string_view key);

}  // namespace slay
