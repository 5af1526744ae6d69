#include "exports/latex_text.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <utility>

#include "engine/core/units.h"
#include "engine/core/variant_info.h"

namespace slay {
namespace {

constexpr int longest_word = 16;  // characters before a break is allowed inside a word

const char* ascii_special(char c) {
    switch (c) {
        case '\\':
            return "\\textbackslash{}";
        case '{':
            return "\\{";
        case '}':
            return "\\}";
        case '$':
            return "\\$";
        case '&':
            return "\\&";
        case '#':
            return "\\#";
        case '%':
            return "\\%";
        case '_':
            return "\\_";
        case '^':
            return "\\textasciicircum{}";
        case '~':
            return "\\textasciitilde{}";
        case '<':
            return "\\textless{}";
        case '>':
            return "\\textgreater{}";
        case '|':
            return "\\textbar{}";
        case '"':
            return "''";  // textquotedbl is not in the OT1 encoding
        case '[':         // after the end of a row, [ and * would be read as its option
            return "{[}";
        case '*':
            return "{*}";
        default:
            return nullptr;
    }
}

constexpr std::array<std::pair<char32_t, const char*>, 62> symbols{{
    {0x00A0, "~"},
    {0x00A3, "\\pounds{}"},
    {0x00A7, "\\S{}"},
    {0x00A9, "\\copyright{}"},
    {0x00AB, "\\guillemotleft{}"},
    {0x00AE, "\\textregistered{}"},
    {0x00B0, "\\ensuremath{^\\circ}"},
    {0x00B1, "\\ensuremath{\\pm}"},
    {0x00B2, "\\ensuremath{^2}"},
    {0x00B3, "\\ensuremath{^3}"},
    {0x00B5, "\\ensuremath{\\mu}"},
    {0x00B7, "\\ensuremath{\\cdot}"},
    {0x00B9, "\\ensuremath{^1}"},
    {0x00D7, "\\ensuremath{\\times}"},
    {0x00DF, "\\ss{}"},
    {0x00C6, "\\AE{}"},
    {0x00E6, "\\ae{}"},
    {0x00D8, "\\O{}"},
    {0x00F8, "\\o{}"},
    {0x00C5, "\\AA{}"},
    {0x00E5, "\\aa{}"},
    {0x0131, "\\i{}"},
    {0x0141, "\\L{}"},
    {0x0142, "\\l{}"},
    {0x0152, "\\OE{}"},
    {0x0153, "\\oe{}"},
    {0x0394, "\\ensuremath{\\Delta}"},
    {0x03A3, "\\ensuremath{\\Sigma}"},
    {0x03A8, "\\ensuremath{\\Psi}"},
    {0x03A9, "\\ensuremath{\\Omega}"},
    {0x03B1, "\\ensuremath{\\alpha}"},
    {0x03B2, "\\ensuremath{\\beta}"},
    {0x03B3, "\\ensuremath{\\gamma}"},
    {0x03B4, "\\ensuremath{\\delta}"},
    {0x03B5, "\\ensuremath{\\varepsilon}"},
    {0x03B8, "\\ensuremath{\\theta}"},
    {0x03BA, "\\ensuremath{\\kappa}"},
    {0x03BB, "\\ensuremath{\\lambda}"},
    {0x03BC, "\\ensuremath{\\mu}"},
    {0x03C0, "\\ensuremath{\\pi}"},
    {0x03C3, "\\ensuremath{\\sigma}"},
    {0x03C8, "\\ensuremath{\\psi}"},
    {0x03C9, "\\ensuremath{\\omega}"},
    {0x2010, "-"},
    {0x2011, "-"},
    {0x2013, "--"},
    {0x2014, "---"},
    {0x2018, "`"},
    {0x2019, "'"},
    {0x201C, "``"},
    {0x201D, "''"},
    {0x2022, "\\ensuremath{\\bullet}"},
    {0x2026, "\\ldots{}"},
    {0x2113, "\\ensuremath{\\ell}"},
    {0x2122, "\\texttrademark{}"},
    {0x2190, "\\ensuremath{\\leftarrow}"},
    {0x2192, "\\ensuremath{\\rightarrow}"},
    {0x2212, "\\ensuremath{-}"},
    {0x221E, "\\ensuremath{\\infty}"},
    {0x2248, "\\ensuremath{\\approx}"},
    {0x2264, "\\ensuremath{\\le}"},
    {0x2265, "\\ensuremath{\\ge}"},
}};

// Latin letters with an accent: the accent's command and the letter under it.
constexpr std::array<std::pair<char32_t, std::pair<const char*, char>>, 92> accents{{
    {0xC0, {"`", 'A'}},  {0xC1, {"'", 'A'}},  {0xC2, {"^", 'A'}},  {0xC3, {"~", 'A'}},
    {0xC4, {"\"", 'A'}}, {0xC7, {"c", 'C'}},  {0xC8, {"`", 'E'}},  {0xC9, {"'", 'E'}},
    {0xCA, {"^", 'E'}},  {0xCB, {"\"", 'E'}}, {0xCC, {"`", 'I'}},  {0xCD, {"'", 'I'}},
    {0xCE, {"^", 'I'}},  {0xCF, {"\"", 'I'}}, {0xD1, {"~", 'N'}},  {0xD2, {"`", 'O'}},
    {0xD3, {"'", 'O'}},  {0xD4, {"^", 'O'}},  {0xD5, {"~", 'O'}},  {0xD6, {"\"", 'O'}},
    {0xD9, {"`", 'U'}},  {0xDA, {"'", 'U'}},  {0xDB, {"^", 'U'}},  {0xDC, {"\"", 'U'}},
    {0xDD, {"'", 'Y'}},  {0xE0, {"`", 'a'}},  {0xE1, {"'", 'a'}},  {0xE2, {"^", 'a'}},
    {0xE3, {"~", 'a'}},  {0xE4, {"\"", 'a'}}, {0xE7, {"c", 'c'}},  {0xE8, {"`", 'e'}},
    {0xE9, {"'", 'e'}},  {0xEA, {"^", 'e'}},  {0xEB, {"\"", 'e'}}, {0xEC, {"`", 'i'}},
    {0xED, {"'", 'i'}},  {0xEE, {"^", 'i'}},  {0xEF, {"\"", 'i'}}, {0xF1, {"~", 'n'}},
    {0xF2, {"`", 'o'}},  {0xF3, {"'", 'o'}},  {0xF4, {"^", 'o'}},  {0xF5, {"~", 'o'}},
    {0xF6, {"\"", 'o'}}, {0xF9, {"`", 'u'}},  {0xFA, {"'", 'u'}},  {0xFB, {"^", 'u'}},
    {0xFC, {"\"", 'u'}}, {0xFD, {"'", 'y'}},  {0xFF, {"\"", 'y'}}, {0x100, {"=", 'A'}},
    {0x101, {"=", 'a'}}, {0x102, {"u", 'A'}}, {0x103, {"u", 'a'}}, {0x106, {"'", 'C'}},
    {0x107, {"'", 'c'}}, {0x10C, {"v", 'C'}}, {0x10D, {"v", 'c'}}, {0x10E, {"v", 'D'}},
    {0x10F, {"v", 'd'}}, {0x112, {"=", 'E'}}, {0x113, {"=", 'e'}}, {0x11A, {"v", 'E'}},
    {0x11B, {"v", 'e'}}, {0x11E, {"u", 'G'}}, {0x11F, {"u", 'g'}}, {0x130, {".", 'I'}},
    {0x139, {"'", 'L'}}, {0x13A, {"'", 'l'}}, {0x143, {"'", 'N'}}, {0x144, {"'", 'n'}},
    {0x147, {"v", 'N'}}, {0x148, {"v", 'n'}}, {0x150, {"H", 'O'}}, {0x151, {"H", 'o'}},
    {0x158, {"v", 'R'}}, {0x159, {"v", 'r'}}, {0x15A, {"'", 'S'}}, {0x15B, {"'", 's'}},
    {0x160, {"v", 'S'}}, {0x161, {"v", 's'}}, {0x164, {"v", 'T'}}, {0x165, {"v", 't'}},
    {0x16E, {"r", 'U'}}, {0x16F, {"r", 'u'}}, {0x170, {"H", 'U'}}, {0x171, {"H", 'u'}},
    {0x17B, {".", 'Z'}}, {0x17C, {".", 'z'}}, {0x17D, {"v", 'Z'}}, {0x17E, {"v", 'z'}},
}};

std::string beyond_ascii(char32_t code) {
    for (const auto& [from, to] : symbols)
        if (from == code) return to;
    for (const auto& [from, to] : accents)
        if (from == code) return fmt::format("\\{}{{{}}}", to.first, to.second);
    return fmt::format("U+{:04X}", static_cast<std::uint32_t>(code));
}

// The code point at text[i], which is valid UTF-8; moves i past it.
char32_t next_code_point(std::string_view text, std::size_t& i) {
    const auto byte = [&](std::size_t at) {
        return at < text.size() ? static_cast<unsigned char>(text[at]) : 0u;
    };
    const unsigned lead = byte(i);
    if (lead < 0x80) return text[i++];
    const int length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    char32_t code = lead & (0xFFu >> (length + 1));
    for (int k = 1; k < length; ++k) code = (code << 6) | (byte(i + k) & 0x3Fu);
    i += length;
    return code;
}

}  // namespace

std::string latex_escape(std::string_view text, std::size_t max_length) {
    const std::string clean = clean_text(text, max_length);
    std::string out;
    int word = 0;
    for (std::size_t i = 0; i < clean.size();) {
        const char32_t code = next_code_point(clean, i);
        if (code == U' ' || code == U'\n' || code == U'\t') {
            word = 0;
            out += ' ';
            continue;
        }
        if (++word > longest_word) {
            out += "\\hspace{0pt}";
            word = 1;
        }
        if (code >= 0x80) {
            out += beyond_ascii(code);
        } else if (const char* special = ascii_special(static_cast<char>(code))) {
            out += special;
        } else {
            out += static_cast<char>(code);
        }
    }
    return out;
}

std::string latex_letter(std::string_view command) {
    const auto utf8 = [](char32_t code) {
        std::string out;
        if (code < 0x800) {
            out += static_cast<char>(0xC0 | (code >> 6));
        } else {
            out += static_cast<char>(0xE0 | (code >> 12));
            out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
        }
        return out + static_cast<char>(0x80 | (code & 0x3F));
    };
    for (const auto& [from, to] : symbols)
        if (command == to) return utf8(from);
    for (const auto& [from, to] : accents)
        if (command == fmt::format("\\{}{{{}}}", to.first, to.second)) return utf8(from);
    return {};
}

std::string latex_variant_label(std::string_view name, std::string_view label,
                                std::string_view latex_label) {
    const VariantInfo* known = find_variant(name);
    if (known && known->latex_label == latex_label) return std::string(latex_label);
    return latex_escape(label, 60);
}

}  // namespace slay
