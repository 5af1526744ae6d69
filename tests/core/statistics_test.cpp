#include "engine/core/statistics.h"

#include <QtTest>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <stdexcept>

using namespace slay;

namespace {

std::vector<double> one_to(int n) {
    std::vector<double> values(static_cast<std::size_t>(n));
    std::iota(values.begin(), values.end(), 1.0);
    return values;
}

}  // namespace

class StatisticsTest : public QObject {
    Q_OBJECT

  private slots:
    void quantiles_interpolate() {
        const std::vector<double> values{4, 1, 3, 2};
        QCOMPARE(median(values), 2.5);
        QCOMPARE(quantile(values, 0), 1.0);
        QCOMPARE(quantile(values, 1), 4.0);
        QCOMPARE(quantile(values, 0.2), 1.6);
        QCOMPARE(quantile(values, 0.8), 3.4);
        const std::vector<double> one{7};
        QCOMPARE(quantile(one, 0.3), 7.0);
    }

    void median_leaves_infinities_alone() {
        const double inf = std::numeric_limits<double>::infinity();
        const std::vector<double> values{1, 2, inf};
        QCOMPARE(median(values), 2.0);
        QCOMPARE(quantile(values, 1), inf);
    }

    void nothing_and_nan_throw() {
        const std::vector<double> none, bad{1, std::nan(""), 2};
        QVERIFY_EXCEPTION_THROWN((void)median(none), std::invalid_argument);
        QVERIFY_EXCEPTION_THROWN((void)mean(none), std::invalid_argument);
        QVERIFY_EXCEPTION_THROWN((void)median(bad), std::invalid_argument);
        QVERIFY_EXCEPTION_THROWN((void)mean(bad), std::invalid_argument);
        QVERIFY_EXCEPTION_THROWN((void)summarise(bad), std::invalid_argument);
        const std::vector<double> one{1}, two{1, 2};
        QVERIFY_EXCEPTION_THROWN((void)quantile(one, 1.5), std::invalid_argument);
        QVERIFY_EXCEPTION_THROWN((void)paired_ratio(one, two), std::invalid_argument);
    }

    // Rank k of the smaller end; the larger is n + 1 - k. The table of the sign test (Conover,
    // Practical Nonparametric Statistics, table A3; the coverage is at least 95 %).
    void order_statistics_follow_the_binomial_table_data() {
        QTest::addColumn<int>("n");
        QTest::addColumn<int>("rank");
        const int table[][2] = {{6, 1},   {7, 1},   {8, 1},   {9, 2},    {10, 2},    {11, 2},
                                {12, 3},  {15, 4},  {16, 4},  {17, 5},   {20, 6},    {25, 8},
                                {30, 10}, {40, 14}, {50, 18}, {100, 40}, {1000, 469}};
        for (const auto& row : table) QTest::addRow("n = %d", row[0]) << row[0] << row[1];
    }
    void order_statistics_follow_the_binomial_table() {
        QFETCH(int, n);
        QFETCH(int, rank);
        const MetricValue value = median_with_interval(one_to(n));
        QVERIFY(value.low && value.high);
        QCOMPARE(*value.low, static_cast<double>(rank));
        QCOMPARE(*value.high, static_cast<double>(n + 1 - rank));
        QCOMPARE(value.count, std::int64_t{n});
    }

    void fewer_than_six_samples_have_no_interval() {
        for (int n = 1; n < 6; ++n) {
            const MetricValue value = median_with_interval(one_to(n));
            QVERIFY2(!value.low && !value.high, qPrintable(QString::number(n)));
        }
    }

    void a_million_samples_take_the_normal_limit() {
        const MetricValue value = median_with_interval(one_to(1'000'000));
        // n/2 - 1.96 sqrt(n)/2, to within two ranks
        QVERIFY(std::abs(*value.low - (500'000 - 979.98)) < 2);
        QCOMPARE(*value.low + *value.high, 1'000'001.0);
    }

    void median_interval_covers_as_often_as_it_says() {
        std::mt19937_64 random(7);
        std::lognormal_distribution<double> draw(0, 1);  // median 1
        int covered = 0;
        constexpr int trials = 4000;
        for (int trial = 0; trial < trials; ++trial) {
            std::vector<double> values(25);
            for (double& value : values) value = draw(random);
            const MetricValue result = median_with_interval(values);
            covered += *result.low <= 1 && 1 <= *result.high;
        }
        // Exactly 95.67 % at n = 25; four standard errors are 1.3 %.
        const double rate = static_cast<double>(covered) / trials;
        QVERIFY2(rate > 0.943 && rate < 0.970, qPrintable(QString::number(rate)));
    }

    // Quantiles of Student's t at 97.5 %, from the published tables.
    void mean_interval_follows_student_data() {
        QTest::addColumn<int>("n");
        QTest::addColumn<double>("t");
        const std::pair<int, double> table[] = {
            {2, 12.706205}, {3, 4.302653},  {4, 3.182446},  {5, 2.776445},   {6, 2.570582},
            {10, 2.262157}, {11, 2.228139}, {31, 2.042272}, {121, 1.979930}, {1001, 1.962339}};
        for (const auto& [n, t] : table) QTest::addRow("n = %d", n) << n << t;
    }
    void mean_interval_follows_student() {
        QFETCH(int, n);
        QFETCH(double, t);
        const std::vector<double> values = one_to(n);
        const MetricValue value = mean_with_interval(values);
        QCOMPARE(value.value, (n + 1) / 2.0);
        const double error = standard_deviation(values) / std::sqrt(n);
        QVERIFY2(std::abs((*value.high - value.value) / error - t) < 2e-6,
                 qPrintable(QString::number((*value.high - value.value) / error, 'g', 10)));
        QCOMPARE(*value.high - value.value, value.value - *value.low);
    }

    void one_sample_has_a_mean_and_no_interval() {
        const std::vector<double> one{3};
        const MetricValue value = mean_with_interval(one);
        QCOMPARE(value.value, 3.0);
        QVERIFY(!value.low && !value.high);
        QCOMPARE(standard_deviation(one), 0.0);
    }

    void standard_deviation_divides_by_n_minus_one() {
        const std::vector<double> values{2, 4, 4, 4, 5, 5, 7, 9};
        QVERIFY(std::abs(standard_deviation(values) - std::sqrt(32.0 / 7)) < 1e-15);
    }

    void ratios_are_formed_pair_by_pair() {
        // A drift common to both (a clock that falls) leaves the ratio alone.
        std::vector<double> fast, slow;
        for (int i = 0; i < 20; ++i) {
            fast.push_back(1 + 0.1 * i);
            slow.push_back(3 * fast.back());
        }
        const MetricValue ratio = paired_ratio(slow, fast);
        QVERIFY(std::abs(ratio.value - 3) < 1e-12);
        QVERIFY(std::abs(*ratio.low - 3) < 1e-12 && std::abs(*ratio.high - 3) < 1e-12);
        QCOMPARE(ratio.count, std::int64_t{20});
    }

    void summary_agrees_with_its_parts() {
        const std::vector<double> values{9, 1, 8, 2, 7, 3, 6, 4, 5, 10, 11};
        const SampleSummary summary = summarise(values);
        QCOMPARE(summary.median, median_with_interval(values));
        QCOMPARE(summary.p20, quantile(values, 0.2));
        QCOMPARE(summary.p80, quantile(values, 0.8));
        QCOMPARE(summary.minimum, 1.0);
        QCOMPARE(summary.maximum, 11.0);
    }
};

QTEST_APPLESS_MAIN(StatisticsTest)
#include "statistics_test.moc"
