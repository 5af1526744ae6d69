// Gauss-Laguerre nodes and weights for R = 1 .. 64.
#include "engine/attention/quadrature.h"

#include <QTest>
#include <cmath>
#include <stdexcept>

using slay::gauss_laguerre;
using slay::GaussLaguerre;

class QuadratureTest : public QObject {
    Q_OBJECT

  private slots:
    // Abramowitz and Stegun, table 25.9, and the closed form for R = 2.
    void known_values() {
        const auto near = [](double a, double b) { return std::fabs(a - b) <= 1e-12 * b; };
        const GaussLaguerre one = gauss_laguerre(1);
        QVERIFY(near(one.nodes[0], 1) && near(one.weights[0], 1));
        const GaussLaguerre two = gauss_laguerre(2);
        QVERIFY(near(two.nodes[0], 2 - std::sqrt(2.0)) && near(two.nodes[1], 2 + std::sqrt(2.0)));
        QVERIFY(near(two.weights[0], (2 + std::sqrt(2.0)) / 4));
        QVERIFY(near(two.weights[1], (2 - std::sqrt(2.0)) / 4));
        const GaussLaguerre three = gauss_laguerre(3);
        QVERIFY(near(three.nodes[0], 0.415774556783479) && near(three.nodes[2], 6.289945082937479));
        QVERIFY(near(three.weights[1], 0.278517733569241));
        const GaussLaguerre fifteen = gauss_laguerre(15);
        QVERIFY(near(fifteen.nodes[0], 0.093307812017282) &&
                near(fifteen.nodes[14], 48.026085572685794));
        QVERIFY(near(fifteen.weights[0], 2.18234885940085e-01) &&
                near(fifteen.weights[14], 1.60059490621113e-20));
    }

    // The rule integrates t^m exactly for m < 2R: sum alpha t^m = m!.
    void moments() {
        for (int count = 1; count <= 64; ++count) {
            const GaussLaguerre rule = gauss_laguerre(count);
            for (int m = 0; m < 2 * count; ++m) {
                double sum = 0;
                for (std::size_t r = 0; r < rule.nodes.size(); ++r)
                    sum += std::exp(rule.log_weights[r] + m * std::log(rule.nodes[r]) -
                                    std::lgamma(m + 1));
                QVERIFY2(std::fabs(sum - 1) < 1e-12,
                         qPrintable(
                             QString("R = %1, m = %2: off by %3").arg(count).arg(m).arg(sum - 1)));
            }
        }
    }

    void ordered_and_positive() {
        for (int count = 1; count <= 64; ++count) {
            const GaussLaguerre rule = gauss_laguerre(count);
            QCOMPARE(rule.nodes.size(), std::size_t(count));
            for (std::size_t r = 0; r < rule.nodes.size(); ++r) {
                QVERIFY(rule.weights[r] > 0);
                QVERIFY(r == 0 ? rule.nodes[0] > 0 : rule.nodes[r] > rule.nodes[r - 1]);
                QVERIFY(std::fabs(std::log(rule.weights[r]) - rule.log_weights[r]) < 1e-12 * 300);
            }
        }
    }

    void refuses_other_counts() {
        QVERIFY_EXCEPTION_THROWN(gauss_laguerre(0), std::invalid_argument);
        QVERIFY_EXCEPTION_THROWN(gauss_laguerre(65), std::invalid_argument);
    }
};

QTEST_APPLESS_MAIN(QuadratureTest)
#include "quadrature_test.moc"
