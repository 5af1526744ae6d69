// Models of several seeds side by side learn what each would alone, and no more than they may.
#include <QtTest>
#include <cmath>

#include "engine/core/task_catalog.h"
#include "engine/core/variant_info.h"
#include "tests/tasks/training_checks.h"

using namespace slay;
using namespace slay::testing;

namespace {

void add_variants() {
    QTest::addColumn<QString>("variant");
    for (const VariantInfo& each : variant_catalog())
        QTest::newRow(each.name.c_str()) << QString::fromStdString(each.name);
}

void verify_below(double value, double bound) {
    QVERIFY2(value < bound, qPrintable(QStringLiteral("%1, at most %2").arg(value).arg(bound)));
}

}  // namespace

class TrainingTest : public QObject {
    Q_OBJECT

  private slots:
    void heads_of_seeds_compute_what_each_seed_does_data() { add_variants(); }
    void heads_of_seeds_compute_what_each_seed_does() {
        QFETCH(QString, variant);
        // Signed forms divide by denominators near zero, where rounding grows.
        const bool is_signed = find_variant(variant.toStdString())->signed_estimate;
        verify_below(joined_attention_difference(variant.toStdString()), is_signed ? 1e-8 : 1e-11);
    }

    void a_seed_trains_as_it_does_alone_data() { add_variants(); }
    void a_seed_trains_as_it_does_alone() {
        QFETCH(QString, variant);
        const bool is_signed = find_variant(variant.toStdString())->signed_estimate;
        const CompanyCheck check = company(variant.toStdString(), false);
        QVERIFY(check.same_order);
        verify_below(check.loss, is_signed ? 1e-5 : 1e-9);
    }

    void so_does_a_full_block() {
        const CompanyCheck check = company("yat-performer-anchor", true);
        QVERIFY(check.same_order);
        verify_below(check.loss, 1e-9);
    }

    void adamw_is_the_rule_for_each_seed() {
        const OptimiserCheck check = optimise(-1);
        verify_below(check.difference, 1e-12);
        QVERIFY(!check.stopped[0] && !check.stopped[1]);
    }

    void a_nan_stops_its_own_seed_alone() {
        const OptimiserCheck check = optimise(2);
        QVERIFY(!check.stopped[0]);
        QVERIFY(check.stopped[1] == 2);
        QVERIFY(check.frozen);  // and seed 0 goes on as the rule says
    }

    void the_learning_rate_warms_up_and_falls() {
        QCOMPARE(learning_rate_at(0, 200, 1.0), 0.1);  // ten steps of warm-up
        QCOMPARE(learning_rate_at(9, 200, 1.0), 1.0);
        QVERIFY(learning_rate_at(100, 200, 1.0) < learning_rate_at(50, 200, 1.0));
        QVERIFY(std::abs(learning_rate_at(199, 200, 1.0) - 0.1) < 1e-12);
        QVERIFY(learning_rate_at(0, 1, 1.0) > 0);
    }

    void a_stop_ends_a_training_within_one_step() {
        const Cancelled first = stop_at(1);
        QCOMPARE(first.asked, 1);
        QVERIFY(first.cancelled && first.losses == 0);
        const Cancelled fourth = stop_at(4);  // three steps were taken
        QCOMPARE(fourth.asked, 4);
        QVERIFY(fourth.cancelled);
        QVERIFY(fourth.losses <= 9);
        QVERIFY(!stop_at(1000).cancelled);
    }

    // Each position by itself: what a residual connection alone can do.
    void nothing_is_learned_without_attention_data() {
        QTest::addColumn<QString>("task");
        for (const TaskInfo& task : task_catalog())
            QTest::newRow(task.name.c_str()) << QString::fromStdString(task.name);
    }
    void nothing_is_learned_without_attention() {
        QFETCH(QString, task);
        const Learned learned = learn(task.toStdString(), 24, 8, 0, 150);
        // Answers of one of the 1,024 test sequences are not independent.
        const double allowed = 4.5 * std::sqrt(learned.chance * (1 - learned.chance) / 1024);
        verify_below(learned.accuracy, learned.chance + allowed);
    }

    void attention_learns_what_a_residual_cannot() {
        const Learned copy = learn("copy", 11, 6, 1, 300);
        QVERIFY2(copy.accuracy > 0.9, qPrintable(QString::number(copy.accuracy)));
        QVERIFY(copy.exact_match <= copy.accuracy);
        const Learned needle = learn("needle", 16, 8, 1, 200);
        QVERIFY2(needle.accuracy > 0.9, qPrintable(QString::number(needle.accuracy)));
        QCOMPARE(needle.accuracy, needle.exact_match);  // one answer a sequence
        verify_below(needle.loss, 0.5);
        const Learned lower = learn("needle", 16, 8, 1, 200, "bfloat16");
        QVERIFY2(lower.accuracy > 0.85, qPrintable(QString::number(lower.accuracy)));
    }
};

QTEST_APPLESS_MAIN(TrainingTest)
#include "training_test.moc"
