#include "exports/csv.h"

#include <fmt/format.h>

#include <cmath>

#include "engine/core/units.h"

namespace slay {

bool begins_formula(std::string_view text) {
    return !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != text.npos;
}

std::string csv_text(std::string_view text) {
    std::string clean = clean_text(text);
    // clean_text may drop what stood first, so look before and after it.
    if (begins_formula(text) || begins_formula(clean)) clean = '\'' + clean;
    if (clean.find_first_of(",\"\n\r") == std::string::npos) return clean;
    std::string quoted = "\"";
    for (const char c : clean) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

std::string csv_number(double value) {
    return std::isfinite(value) ? fmt::format("{}", value) : std::string();
}

std::string csv_line(const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i > 0) line += ',';
        line += cells[i];
    }
    return line + '\n';
}

}  // namespace slay
