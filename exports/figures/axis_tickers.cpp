#include "exports/figures/axis_tickers.h"

#include <cmath>

namespace slay {
namespace {

AxisRange plain(const QCPRange& range) {
    return {range.lower, range.upper};
}

QVector<double> list_of(const std::vector<double>& ticks) {
    return {ticks.begin(), ticks.end()};
}

}  // namespace

QVector<double> DoublingTicker::createTickVector(double, const QCPRange& range) {
    const QVector<double> ticks = list_of(doubling_ticks(plain(range)));
    every_ = 1;
    while (ticks.size() > label_room_ * every_) ++every_;
    return ticks;
}

QVector<double> DoublingTicker::createSubTickVector(int, const QVector<double>&) {
    return {};
}

QString DoublingTicker::getTickLabel(double tick, const QLocale&, QChar, int) {
    const int power = static_cast<int>(std::lround(std::log2(tick)));
    return power % every_ == 0 ? QString::fromStdString(length_text(tick)) : QString();
}

double DoublingTicker::getTickStep(const QCPRange&) {
    return 1;
}

QVector<double> DecadeTicker::createTickVector(double, const QCPRange& range) {
    const DecadeTicks ticks = decade_ticks(plain(range));
    whole_decades_ = ticks.whole;
    powers_ = ticks.powers;
    return list_of(ticks.major);
}

QVector<double> DecadeTicker::createSubTickVector(int, const QVector<double>& ticks) {
    if (!whole_decades_) return {};
    return list_of(minor_ticks({ticks.begin(), ticks.end()}));
}

QString DecadeTicker::getTickLabel(double tick, const QLocale&, QChar, int) {
    if (powers_)
        // The axis draws this as a power of ten.
        return QStringLiteral("1e%1").arg(std::lround(std::log10(tick)));
    return QString::number(tick, 'g', 4);
}

double DecadeTicker::getTickStep(const QCPRange&) {
    return 1;
}

}  // namespace slay
