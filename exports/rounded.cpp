#include "exports/rounded.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace slay {
namespace {

// The decimal exponent of a positive number.
int magnitude(double size) {
    return static_cast<int>(std::floor(std::log10(size)));
}

// 9.996 at two decimals has a magnitude more than it seems.
int magnitude_after_rounding(double size, int significant) {
    const int exponent = magnitude(size);
    const double unit = std::pow(10.0, exponent - significant + 1);
    return magnitude(std::round(size / unit) * unit * (1 + 1e-12));
}

double half_width(const MetricValue& value) {
    if (!value.low || !value.high) return 0;
    const double half = std::max(value.value - *value.low, *value.high - value.value);
    return std::isfinite(half) ? std::max(0.0, half) : 0;
}

}  // namespace

Rounded round_for_table(const MetricValue& value, int digits) {
    Rounded out;
    const double number = value.value;
    if (number == 0 && !(half_width(value) > 0)) {
        out.text = "0";
        return out;
    }
    const bool whole = number == std::round(number) || std::abs(number) >= 100;
    if (digits == 0 && whole && std::abs(number) < 1e15) {  // a count, however large
        out.text = fmt::format("{:.0f}", number);
        out.integers = static_cast<int>(out.text.size()) - (number < 0 ? 1 : 0);
        return out;
    }
    const double half = half_width(value);
    // Where the interval is wider than the value, it says how many digits make sense.
    const double size = std::max(std::abs(number), half);
    const int significant = std::max(2, digits);
    // An interval of a large value would print digits that say nothing.
    if (size >= (half > 0 ? 1e5 : 1e6) || (size > 0 && size < 1e-4)) {
        const int power = magnitude_after_rounding(size, significant);
        const double scale = std::pow(10.0, -power);
        MetricValue mantissa{number * scale, {}, {}, value.count};
        if (half > 0) {
            mantissa.low = (number - half) * scale;
            mantissa.high = (number + half) * scale;
        }
        out.text = round_for_table(mantissa, digits).text + 'e' + std::to_string(power);
        out.exponent = true;
        return out;
    }
    const int exponent = size > 0 ? magnitude_after_rounding(size, significant) : 0;
    int decimals = significant - 1 - exponent;
    if (half > 0) {
        const int coarsest = 1 - exponent;  // two significant digits
        const int finest = significant - exponent;
        // 0.0095 rounds up to 0.01, a digit less.
        const double unit = std::pow(10.0, magnitude(half));
        const bool carries = std::ceil(half / unit * (1 - 1e-9)) >= 10;
        decimals =
            std::clamp(-magnitude(half) - (carries ? 1 : 0), std::min(coarsest, finest), finest);
    }
    decimals = std::clamp(decimals, 0, 9);
    out.text = fmt::format("{:.{}f}", number, decimals);
    out.decimals = decimals;
    out.integers = static_cast<int>(out.text.size()) - decimals - (decimals > 0 ? 1 : 0) -
                   (out.text.front() == '-' ? 1 : 0);
    if (half > 0) {
        const double units = std::ceil(half * std::pow(10.0, decimals) * (1 - 1e-9));
        const std::string uncertainty = fmt::format("{:.0f}", std::max(1.0, units));
        out.uncertainty = static_cast<int>(uncertainty.size());
        out.text += '(' + uncertainty + ')';
    }
    return out;
}

}  // namespace slay
