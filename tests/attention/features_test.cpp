// Random features: unbiased, non-negative where promised, convergent, reproducible.
#include <QTest>
#include <cmath>

#include "tests/attention/checks.h"

using namespace slay;

namespace {

// A mean of independent samples lies further than this many standard errors from its expectation
// once in 1.8 million draws (normal approximation); the seeds are fixed, so a pass stays a pass.
constexpr double most_deviations = 5;

void compare_estimate(const checks::Estimate& estimate) {
    QVERIFY2(estimate.deviations() < most_deviations,
             qPrintable(QString("mean %1 +- %2, expected %3")
                            .arg(estimate.mean)
                            .arg(estimate.standard_error)
                            .arg(estimate.expected)));
    // The bound means something: the mean is known to a fifth even where the tails are heaviest
    // (products of log-normals at x near 1), and to a few per cent elsewhere.
    QVERIFY2(estimate.standard_error < 0.2 * std::fabs(estimate.expected),
             qPrintable(QString("mean %1 +- %2, expected %3")
                            .arg(estimate.mean)
                            .arg(estimate.standard_error)
                            .arg(estimate.expected)));
}

}  // namespace

class FeaturesTest : public QObject {
    Q_OBJECT

  private slots:
    void exponential_features_are_unbiased() {
        for (const double s : {0.15, 0.6, 1.2})
            for (const double x : {-0.7, 0.0, 0.5, 0.95})
                compare_estimate(checks::exponential_estimate(s, x));
    }

    void kernels_are_unbiased_data() {
        QTest::addColumn<QString>("variant");
        for (const char* name : {"yat-performer-anchor", "yat-performer-laplace", "yat-performer",
                                 "yat-performer-tensor", "yat-performer-rm"})
            QTest::newRow(name) << name;
    }
    void kernels_are_unbiased() {
        QFETCH(QString, variant);
        for (const double x : {-0.8, 0.6, 0.9})
            compare_estimate(checks::kernel_estimate(variant.toStdString(), x));
    }

    void non_negative_estimates() {
        for (const char* name : {"yat-performer-anchor", "yat-performer-laplace", "yat-performer"})
            QVERIFY2(checks::least_kernel(name) >= 0, name);
        // The measure can tell: a signed estimate does go below zero.
        QVERIFY(checks::least_kernel("yat-performer-rm") < 0);
        QVERIFY(checks::least_kernel("yat-performer-tensor") < 0);
    }

    void sketches_converge_to_the_square() {
        for (const char* name : {"yat-performer-tensor", "yat-performer-rm"}) {
            // Monte Carlo: the error falls as 1/sqrt(P).
            const double few = checks::polynomial_error(name, 16);
            const double many = checks::polynomial_error(name, 1024);
            QVERIFY2(many < 0.05, name);
            QVERIFY2(few / many > 4 && few / many < 16, qPrintable(QString::number(few / many)));
        }
    }

    void nystrom_converges_to_the_square() {
        // (x.y)^2 in d = 8 has rank 36: beyond it only the ridge is left.
        double before = 1;
        for (const std::int64_t anchors : {4, 16, 36, 128}) {
            const double error = checks::polynomial_error("yat-performer-nystrom", anchors);
            QVERIFY2(error < before, qPrintable(QString::number(anchors)));
            before = error;
        }
        QVERIFY2(before < 2e-3, qPrintable(QString::number(before)));
    }

    void orthogonal_blocks_are_orthogonal() { QVERIFY(checks::largest_column_cosine() < 1e-12); }

    void seeds_reproduce() {
        for (const std::string& name : checks::variant_names())
            QVERIFY2(checks::seeds_reproduce(name), name.c_str());
    }

    // Computed from the generator's definition in random_stream.h by another program.
    void generator_is_as_documented() {
        const std::vector<double> expected{-0.7310557945784432, -0.2589995136635198,
                                           1.9372475718665814, 0.35107900855914725,
                                           -0.2511174712562018};
        const std::vector<double> drawn = checks::first_normals(7, "omega", 5);
        for (std::size_t i = 0; i < expected.size(); ++i)
            QVERIFY2(std::fabs(drawn[i] - expected[i]) < 1e-14,
                     qPrintable(QString::number(drawn[i], 'g', 17)));
    }
};

QTEST_APPLESS_MAIN(FeaturesTest)
#include "features_test.moc"
