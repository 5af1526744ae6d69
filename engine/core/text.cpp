#include "engine/core/text.h"

#include <algorithm>
#include <cstdint>
#include <numeric>

#include "engine/core/units.h"

namespace slay {
namespace {

struct Decoded {
    std::uint32_t code = 0;
    std::size_t length = 0;  // 0: not UTF-8
};

Decoded decode(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t offset) {
        return at + offset < text.size() ? static_cast<unsigned char>(text[at + offset]) : 0u;
    };
    const unsigned lead = byte(0);
    if (lead < 0x80) return {lead, 1};
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
    if (length == 0 || lead > 0xF4) return {};
    std::uint32_t code = lead & (0xFFu >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0u) != 0x80u) return {};
        code = (code << 6) | (byte(i) & 0x3Fu);
    }
    static constexpr std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code < smallest[length] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return {};
    return {code, length};
}

// C0, DEL, C1, and the marks that turn the direction of what follows: they let text show as what
// it is not.
bool is_control(std::uint32_t code) {
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x202A && code <= 0x202E) ||
           (code >= 0x2066 && code <= 0x2069) || code == 0x2028 || code == 0x2029 || code == 0xFEFF;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row[b.size()];
}

}  // namespace

std::size_t utf8_length_at(std::string_view text, std::size_t at) {
    return decode(text, at).length;
}

std::optional<std::size_t> first_invalid_utf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = decode(text, at).length;
        if (length == 0) return at;
        at += length;
    }
    return std::nullopt;
}

std::optional<std::string> nearest_word(std::string_view word,
                                        const std::vector<std::string>& known) {
    if (word.size() > 64) return std::nullopt;
    if (word.size() >= 4)
        for (const std::string& each : known)
            if (each.find(word) != std::string::npos) return each;
    const std::string* best = nullptr;
    std::size_t least = std::max<std::size_t>(2, word.size() / 3) + 1;
    for (const std::string& each : known) {
        const std::size_t distance = edit_distance(word, each);
        if (distance < least && distance < each.size()) {
            least = distance;
            best = &each;
        }
    }
    return best ? std::optional(*best) : std::nullopt;
}

std::string suggestion(std::string_view word, const std::vector<std::string>& known) {
    if (const auto near = nearest_word(word, known)) return "did you mean \"" + *near + "\"?";
    std::string list;
    for (const std::string& each : known) {
        if (!list.empty()) list += ", ";
        list += each;
    }
    return "known are " + list;
}

std::string clean_text(std::string_view text, std::size_t max_length) {
    static constexpr std::string_view replacement = "\uFFFD", ellipsis = "\u2026";
    std::string clean;
    clean.reserve(std::min(text.size(), max_length));
    for (std::size_t at = 0; at < text.size();) {
        const Decoded decoded = decode(text, at);
        std::string_view piece = text.substr(at, decoded.length);
        if (decoded.length == 0) {
            piece = replacement;
        } else if (decoded.code == '\n' || decoded.code == '\t' || decoded.code == '\r') {
            piece = " ";
        } else if (is_control(decoded.code)) {
            piece = {};
        }
        if (clean.size() + piece.size() > max_length) {
            // Room for the ellipsis, cut between characters.
            const std::size_t limit =
                max_length < ellipsis.size() ? 0 : max_length - ellipsis.size();
            std::size_t end = std::min(clean.size(), limit);
            while (end > 0 && end < clean.size() &&
                   (static_cast<unsigned char>(clean[end]) & 0xC0u) == 0x80u)
                --end;
            clean.resize(end);
            if (max_length >= ellipsis.size()) clean += ellipsis;
            return clean;
        }
        clean += piece;
        at += std::max<std::size_t>(1, decoded.length);
    }
    return clean;
}

}  // namespace slay
