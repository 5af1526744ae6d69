// A time budget cuts repetitions before points.
#include "engine/core/time_budget.h"

#include <QtTest>

using namespace slay;

namespace {

SweepSpec spec_with(double minutes) {
    const auto spec = parse_spec(
        R"({"schema": "slay-preset/1", "name": "budget", "title": "Budget",
            "description": "x", "experiments": ["latency"], "variants": ["linear", "cosformer"],
            "sweep": {"lengths": [256, 512, 1024, 2048], "dtypes": ["float32"]},
            "measurement": {"point_seconds": 10, "min_samples": 2, "max_samples": 1000000}})",
        "test");
    SweepSpec out = spec.value();
    out.measurement.time_budget_minutes = minutes;
    return out;
}

}  // namespace

class TimeBudgetTest : public QObject {
    Q_OBJECT

  private slots:
    void without_a_budget_nothing_is_cut() {
        const Plan plan = make_plan(spec_with(0)).value();
        QCOMPARE(plan.points.size(), std::size_t{8});
        QCOMPARE(plan.point_seconds, 0.0);
        QVERIFY(plan.predicted_seconds >= 80);
    }

    void a_wide_budget_cuts_nothing() {
        const Plan plain = make_plan(spec_with(0)).value();
        const Plan plan = make_plan(spec_with(60)).value();
        QCOMPARE(plan.point_seconds, 10.0);
        QCOMPARE(plan.beyond_budget, std::size_t{0});
        QCOMPARE(plan.predicted_seconds, plain.predicted_seconds);
    }

    void a_narrow_one_cuts_the_samples_of_every_point() {
        const Plan plain = make_plan(spec_with(0)).value();
        const Plan plan = make_plan(spec_with(0.5)).value();
        QCOMPARE(plan.points.size(), plain.points.size());
        QCOMPARE(plan.beyond_budget, std::size_t{0});
        QVERIFY(plan.point_seconds < 5 && plan.point_seconds > 1);
        QVERIFY(plan.predicted_seconds <= 30);
        QVERIFY(plan.predicted_seconds > 27);
        for (std::size_t i = 0; i < plan.points.size(); ++i) {
            QCOMPARE(plan.points[i].id, plain.points[i].id);  // the same order
            QVERIFY(plan.points[i].prediction.seconds < plain.points[i].prediction.seconds);
        }
    }

    void one_that_not_even_the_fewest_samples_fit_leaves_the_dearest_points() {
        SweepSpec spec = spec_with(0);
        spec.measurement.min_samples = 1000;
        double least = 0;
        const Plan whole = make_plan(spec).value();
        for (const Point& point : whole.points) {
            Measurement fewest = spec.measurement;
            fewest.point_seconds = 1e-3;
            least += predict(point, fewest, {}).seconds;
        }
        spec.measurement.time_budget_minutes = least / 2 / 60;
        const Plan plan = make_plan(spec).value();
        QCOMPARE(plan.points.size(), std::size_t{8});
        QVERIFY(plan.beyond_budget > 0 && plan.beyond_budget < 8);
        QVERIFY(plan.predicted_seconds <= least / 2);
    }

    void a_run_corrects_the_prediction_by_what_its_groups_took() {
        const Plan plan = make_plan(spec_with(0)).value();
        Measurement measurement = plan.spec.measurement;
        measurement.time_budget_minutes = 1;
        double now = 100;
        TimeBudget budget(measurement, {}, [&] { return now; });
        std::span<const Point> open = plan.points;
        BudgetCut cut;
        QVERIFY(budget.begin_group(open, 2, cut));
        const double first = cut.point_seconds;
        QVERIFY(first < 10);
        now += 2 * (2 * first);  // twice what was predicted
        budget.end_group();
        open = open.subspan(2);
        QVERIFY(budget.begin_group(open, 2, cut));
        // 60 s less what is spent, for six points that take twice their prediction.
        const double fair = (60 - 4 * first) / 2 / 6;
        QVERIFY2(cut.point_seconds < 1.1 * fair && cut.point_seconds > 0.8 * fair,
                 qPrintable(QString::number(cut.point_seconds / fair)));
        now += 1000;
        budget.end_group();
        QVERIFY2(!budget.begin_group(open.subspan(2), 2, cut), "the budget is spent");
    }

    void the_first_group_is_never_refused() {
        const Plan plan = make_plan(spec_with(0)).value();
        Measurement measurement = plan.spec.measurement;
        measurement.time_budget_minutes = 1e-6;
        TimeBudget budget(measurement, {}, [] { return 0.0; });
        BudgetCut cut;
        QVERIFY(budget.begin_group(plan.points, 2, cut));
        QVERIFY(cut.point_seconds <= 1e-3);
    }
};

QTEST_APPLESS_MAIN(TimeBudgetTest)
#include "time_budget_test.moc"
