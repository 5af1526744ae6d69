// Ticks and ranges.
#include <QtTest>
#include <cmath>

#include "exports/figures/axis_tickers.h"

using namespace slay;

namespace {

// Ticks and labels as an axis asks for them.
template <typename Ticker>
QMap<double, QString> labels_of(Ticker& ticker, double low, double high) {
    QVector<double> ticks, minor;
    QVector<QString> labels;
    ticker.generate(QCPRange(low, high), QLocale::c(), 'e', 0, ticks, &minor, &labels);
    QMap<double, QString> out;
    for (qsizetype i = 0; i < ticks.size(); ++i) out[ticks[i]] = labels[i];
    for (const double tick : minor) out.insert(tick, QString());
    return out;
}

}  // namespace

class AxesTest : public QObject {
    Q_OBJECT
  private slots:
    void lengths_are_powers_of_two() {
        DoublingTicker ticker;
        ticker.set_label_room(12);
        const auto labels = labels_of(ticker, 240, 140000);
        QCOMPARE(labels.size(), 10);
        QCOMPARE(labels[256], QString("256"));
        QCOMPARE(labels[1024], QString("1K"));
        QCOMPARE(labels[131072], QString("128K"));
        QCOMPARE(length_text(1048576), std::string("1M"));
        QCOMPARE(length_text(1000), std::string("1000"));
    }
    void crowded_lengths_have_fewer_labels() {
        DoublingTicker ticker;
        ticker.set_label_room(5);
        const auto labels = labels_of(ticker, 240, 140000);
        QCOMPARE(labels.size(), 10);
        int shown = 0;
        for (const QString& label : labels) shown += label.isEmpty() ? 0 : 1;
        QCOMPARE(shown, 5);
    }
    void decades_are_labelled() {
        DecadeTicker ticker;
        const auto plain = labels_of(ticker, 0.5, 2e3);
        QCOMPARE(plain[1], QString("1"));
        QCOMPARE(plain[1000], QString("1000"));
        QVERIFY(plain.contains(20) && plain[20].isEmpty());
        // Where one is too large to read, the axis draws all as powers of ten.
        const auto labels = labels_of(ticker, 0.5, 2e6);
        QCOMPARE(labels[1], QString("1e0"));
        QCOMPARE(labels[1000], QString("1e3"));
        QCOMPARE(labels[1e6], QString("1e6"));
    }
    void short_ranges_get_1_2_5_or_even_steps() {
        DecadeTicker ticker;
        const auto labels = labels_of(ticker, 0.9, 30);
        for (const double tick : {1., 2., 5., 10., 20.}) QVERIFY(!labels[tick].isEmpty());
        const auto narrow = labels_of(ticker, 2.1, 2.9);
        QVERIFY(narrow.size() >= 3);
        for (const QString& label : narrow) QVERIFY(!label.isEmpty());
    }
    void unusable_ranges_give_no_ticks() {
        DecadeTicker decades;
        DoublingTicker doubling;
        for (const auto& [low, high] : {std::pair{-1.0, 1.0}, {0.0, 5.0}}) {
            QVERIFY(labels_of(decades, low, high).isEmpty());
            QVERIFY(labels_of(doubling, low, high).isEmpty());
        }
    }
    void ranges_end_on_steps_and_hold_the_data_data() {
        QTest::addColumn<double>("low");
        QTest::addColumn<double>("high");
        QTest::addColumn<bool>("log");
        for (const double low : {0.0123, 0.4, 1.0, 37.0, 123456.0})
            for (const double factor : {1.0, 1.01, 3.0, 77.0, 1e6})
                for (const bool log : {true, false})
                    QTest::addRow("%g x %g %s", low, factor, log ? "log" : "linear")
                        << low << low * factor << log;
    }
    void ranges_end_on_steps_and_hold_the_data() {
        QFETCH(double, low);
        QFETCH(double, high);
        QFETCH(bool, log);
        const AxisRange range = stepped_range(low, high, log);
        QVERIFY(range.low < low || (!log && range.low == 0));
        QVERIFY(range.high > high);
        if (!log) return;
        for (const double end : {range.low, range.high}) {
            const double lead = end / std::pow(10.0, std::floor(std::log10(end * (1 + 1e-9))));
            QVERIFY(std::abs(lead - 1) < 1e-6 || std::abs(lead - 2) < 1e-6 ||
                    std::abs(lead - 5) < 1e-6);
        }
    }
    void small_growth_does_not_move_the_axis() {
        QCOMPARE(stepped_range(1.3, 60, true), stepped_range(1.25, 70, true));
        QVERIFY(!(stepped_range(1.3, 60, true) == stepped_range(1.3, 600, true)));
    }
};

QTEST_GUILESS_MAIN(AxesTest)
#include "axes_test.moc"
