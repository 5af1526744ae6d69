#include "exports/figures/axis_tickers.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace slay {
namespace {

constexpr int most_ticks = 400;

int first_power(const QCPRange& range, double base) {
    return static_cast<int>(std::ceil(std::log(range.lower) / std::log(base) - 1e-9));
}

int last_power(const QCPRange& range, double base) {
    return static_cast<int>(std::floor(std::log(range.upper) / std::log(base) + 1e-9));
}

bool usable(const QCPRange& range) {
    return range.lower > 0 && std::isfinite(range.upper) && range.upper > range.lower;
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

QVector<double> DoublingTicker::createTickVector(double, const QCPRange& range) {
    QVector<double> ticks;
    if (!usable(range)) return ticks;
    const int first = first_power(range, 2), last = last_power(range, 2);
    for (int power = first; power <= last && ticks.size() < most_ticks; ++power)
        ticks.append(std::pow(2.0, power));
    every_ = 1;
    while (ticks.size() > label_room_ * every_) ++every_;
    return ticks;
}

QVector<double> DoublingTicker::createSubTickVector(int, const QVector<double>&) {
    return {};
}

QString DoublingTicker::getTickLabel(double tick, const QLocale&, QChar, int) {
    const int power = static_cast<int>(std::lround(std::log2(tick)));
    return power % every_ == 0 ? length_text(tick) : QString();
}

double DoublingTicker::getTickStep(const QCPRange&) {
    return 1;
}

QVector<double> DecadeTicker::createTickVector(double, const QCPRange& range) {
    QVector<double> ticks;
    if (!usable(range)) return ticks;
    const int first = first_power(range, 10), last = last_power(range, 10);
    whole_decades_ = last - first >= 2;
    if (whole_decades_) {
        const int every = std::max(1, (last - first + 7) / 8);
        for (int power = first; power <= last; power += every) ticks.append(std::pow(10.0, power));
        return ticks;
    }
    for (int power = first - 1; power <= last; ++power)
        for (const double lead : {1.0, 2.0, 5.0}) {
            const double tick = lead * std::pow(10.0, power);
            if (tick >= range.lower * (1 - 1e-9) && tick <= range.upper * (1 + 1e-9))
                ticks.append(tick);
        }
    if (ticks.size() > 1) return ticks;
    ticks.clear();  // a narrow range: evenly spaced numbers
    const double step = step_at((range.upper - range.lower) / 4, true);
    for (double tick = std::ceil(range.lower / step) * step; tick <= range.upper; tick += step) {
        ticks.append(tick);
        if (ticks.size() > most_ticks) break;
    }
    return ticks;
}

QVector<double> DecadeTicker::createSubTickVector(int, const QVector<double>& ticks) {
    QVector<double> minor;
    if (!whole_decades_ || ticks.isEmpty()) return minor;
    if (ticks.size() > 1 && ticks[1] / ticks[0] > 11) return minor;
    const double above = ticks.back() * 10;
    for (double decade = ticks.front() / 10; decade < above; decade *= 10)
        for (int lead = 2; lead <= 9; ++lead) minor.append(lead * decade);
    return minor;
}

QString DecadeTicker::getTickLabel(double tick, const QLocale&, QChar, int) {
    if (whole_decades_ && (tick >= 9.9e4 || tick < 0.99e-2))
        // The axis draws this as a power of ten.
        return QStringLiteral("1e%1").arg(std::lround(std::log10(tick)));
    return QString::number(tick, 'g', 4);
}

double DecadeTicker::getTickStep(const QCPRange&) {
    return 1;
}

bool doubles(const QVector<double>& values) {
    return !values.isEmpty() && std::all_of(values.begin(), values.end(), [](double value) {
        return value >= 1 && std::exp2(std::round(std::log2(value))) == value;
    });
}

QCPRange stepped_range(double low, double high, bool log) {
    if (!(low <= high)) return log ? QCPRange(0.1, 10) : QCPRange(0, 1);
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

QString length_text(double value) {
    constexpr double k = 1024, m = 1048576;
    if (value >= m && std::fmod(value, m) == 0) return QString::number(value / m, 'f', 0) + 'M';
    if (value >= k && std::fmod(value, k) == 0) return QString::number(value / k, 'f', 0) + 'K';
    return QString::number(value, 'g', 10);
}

}  // namespace slay
