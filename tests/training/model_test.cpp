// The models: gradients, the same start for every variant, what a position sees, the optimiser.
#include <QtTest>

#include "engine/core/variant_info.h"
#include "engine/training/training_setup.h"
#include "tests/training/model_checks.h"
#include "tests/training/training_points.h"

using namespace slay;

namespace {

Parameters with(const std::string& id, ParameterValue value) {
    Parameters out;
    out.set(id, std::move(value));
    return out;
}

}  // namespace

class ModelTest : public QObject {
    Q_OBJECT

  private slots:
    void gradients_are_those_of_the_loss_data() {
        QTest::addColumn<QString>("variant");
        QTest::addColumn<QString>("objective");
        QTest::newRow("anchor, next token") << "yat-performer-anchor"
                                            << "causal-lm";
        QTest::newRow("linear, masked") << "linear"
                                        << "masked-lm";
    }
    void gradients_are_those_of_the_loss() {
        QFETCH(QString, variant);
        QFETCH(QString, objective);
        Parameters more = with("dtype", std::string("float64"));
        more.set("objective", objective.toStdString());
        more.set("layers", std::int64_t{2});
        const GradientError error = gradient_error(training_point(variant.toStdString(), 10, more));
        QCOMPARE(error.parameters, 2 * 10 + 4);
        QVERIFY2(error.worst < 1e-6,
                 qPrintable(QString("%1 in %2").arg(error.worst).arg(error.parameter.c_str())));
    }

    void every_variant_starts_and_is_fed_alike() {
        const Point first = training_point("standard", 10);
        Parameters masked = with("objective", std::string("masked-lm"));
        const Point first_masked = training_point("standard", 10, masked);
        for (const VariantInfo& variant : variant_catalog()) {
            QVERIFY2(same_weights(first, training_point(variant.name, 10)), variant.name.c_str());
            QVERIFY2(same_batches(first, training_point(variant.name, 10)), variant.name.c_str());
            QVERIFY2(same_batches(first_masked, training_point(variant.name, 10, masked)),
                     variant.name.c_str());
        }
        const Point other = training_point("standard", 10, with("seed", std::int64_t{2}));
        QVERIFY(!same_weights(first, other));
        QVERIFY(!same_batches(first, other));
    }

    void a_decoder_sees_the_past_and_an_encoder_everything() {
        for (const VariantInfo& variant : variant_catalog()) {
            std::vector<std::int64_t> later, all;
            for (std::int64_t i = 0; i < 24; ++i) {
                if (i >= 10) later.push_back(i);
                all.push_back(i);
            }
            const Point decoder = training_point(variant.name, 10);
            QVERIFY2(reached_from(decoder, 10) == later, variant.name.c_str());
            const Point encoder =
                training_point(variant.name, 10, with("objective", std::string("masked-lm")));
            QVERIFY2(reached_from(encoder, 10) == all, variant.name.c_str());
        }
    }

    void adamw_follows_its_formula() {
        QVERIFY(adamw_error(1e9) < 1e-12);  // nothing is clipped
        QVERIFY(adamw_error(0.5) < 1e-12);
    }

    void accumulated_parts_are_one_batch() {
        Parameters double_type = with("dtype", std::string("float64"));
        Parameters parts = double_type;
        parts.set("batch", std::int64_t{2});
        parts.set("accumulation", std::int64_t{2});
        const AccumulationCheck check = accumulation_check(
            training_point("standard", 10, double_type), training_point("standard", 10, parts));
        QVERIFY2(check.loss_difference < 1e-12, qPrintable(QString::number(check.loss_difference)));
        QVERIFY(check.gradient_difference < 1e-12);
    }

    void a_step_that_is_not_finite_updates_nothing() {
        const PoisonedStep step = poisoned_step(training_point("standard", 10));
        QVERIFY(!step.finite);
        QVERIFY(!step.changed);
    }

    void the_learning_rate_warms_up_and_decays() {
        QCOMPARE(learning_rate_at(1, 100, 10, 2.0), 0.2);
        QCOMPARE(learning_rate_at(10, 100, 10, 2.0), 2.0);
        QCOMPARE(learning_rate_at(100, 100, 10, 2.0), 0.2);  // a tenth of the peak
        QCOMPARE(learning_rate_at(55, 100, 10, 2.0), 1.1);   // half way down the cosine
        QCOMPARE(learning_rate_at(1, 1, 0, 2.0), 0.2);
        for (std::int64_t step = 11; step <= 100; ++step)
            QVERIFY(learning_rate_at(step, 100, 10, 2.0) <
                    learning_rate_at(step - 1, 100, 10, 2.0));
    }
};

QTEST_APPLESS_MAIN(ModelTest)
#include "model_test.moc"
