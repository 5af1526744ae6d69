#include "engine/core/units.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace slay {
namespace {

std::string not_finite(double value) {
    if (std::isnan(value)) return "nan";
    return value > 0 ? "inf" : "-inf";
}

// Three significant digits, zeros kept: "1.34", "13.4", "134", "1340".
std::string three_digits(double value) {
    const double size = std::abs(value);
    const int decimals = size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
    return fmt::format("{:.{}f}", value, decimals);
}

}  // namespace

std::string format_bytes(double bytes) {
    if (!std::isfinite(bytes)) return not_finite(bytes);
    static constexpr std::array<const char*, 7> units{"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    std::size_t unit = 0;
    double value = bytes;
    while (std::abs(value) >= 999.5 && unit + 1 < units.size()) {
        value /= 1000;
        ++unit;
    }
    if (unit == 0) return fmt::format("{:.0f} B", value);
    return three_digits(value) + ' ' + units[unit];
}

std::string format_milliseconds(double ms) {
    if (!std::isfinite(ms)) return not_finite(ms) + " ms";
    const double size = std::abs(ms);
    if (size >= 1000)
        return size < 60'000 ? three_digits(ms / 1000) + " s" : format_duration(ms / 1000);
    if (size >= 1 || size == 0) return three_digits(ms) + " ms";
    if (size >= 0.001) return fmt::format("{:#.3g} ms", ms);
    return fmt::format("{:.3g} ms", ms);
}

std::string format_duration(double seconds) {
    if (!std::isfinite(seconds)) return not_finite(seconds);
    if (seconds < 0) return fmt::format("-{}", format_duration(-seconds));
    if (seconds < 0.9995) return fmt::format("{:.0f} ms", seconds * 1000);
    if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
    const double rounded = std::round(seconds);
    if (rounded >= 86400.0 * 10000) return fmt::format("{:.3g} days", rounded / 86400);
    auto whole = static_cast<long long>(rounded);
    if (whole < 60) return fmt::format("{} s", whole);
    if (whole < 3600) {
        if (whole % 60 == 0) return fmt::format("{} min", whole / 60);
        return fmt::format("{} min {} s", whole / 60, whole % 60);
    }
    const long long minutes = (whole + 30) / 60;
    if (minutes < 48 * 60) {
        if (minutes % 60 == 0) return fmt::format("{} h", minutes / 60);
        return fmt::format("{} h {} min", minutes / 60, minutes % 60);
    }
    const long long hours = (minutes + 30) / 60;
    if (hours % 24 == 0) return fmt::format("{} days", hours / 24);
    return fmt::format("{} days {} h", hours / 24, hours % 24);
}

std::string format_number(double value, int digits) {
    if (!std::isfinite(value)) return not_finite(value);
    if (value == 0) return "0";
    // A count is written out whole: 12,976,128. A mean of small ones keeps what is behind the
    // point.
    if (digits == 0 && (value == std::round(value) || std::abs(value) >= 100))
        return format_count(value);
    const int significant = digits == 0 ? 3 : std::max(1, digits);
    const double size = std::abs(value);
    if (size >= 1e6 || size < 1e-4) return fmt::format("{:.{}e}", value, significant - 1);
    // The exponent after rounding, so that 9.996 becomes 10.0 and not 10.00.
    const std::string scientific = fmt::format("{:.{}e}", value, significant - 1);
    const int exponent = std::stoi(scientific.substr(scientific.find('e') + 1));
    return fmt::format("{:.{}f}", value, std::max(0, significant - 1 - exponent));
}

std::string format_count(double value) {
    if (!std::isfinite(value)) return not_finite(value);
    const std::string digits = fmt::format("{:.0f}", std::abs(value));
    std::string grouped;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && (digits.size() - i) % 3 == 0) grouped += ',';
        grouped += digits[i];
    }
    return fmt::format("{}{}", value <= -0.5 ? "-" : "", grouped);
}

}  // namespace slay
