// Ranges and ticks of a figure's axes, for every renderer of it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "exports/figure_data.h"

namespace slay {

struct AxisRange {
    double low = 0, high = 1;
    bool operator==(const AxisRange&) const = default;
};

// A range that holds low..high with room, its ends on steps (1, 2, 5 of a decade on a logarithmic
// axis), so that it stays while points arrive.
AxisRange stepped_range(double low, double high, bool log);

// What a figure shows where nobody has zoomed.
AxisRange x_range(const FigureData& data);
AxisRange y_range(const FigureData& data);

// How many marks of first failures stand above each other at one place, at most 4.
int failure_levels(const FigureData& data);

// Whether all positive values are powers of two; there has to be one.
bool doubles(const std::vector<double>& values);
// Whether the x axis of a figure is one of sizes that double.
bool doubles(const FigureData& data);

std::string length_text(double value);  // "256", "32K", "1M", "1000"

// The powers of two in a range.
std::vector<double> doubling_ticks(AxisRange range);

// Decades, or 1-2-5 where there are few; `whole` says that they are decades, `powers` that their
// numbers are so large or small that all are written as powers of ten.
struct DecadeTicks {
    bool whole = true, powers = false;
    std::vector<double> major, minor;
};
DecadeTicks decade_ticks(AxisRange range);
std::vector<double> minor_ticks(const std::vector<double>& decades);

}  // namespace slay
