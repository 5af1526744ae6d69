#include "exports/figures/pdf_date.h"

#include <cctype>
#include <cstdio>
#include <cstdlib>

namespace slay {
namespace {

// "2026-11-23T14:05:09Z" -> "/CreationDate (D:20261123140509Z)"; empty when it is not a date.
std::string date_entry(const std::string& created) {
    std::string digits;
    for (const char c : created) {
        if (std::isdigit(static_cast<unsigned char>(c))) digits += c;
        if (c == '.' || digits.size() == 14) break;  // fractions of a second are left out
    }
    return digits.size() == 14 ? "/CreationDate (D:" + digits + "Z)\n" : std::string();
}

// Moves the offsets of all objects behind `position` by `shift`.
bool move_references(std::string& pdf, std::size_t position, long shift) {
    const std::size_t start = pdf.rfind("startxref\n");
    if (start == std::string::npos) return false;
    const std::size_t number = start + 10;
    const long table_offset = std::strtol(pdf.c_str() + number, nullptr, 10);
    const std::size_t table = pdf.rfind("xref\n", start - 1);
    if (table == std::string::npos || table_offset != static_cast<long>(table) - shift)
        return false;
    std::size_t entry = pdf.find('\n', table + 5);  // after "0 12"
    if (entry == std::string::npos) return false;
    ++entry;
    // Entries are 20 bytes: "0000000017 00000 n \n".
    for (; entry + 20 <= start && std::isdigit(static_cast<unsigned char>(pdf[entry]));
         entry += 20) {
        const long offset = std::strtol(pdf.substr(entry, 10).c_str(), nullptr, 10);
        if (offset <= static_cast<long>(position)) continue;
        char text[16];
        std::snprintf(text, sizeof text, "%010ld", offset + shift);
        pdf.replace(entry, 10, text, 10);
    }
    const std::size_t end = pdf.find('\n', number);
    pdf.replace(number, end - number, std::to_string(table_offset + shift));
    return true;
}

}  // namespace

std::string with_pdf_date(std::string pdf, const std::string& created) {
    const std::size_t start = pdf.find("/CreationDate (");
    if (start == std::string::npos) return pdf;
    const std::size_t line_end = pdf.find('\n', start);
    if (line_end == std::string::npos) return pdf;
    const std::string entry = date_entry(created);
    const std::size_t length = line_end + 1 - start;
    std::string changed = pdf;
    changed.replace(start, length, entry);
    const long shift = static_cast<long>(entry.size()) - static_cast<long>(length);
    return move_references(changed, start, shift) ? changed : pdf;
}

}  // namespace slay
