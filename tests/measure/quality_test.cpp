// The figures of kernel-quality against a direct computation in float64, position by position.
#include <QtTest>
#include <cmath>
#include <memory>
#include <vector>

#include "engine/run/engine_library.h"
#include "tests/measure/direct_quality.h"
#include "tests/measure/recording_observer.h"

extern "C" slay::Engine* slay_create_executor(int abi);

using namespace slay;

namespace {

Point quality_point(const std::string& variant, const std::string& lane, const std::string& dtype,
                    const std::string& seeds, const std::string& inputs = "random") {
    Parameters more;
    more.set("lane", lane);
    more.set("dtype", dtype);
    more.set("seeds", seeds);
    more.set("causal", true);
    more.set("inputs", inputs);
    return make_point("kernel-quality", variant, 24, more);
}

RecordingObserver::Entry run(const Point& point) {
    const std::unique_ptr<Executor> executor(slay_create_executor(engine_abi));
    SweepSpec spec;
    RunControl control;
    RecordingObserver observer;
    executor->run_group(std::vector{point}, {spec, "cpu", control, observer});
    return observer.entries.at(point.id);
}

void verify_close(double measured, double expected, double tolerance) {
    QVERIFY2(std::abs(measured - expected) <= tolerance * std::abs(expected),
             qPrintable(QString("%1, expected %2").arg(measured).arg(expected)));
}

}  // namespace

class QualityTest : public QObject {
    Q_OBJECT

  private slots:
    void quadrature_alone_is_as_far_off_as_the_formulas_say() {
        // With R = 2: 2.37 at x = 0.95 where the kernel is 9.02, 2.99 at x = 1.
        verify_close(quadrature_kernel(0.95, 2), 2.37, 0.0025);
        verify_close(quadrature_kernel(1, 2), 2.99, 0.0025);
    }

    void exact_yat_has_no_approximation_error() {
        for (const char* lane : {"core", "layer"}) {
            const PointResult result =
                run(quality_point("yat-spherical", lane, "float64", "0,1")).result;
            QVERIFY2(result.state == PointState::ok, result.reason.c_str());
            QVERIFY(result.metrics.at("relative_l2").value < 1e-10);
            QCOMPARE(result.metrics.at("relative_l2").count, 2);
            verify_close(result.metrics.at("cosine").value, 1, 1e-10);
            QCOMPARE(result.metrics.at("nonpositive_rows").value, 0.0);
            QVERIFY(!result.metrics.contains("quadrature_relative_l2"));
        }
    }

    void the_figures_are_those_of_a_direct_computation_data() {
        QTest::addColumn<QString>("variant");
        QTest::addColumn<QString>("lane");
        QTest::addColumn<QString>("inputs");
        for (const char* variant :
             {"yat-performer-anchor", "yat-performer-laplace", "yat-performer",
              "yat-performer-tensor", "yat-performer-rm", "yat-performer-nystrom"}) {
            for (const char* lane : {"core", "layer"}) {
                for (const char* inputs : {"random", "clustered"}) {
                    QTest::addRow("%s, %s, %s", variant, lane, inputs) << variant << lane << inputs;
                }
            }
        }
    }
    void the_figures_are_those_of_a_direct_computation() {
        QFETCH(QString, variant);
        QFETCH(QString, lane);
        QFETCH(QString, inputs);
        const Point point = quality_point(variant.toStdString(), lane.toStdString(), "float64", "5",
                                          inputs.toStdString());
        const PointResult result = run(point).result;
        QVERIFY2(result.state == PointState::ok, result.reason.c_str());
        const DirectQuality direct = direct_quality(point, 5);
        const auto& metrics = result.metrics;
        // Signed forms divide by denominators near zero: what rounding leaves grows there.
        verify_close(metrics.at("relative_l2").value, direct.relative_l2, 1e-6);
        verify_close(metrics.at("cosine").value, direct.cosine, 1e-6);
        verify_close(metrics.at("mse").value, direct.mse, 1e-6);
        verify_close(metrics.at("quadrature_relative_l2").value, direct.quadrature_relative_l2,
                     1e-9);
        // The product's mean has no delta in its denominator.
        verify_close(metrics.at("uniform_relative_l2").value, direct.uniform_relative_l2, 1e-4);
        QCOMPARE(metrics.at("nonpositive_rows").value, direct.nonpositive_rows);
        verify_close(metrics.at("minimum_denominator").value, direct.minimum_denominator, 1e-6);
        QCOMPARE(result.notes.at("rows"), std::string("48"));  // B H L = 1 * 2 * 24
    }

    void seeds_are_pooled_with_their_spread() {
        const auto entry =
            run(quality_point("yat-performer-laplace", "layer", "float32", "0,1,2,3"));
        QCOMPARE(entry.samples.at("relative_l2").size(), std::size_t{4});
        const MetricValue& value = entry.result.metrics.at("relative_l2");
        QCOMPARE(value.count, 4);
        QVERIFY(value.low && value.high && *value.low < value.value && value.value < *value.high);

        // A seed's figure does not depend on the company it is in.
        const auto alone = run(quality_point("yat-performer-laplace", "layer", "float32", "2"));
        QCOMPARE(alone.samples.at("relative_l2").at(0), entry.samples.at("relative_l2").at(2));
    }

    void clustered_inputs_make_the_kernel_matter() {
        const auto uniform_error = [](const char* inputs) {
            return run(quality_point("yat-performer-anchor", "layer", "float32", "0", inputs))
                .result.metrics.at("uniform_relative_l2")
                .value;
        };
        QVERIFY(uniform_error("clustered") > uniform_error("random"));
    }
};

QTEST_APPLESS_MAIN(QualityTest)
#include "quality_test.moc"
