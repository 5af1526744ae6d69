// Verdicts against simulations: pairs of equals are not told apart, true differences are.
#include "engine/core/comparison.h"

#include <QtTest>
#include <cmath>
#include <random>

#include "engine/core/statistics.h"

using namespace slay;

namespace {

// What the times of one thing look like.
struct Shape {
    double noise = 0.02;   // log-normal, of each sample
    double memory = 0;     // how much of a sample's noise the next one keeps
    double outliers = 0;   // share of samples twice as long
    double drift = 0;      // from the first to the last sample
    double placement = 0;  // of a whole run, which its own samples cannot show
};

std::vector<double> take(std::mt19937& random, const Shape& shape, double median, int count) {
    std::normal_distribution<double> normal;
    std::uniform_real_distribution<double> uniform;
    const double run = shape.placement * normal(random);
    double kept = normal(random);
    std::vector<double> out;
    for (int i = 0; i < count; ++i) {
        kept = shape.memory * kept + std::sqrt(1 - shape.memory * shape.memory) * normal(random);
        double value = median * std::exp(run + shape.noise * kept + shape.drift * i / count);
        if (uniform(random) < shape.outliers) value *= 2;
        out.push_back(value);
    }
    return out;
}

// The share of pairs that are called different.
double share_told_apart(const Shape& shape, double factor, int count, const CompareRules& rules,
                        double ms = 3, int trials = 1000) {
    std::mt19937 random(11);
    int told = 0;
    for (int i = 0; i < trials; ++i) {
        const auto first = take(random, shape, ms, count),
                   second = take(random, shape, ms * factor, count);
        const Compared found = compare_samples(first, second, Better::lower, rules);
        told += found.verdict == Verdict::better || found.verdict == Verdict::worse;
    }
    return static_cast<double>(told) / trials;
}

}  // namespace

class ComparisonTest : public QObject {
    Q_OBJECT

  private slots:
    void equals_are_not_told_apart_data() {
        QTest::addColumn<double>("noise");
        QTest::addColumn<double>("memory");
        QTest::addColumn<double>("outliers");
        QTest::addColumn<double>("placement");
        QTest::addColumn<QString>("device");
        QTest::newRow("quiet GPU") << 0.003 << 0.0 << 0.0 << 0.003 << "cuda:0";
        QTest::newRow("GPU whose runs differ") << 0.003 << 0.3 << 0.02 << 0.005 << "cuda:0";
        QTest::newRow("noisy CPU") << 0.1 << 0.0 << 0.1 << 0.01 << "cpu";
        QTest::newRow("CPU with slow changes") << 0.05 << 0.5 << 0.05 << 0.012 << "cpu";
    }
    void equals_are_not_told_apart() {
        QFETCH(double, noise);
        QFETCH(double, memory);
        QFETCH(double, outliers);
        QFETCH(double, placement);
        QFETCH(QString, device);
        const Shape shape{noise, memory, outliers, 0, placement};
        for (const int count : {8, 10, 40, 200}) {
            const double share = share_told_apart(shape, 1, count, rules_for(device.toStdString()));
            QVERIFY2(share <= 0.01, qPrintable(QString("%1 samples: %2").arg(count).arg(share)));
        }
    }

    // Kernels that take less time than their launches: in five runs of one program on an H100
    // medians of such points were 0.034 to 0.102 ms, each by hundreds of samples.
    void launches_by_a_busy_host_are_no_difference() {
        for (const double ms : {0.025, 0.04}) {
            const double share =
                share_told_apart({0.3, 0.5, 0.02, 0, 0.35}, 1, 400, rules_for("cuda:0"), ms, 200);
            QVERIFY2(share <= 0.01, qPrintable(QString::number(share)));
        }
        // Times that are the device's own are told apart at any size.
        QVERIFY(share_told_apart({0.005, 0.3, 0.01, 0, 0.003}, 1.1, 40, rules_for("cuda:0"), 0.04,
                                 200) > 0.95);
    }

    // The batches are what keeps samples that resemble their neighbours from seeming many.
    void resemblance_alone_is_no_difference() {
        CompareRules no_margin;
        no_margin.margin = 0;
        const double share = share_told_apart({0.05, 0.8, 0, 0, 0}, 1, 200, no_margin);
        QVERIFY2(share < 0.07, qPrintable(QString::number(share)));
        // Independent samples meet the asked-for 1 %, within the error of the trials.
        const double independent = share_told_apart({0.05, 0, 0, 0, 0}, 1, 200, no_margin);
        QVERIFY2(independent < 0.02, qPrintable(QString::number(independent)));
    }

    void a_true_difference_is_found() {
        QVERIFY(share_told_apart({0.003, 0.3, 0.02, 0, 0.005}, 1.1, 20, rules_for("cuda:0")) >
                0.95);
        QVERIFY(share_told_apart({0.05, 0.3, 0.05, 0, 0.01}, 1.25, 60, rules_for("cpu")) > 0.95);
        QVERIFY(share_told_apart({0.003, 0, 0, 0, 0}, 1.01, 200, rules_for("cuda:0")) == 0);
    }

    void the_direction_is_that_of_the_metric() {
        std::mt19937 random(3);
        const Shape shape{0.01, 0, 0, 0, 0};
        const auto low = take(random, shape, 1, 40), high = take(random, shape, 2, 40);
        const CompareRules rules;
        QCOMPARE(compare_samples(high, low, Better::lower, rules).verdict, Verdict::better);
        QCOMPARE(compare_samples(low, high, Better::lower, rules).verdict, Verdict::worse);
        QCOMPARE(compare_samples(low, high, Better::higher, rules).verdict, Verdict::better);
        QCOMPARE(compare_samples(low, high, Better::neither, rules).verdict, Verdict::unknown);
        const Compared found = compare_samples(low, high, Better::lower, rules);
        QVERIFY(std::abs(found.ratio.value - 2) < 0.02);
        QVERIFY(*found.ratio.low<found.ratio.value&& * found.ratio.high> found.ratio.value);
        QCOMPARE(found.ratio.count, 40);
        QVERIFY(verdict_words(Verdict::better, "latency_ms") == "faster");
        QVERIFY(verdict_words(Verdict::worse, "peak_mb") == "worse");
    }

    // What shakes both sides of a round alike cancels.
    void pairs_see_what_unpaired_samples_cannot() {
        std::mt19937 random(5);
        std::normal_distribution<double> normal;
        std::vector<double> first, second;
        for (int i = 0; i < 60; ++i) {
            const double shared = std::exp(0.4 * normal(random));
            first.push_back(shared * std::exp(0.005 * normal(random)));
            second.push_back(1.08 * shared * std::exp(0.005 * normal(random)));
        }
        const CompareRules rules;
        QCOMPARE(compare_pairs(first, second, Better::lower, rules).verdict, Verdict::worse);
        QCOMPARE(compare_samples(first, second, Better::lower, rules).verdict,
                 Verdict::no_difference);
    }

    void too_few_samples_give_a_ratio_and_no_verdict() {
        const std::vector<double> one(7, 1.0), two(7, 2.0);
        const Compared found = compare_samples(one, two, Better::lower, {});
        QCOMPARE(found.ratio.value, 2.0);
        QVERIFY(!found.ratio.low && found.verdict == Verdict::unknown);
        // Samples that do not spread at all are still samples.
        const std::vector<double> three(8, 1.0), four(8, 2.0);
        QCOMPARE(compare_samples(three, four, Better::lower, {}).verdict, Verdict::worse);
        QCOMPARE(compare_samples(three, three, Better::lower, {}).verdict, Verdict::no_difference);
    }

    void what_is_no_positive_number_gives_nothing() {
        const std::vector<double> good(8, 1.0);
        for (const double bad : {0.0, -1.0, std::nan(""), static_cast<double>(INFINITY)}) {
            std::vector<double> samples(8, 1.0);
            samples[3] = bad;
            const Compared found = compare_samples(good, samples, Better::lower, {});
            QVERIFY(found.verdict == Verdict::unknown && found.ratio.value == 0);
            QVERIFY(compare_pairs(samples, good, Better::lower, {}).verdict == Verdict::unknown);
        }
        QVERIFY(compare_samples({}, good, Better::lower, {}).verdict == Verdict::unknown);
        QVERIFY(compare_pairs(good, std::vector<double>(7, 1.0), Better::lower, {}).verdict ==
                Verdict::unknown);
    }

    void figures_without_samples_are_compared_by_interval_and_margin() {
        const CompareRules rules;
        const auto verdict = [&](const MetricValue& a, const MetricValue& b) {
            return compare_values(a, b, Better::lower, rules).verdict;
        };
        QCOMPARE(verdict({100, {}, {}, 1}, {101, {}, {}, 1}), Verdict::no_difference);
        QCOMPARE(verdict({100, {}, {}, 1}, {90, {}, {}, 1}), Verdict::better);
        QCOMPARE(verdict({0.5, 0.4, 0.6, 3}, {0.6, 0.5, 0.7, 3}), Verdict::no_difference);
        QCOMPARE(verdict({0.5, 0.49, 0.51, 3}, {0.6, 0.59, 0.61, 3}), Verdict::worse);
        QCOMPARE(verdict({0, {}, {}, 1}, {1, {}, {}, 1}), Verdict::unknown);
    }

    void student_is_that_of_the_tables() {
        const auto close = [](double a, double b) { return std::abs(a - b) < 5e-4 * b; };
        QVERIFY(close(student_t(0.95, 1), 12.706));
        QVERIFY(close(student_t(0.99, 5), 4.032));
        QVERIFY(close(student_t(0.99, 38), 2.712));
        QVERIFY(close(student_t(0.999, 10), 4.587));
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, student_t(1, 3));
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, student_t(0.9, 0));
    }
};

QTEST_APPLESS_MAIN(ComparisonTest)
#include "comparison_test.moc"
