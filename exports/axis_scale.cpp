#include "exports/axis_scale.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace slay {
namespace {

constexpr std::size_t most_ticks = 400;

int first_power(AxisRange range, double base) {
    return static_cast<int>(std::ceil(std::log(range.low) / std::log(base) - 1e-9));
}

int last_power(AxisRange range, double base) {
    return static_cast<int>(std::floor(std::log(range.high) / std::log(base) + 1e-9));
}

bool usable(AxisRange range) {
    return range.low > 0 && std::isfinite(range.high) && range.high > range.low;
}

// Largest of 1, 2, 5 x 10^n that is not above `value`; or the smallest not below it.
double step_at(double value, bool up) {
    static constexpr std::array steps{1.0, 2.0, 5.0, 10.0};
    const double decade = std::pow(10.0, std::floor(std::log10(value)));
    const double lead = value / decade;
    double out = up ? 10.0 : 1.0;
    for (const double step : steps) {
        if (up && step >= lead * (1 - 1e-9)) return step * decade;
        if (!up && step <= lead * (1 + 1e-9)) out = step;
    }
    return out * decade;
}

}  // namespace

AxisRange stepped_range(double low, double high, bool log) {
    if (!(low <= high)) return log ? AxisRange{0.1, 10} : AxisRange{0, 1};
    if (log) {
        // At least a third of a decade, or the steps would show noise as a cliff.
        const double middle = std::sqrt(low * high);
        const double lower = std::min(low / 1.15, middle / 1.5);
        const double upper = std::max(high * 1.25, middle * 1.5);
        return {step_at(lower, false), step_at(upper, true)};
    }
    const double span = std::max({high - low, std::abs(high) * 0.05, 1e-12});
    const double step = step_at(span / 5, true);
    double lower = std::floor((low - 0.02 * span) / step) * step;
    if (low >= 0 && low < 0.4 * high) lower = 0;
    return {lower, std::ceil((high + 0.02 * span) / step) * step};
}

int failure_levels(const FigureData& data) {
    std::map<double, int> stacked;
    int levels = 0;
    for (const Series& series : data.series) {
        if (series.kind != SeriesKind::measured || series.hidden) continue;
        const auto first =
            std::find_if(series.undrawn.begin(), series.undrawn.end(),
                         [](const UndrawnPoint& p) { return p.state != PointState::running; });
        if (first != series.undrawn.end()) levels = std::max(levels, ++stacked[first->x]);
    }
    return std::min(levels, 4);
}

AxisRange x_range(const FigureData& data) {
    if (!data.x.categories.empty())
        return {-0.55, static_cast<double>(data.x.categories.size()) - 0.45};
    if (data.x.tight) return {data.x.low, data.x.high};
    if (data.x_is_metric) return stepped_range(data.x.low, data.x.high, data.x.log);
    if (data.x.low <= data.x.high) {
        if (data.x.log) {
            const double pad = std::max(1.08, std::pow(data.x.high / data.x.low, 0.035));
            return {data.x.low / pad, data.x.high * pad};
        }
        const double pad = std::max((data.x.high - data.x.low) * 0.04, 1e-9);
        return {data.x.low - pad, data.x.high + pad};
    }
    return data.x.log ? AxisRange{1, 10} : AxisRange{0, 1};
}

AxisRange y_range(const FigureData& data) {
    if (data.y.tight) return {data.y.low, data.y.high};
    if (data.y.share) return {-0.02, failure_levels(data) > 0 ? 1.09 : 1.02};
    // A band at the top for the marks of what failed.
    double high = data.y.high;
    const double share = 0.07 * failure_levels(data);
    if (share > 0 && data.y.low <= data.y.high)
        high = data.y.log ? high * std::pow(std::max(3.0, high / data.y.low), share)
                          : high + (high - data.y.low) * share;
    return stepped_range(data.y.low, high, data.y.log);
}

bool doubles(const std::vector<double>& values) {
    return !values.empty() && std::all_of(values.begin(), values.end(), [](double value) {
        return value >= 1 && std::exp2(std::round(std::log2(value))) == value;
    });
}

bool doubles(const FigureData& data) {
    std::vector<double> places;
    for (const Series& series : data.series) {
        if (series.kind != SeriesKind::measured) continue;
        for (const FigurePoint& point : series.points) places.push_back(point.x);
        for (const UndrawnPoint& point : series.undrawn) places.push_back(point.x);
    }
    if (places.empty() && data.x.low <= data.x.high) places = {data.x.low, data.x.high};
    return data.x.log && !data.x_is_metric && doubles(places);
}

std::string length_text(double value) {
    constexpr double k = 1024, m = 1048576;
    if (value >= m && std::fmod(value, m) == 0) return fmt::format("{:.0f}M", value / m);
    if (value >= k && std::fmod(value, k) == 0) return fmt::format("{:.0f}K", value / k);
    return fmt::format("{:.10g}", value);
}

std::vector<double> doubling_ticks(AxisRange range) {
    std::vector<double> ticks;
    if (!usable(range)) return ticks;
    const int first = first_power(range, 2), last = last_power(range, 2);
    for (int power = first; power <= last && ticks.size() < most_ticks; ++power)
        ticks.push_back(std::pow(2.0, power));
    return ticks;
}

DecadeTicks decade_ticks(AxisRange range) {
    DecadeTicks out;
    if (!usable(range)) return out;
    const int first = first_power(range, 10), last = last_power(range, 10);
    out.whole = last - first >= 2;
    if (out.whole) {
        const int every = std::max(1, (last - first + 7) / 8);
        for (int power = first; power <= last; power += every)
            out.major.push_back(std::pow(10.0, power));
        out.minor = minor_ticks(out.major);
        out.powers = std::any_of(out.major.begin(), out.major.end(),
                                 [](double tick) { return tick > 9.9e3 || tick < 0.99e-2; });
        return out;
    }
    for (int power = first - 1; power <= last; ++power)
        for (const double lead : {1.0, 2.0, 5.0}) {
            const double tick = lead * std::pow(10.0, power);
            if (tick >= range.low * (1 - 1e-9) && tick <= range.high * (1 + 1e-9))
                out.major.push_back(tick);
        }
    if (out.major.size() > 1) return out;
    out.major.clear();  // a narrow range: evenly spaced numbers
    const double step = step_at((range.high - range.low) / 4, true);
    for (double tick = std::ceil(range.low / step) * step; tick <= range.high; tick += step) {
        out.major.push_back(tick);
        if (out.major.size() > most_ticks) break;
    }
    return out;
}

std::vector<double> minor_ticks(const std::vector<double>& decades) {
    std::vector<double> minor;
    if (decades.empty() || (decades.size() > 1 && decades[1] / decades[0] > 11)) return minor;
    const double above = decades.back() * 10;
    for (double decade = decades.front() / 10; decade < above; decade *= 10)
        for (int lead = 2; lead <= 9; ++lead) minor.push_back(lead * decade);
    return minor;
}

}  // namespace slay
