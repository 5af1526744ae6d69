// Masked language modelling: the rates of BERT, and the same masks from the same seed.
#include "engine/text/masking.h"

#include <QtTest>
#include <cmath>

using namespace slay;

class MaskingTest : public QObject {
    Q_OBJECT

  private slots:
    void rates_are_those_of_bert() {
        const std::int64_t vocabulary = 1000, mask = 2, length = 512;
        const CounterRandom random(5, "masks");
        double chosen = 0, hidden = 0, other = 0, kept = 0, total = 0;
        for (std::uint64_t window = 0; window < 400; ++window) {
            std::vector<std::int64_t> tokens(static_cast<std::size_t>(length), 7);
            const auto positions = mask_window(tokens, vocabulary, mask, random,
                                               window * 3 * static_cast<std::uint64_t>(length));
            QVERIFY(std::is_sorted(positions.begin(), positions.end()));
            chosen += static_cast<double>(positions.size());
            total += static_cast<double>(length);
            std::size_t changed = 0;
            for (const std::int64_t position : positions) {
                const std::int64_t now = tokens[static_cast<std::size_t>(position)];
                (now == mask ? hidden : now == 7 ? kept : other) += 1;
                changed += now != 7 ? 1 : 0;
            }
            // Nothing changes outside the chosen positions.
            QCOMPARE(static_cast<std::size_t>(length) -
                         static_cast<std::size_t>(std::count(tokens.begin(), tokens.end(), 7)),
                     changed);
        }
        const auto close = [](double share, double expected, double n) {
            return std::abs(share - expected) < 4 * std::sqrt(expected * (1 - expected) / n);
        };
        QVERIFY2(close(chosen / total, 0.15, total), qPrintable(QString::number(chosen / total)));
        QVERIFY2(close(hidden / chosen, 0.8, chosen), qPrintable(QString::number(hidden / chosen)));
        // A random token is 7 itself once in a thousand.
        QVERIFY2(close(other / chosen, 0.1, chosen), qPrintable(QString::number(other / chosen)));
        QVERIFY2(close(kept / chosen, 0.1, chosen), qPrintable(QString::number(kept / chosen)));
    }

    void every_window_has_something_to_predict() {
        const CounterRandom random(1, "masks");
        for (std::uint64_t i = 0; i < 200; ++i) {
            std::vector<std::int64_t> tokens{5, 6};
            QVERIFY(!mask_window(tokens, 10, 2, random, 6 * i).empty());
        }
    }

    void masks_are_the_same_from_the_same_seed() {
        std::vector<std::int64_t> a(64, 9), b(64, 9), c(64, 9);
        const auto first = mask_window(a, 50, 2, CounterRandom(3, "masks"), 0);
        const auto second = mask_window(b, 50, 2, CounterRandom(3, "masks"), 0);
        const auto third = mask_window(c, 50, 2, CounterRandom(4, "masks"), 0);
        QCOMPARE(first, second);
        QCOMPARE(a, b);
        QVERIFY(first != third);
    }
};

QTEST_APPLESS_MAIN(MaskingTest)
#include "masking_test.moc"
