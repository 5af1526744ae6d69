// A measured figure and its interval, rounded for a table: 1.234(5).
#pragma once

#include <string>

#include "engine/core/metric.h"

namespace slay {

struct Rounded {
    std::string text;       // "115.6(1)", "-0.004", "66785", "2.20e6"
    bool exponent = false;  // written with an exponent: not for a decimal column
    int integers = 1;       // digits before the point, without a sign
    int decimals = 0;       // digits after it
    int uncertainty = 0;    // digits in the parentheses; 0: none
    bool operator==(const Rounded&) const = default;
};

// The half width of the interval, one digit of it rounded up, in units of the last digit; the value
// to the same place, with at least two and at most `digits` + 1 significant digits. Without an
// interval: `digits` significant digits, and no digit before the point is ever lost below 1e6.
// Beyond that (1e5 with an interval), and below 1e-4: with an exponent, 4.7(2)e5. `digits` of 0 is
// a count: written out whole, without its interval.
Rounded round_for_table(const MetricValue& value, int digits);

}  // namespace slay
