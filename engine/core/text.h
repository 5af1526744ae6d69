// Text from strangers: is it UTF-8, and which known word did they mean?
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slay {

// Length of the well-formed UTF-8 sequence at `at`, 0 where there is none.
std::size_t utf8_length_at(std::string_view text, std::size_t at);

// Offset of the first byte that is not UTF-8.
std::optional<std::size_t> first_invalid_utf8(std::string_view text);

// The known word nearest to `word` by edit distance, where one is near enough to be meant.
std::optional<std::string> nearest_word(std::string_view word,
                                        const std::vector<std::string>& known);

// `did you mean "x"?` or `known are a, b, c`: the end of a message about an unknown word.
std::string suggestion(std::string_view word, const std::vector<std::string>& known);

}  // namespace slay
