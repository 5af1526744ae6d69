#include "engine/core/units.h"

#include <QtTest>
#include <cmath>
#include <limits>

using namespace slay;

namespace {
QString text(const std::string& value) {
    return QString::fromStdString(value);
}
}  // namespace

class UnitsTest : public QObject {
    Q_OBJECT

  private slots:
    void bytes() {
        QCOMPARE(text(format_bytes(0)), "0 B");
        QCOMPARE(text(format_bytes(999)), "999 B");
        QCOMPARE(text(format_bytes(1000)), "1.00 kB");
        QCOMPARE(text(format_bytes(1.34e9)), "1.34 GB");
        QCOMPARE(text(format_bytes(999.6e6)), "1.00 GB");
        QCOMPARE(text(format_bytes(123.4e6)), "123 MB");
        QCOMPARE(text(format_bytes(-2.5e6)), "-2.50 MB");
        QCOMPARE(text(format_bytes(1e30)), "1000000000000 EB");
        QCOMPARE(text(format_bytes(std::numeric_limits<double>::infinity())), "inf");
    }
    void milliseconds() {
        QCOMPARE(text(format_milliseconds(0.412)), "0.412 ms");
        QCOMPARE(text(format_milliseconds(0)), "0.00 ms");
        QCOMPARE(text(format_milliseconds(12.34)), "12.3 ms");
        QCOMPARE(text(format_milliseconds(2510)), "2.51 s");
        QCOMPARE(text(format_milliseconds(70'000)), "1 min 10 s");
        QCOMPARE(text(format_milliseconds(0.00012)), "0.00012 ms");
        QCOMPARE(text(format_milliseconds(std::nan(""))), "nan ms");
    }
    void durations() {
        QCOMPARE(text(format_duration(0.25)), "250 ms");
        QCOMPARE(text(format_duration(1)), "1.0 s");
        QCOMPARE(text(format_duration(59.4)), "59 s");
        QCOMPARE(text(format_duration(59.6)), "1 min");
        QCOMPARE(text(format_duration(70)), "1 min 10 s");
        QCOMPARE(text(format_duration(3600)), "1 h");
        QCOMPARE(text(format_duration(3660 * 2)), "2 h 2 min");
        QCOMPARE(text(format_duration(3 * 86400 + 7200)), "3 days 2 h");
        QCOMPARE(text(format_duration(-70)), "-1 min 10 s");
        QCOMPARE(text(format_duration(1e300)), "1.16e+295 days");
    }
    void numbers() {
        QCOMPARE(text(format_number(0, 3)), "0");
        QCOMPARE(text(format_number(3.14159, 3)), "3.14");
        QCOMPARE(text(format_number(9.996, 3)), "10.0");
        QCOMPARE(text(format_number(99.96, 3)), "100");
        QCOMPARE(text(format_number(123456, 3)), "123456");
        QCOMPARE(text(format_number(999999, 3)), "999999");
        QCOMPARE(text(format_number(1234567, 3)), "1.23e+06");
        QCOMPARE(text(format_number(0.00123, 3)), "0.00123");
        QCOMPARE(text(format_number(1.234e-7, 3)), "1.23e-07");
        QCOMPARE(text(format_number(-0.5, 1)), "-0.5");
        // Counts: whole, with separators, at any size; means of small ones keep their fraction.
        QCOMPARE(text(format_number(2752, 0)), "2,752");
        QCOMPARE(text(format_number(12976128, 0)), "12,976,128");
        QCOMPARE(text(format_number(1, 0)), "1");
        QCOMPARE(text(format_number(1.5, 0)), "1.50");
        QCOMPARE(text(format_number(2752.4, 0)), "2,752");
        QCOMPARE(text(format_number(std::nan(""), 3)), "nan");
    }
    void counts() {
        QCOMPARE(text(format_count(0)), "0");
        QCOMPARE(text(format_count(999)), "999");
        QCOMPARE(text(format_count(1000)), "1,000");
        QCOMPARE(text(format_count(32768)), "32,768");
        QCOMPARE(text(format_count(1234567)), "1,234,567");
        QCOMPARE(text(format_count(-131072)), "-131,072");
    }
};

QTEST_APPLESS_MAIN(UnitsTest)
#include "units_test.moc"
