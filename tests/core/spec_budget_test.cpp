// A clicked budget taken over into the edited sweep.
#include "engine/core/spec_budget.h"

#include <QtTest>

#include "engine/core/plan.h"
#include "tests/core/core_samples.h"

using namespace slay;

namespace {

SweepSpec swept() {
    return samples::spec(R"(, "experiments": ["feature-budget", "latency"],
        "variants": [{"name": "yat-performer-anchor", "nodes": 3},
                     {"name": "yat-performer-anchor", "nodes": 5}, "performer"],
        "sweep": {"lengths": [64], "prf_features": [8, 16], "poly_features": [8, 32]},
        "scales": [{"label": "Small", "width": 128, "poly_features": 8}],
        "overrides": {"latency": {"prf_features": [4], "lengths": [128]}})");
}

Point measured(const char* variant) {
    Point point;
    point.variant = variant;
    point.parameters.set("length", std::int64_t{1024});
    point.parameters.set("nodes", std::int64_t{4});
    point.parameters.set("prf_features", std::int64_t{32});
    point.parameters.set("poly_features", std::int64_t{64});
    point.parameters.set("epsilon", 1e-6);
    return point;
}

}  // namespace

class SpecBudgetTest : public QObject {
    Q_OBJECT

  private slots:
    void every_point_of_the_variant_has_that_budget() {
        const SweepSpec spec = with_budget(swept(), measured("yat-performer-anchor"));
        const auto plan = make_plan(spec);
        QVERIFY2(plan, plan ? "" : plan.error().message.c_str());
        int seen = 0;
        for (const Point& point : plan->points) {
            if (point.variant != "yat-performer-anchor") continue;
            ++seen;
            QCOMPARE(point.parameters.integer("nodes"), std::int64_t{4});
            QCOMPARE(point.parameters.integer("prf_features"), std::int64_t{32});
            QCOMPARE(point.parameters.integer("poly_features"), std::int64_t{64});
        }
        QCOMPARE(seen, 2);  // one an experiment: the two choices have become one
    }

    void everything_else_stays() {
        const SweepSpec before = swept();
        const SweepSpec spec = with_budget(before, measured("yat-performer-anchor"));
        QCOMPARE(spec.axes.at("lengths"), before.axes.at("lengths"));
        QCOMPARE(spec.overrides.at("latency").axes.at("lengths"),
                 before.overrides.at("latency").axes.at("lengths"));
        QCOMPARE(spec.scales.at(0).parameters.integer("width"), std::int64_t{128});
        QCOMPARE(spec.experiments, before.experiments);
        QVERIFY(!spec.axes.contains("epsilons"));  // at its default, and not named before
        QCOMPARE(parse_spec(to_text(spec), "again").value(), spec);
    }

    void a_variant_without_polynomial_features_leaves_them() {
        Point point = measured("yat-performer-laplace");
        point.parameters.erase("poly_features");
        const SweepSpec spec = with_budget(swept(), point);
        QCOMPARE(spec.axes.at("poly_features").size(), std::size_t{2});
        QCOMPARE(spec.axes.at("prf_features"),
                 std::vector<ParameterValue>{ParameterValue(std::int64_t{32})});
        QCOMPARE(spec.variants.back().name, std::string("yat-performer-laplace"));
    }

    void an_unknown_variant_changes_nothing() {
        QCOMPARE(with_budget(swept(), measured("of-another-program")), swept());
    }
};

QTEST_APPLESS_MAIN(SpecBudgetTest)
#include "spec_budget_test.moc"
