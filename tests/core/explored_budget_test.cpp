// Sliders of the explorer as an axis of a sweep, and back.
#include "engine/core/explored_budget.h"

#include <QTest>
#include <nlohmann/json.hpp>

#include "engine/core/plan.h"

using namespace slay;

namespace {

SweepSpec spec() {
    SweepSpec out;
    out.name = "small";
    out.title = "A small sweep";
    out.experiments = {"kernel-quality", "latency"};
    out.variants = {{"standard", {}}, {"yat-spherical", {}}, {"yat-performer-anchor", {}}};
    out.variants[2].fixed.set("nodes", std::int64_t{8});
    out.axes["lengths"] = {std::int64_t{256}};
    out.axes["poly_features"] = {std::int64_t{8}, std::int64_t{16}};
    Override quality;
    quality.axes["prf_features"] = {std::int64_t{4}};
    out.overrides["kernel-quality"] = quality;
    Scale scale;
    scale.label = "Only nodes";
    scale.parameters.set("nodes", std::int64_t{3});
    out.scales = {scale};
    return out;
}

ExploredBudget budget() {
    ExploredBudget out;
    out.nodes = 4;
    out.prf_features = 48;
    out.poly_features = 24;
    out.epsilon = 1e-3;
    out.head_dim = 20;
    out.seed = 7;
    return out;
}

std::vector<ParameterValue> whole(std::initializer_list<std::int64_t> values) {
    return {values.begin(), values.end()};
}

// As a preset file has it, read again.
SweepSpec through_json(const SweepSpec& from) {
    const auto read = spec_from_json(nlohmann::json(to_json(from)), "preset");
    if (!read) qFatal("%s", read.error().message.c_str());
    return *read;
}

}  // namespace

class ExploredBudgetTest : public QObject {
    Q_OBJECT

  private slots:
    void a_budget_axis_runs_through_the_sliders() {
        const auto next = with_explored_budget(spec(), budget(), BudgetAxis::around);
        QVERIFY(next.ok());
        const SweepSpec read = through_json(*next);
        QCOMPARE(read.axes.at("prf_features"), whole({12, 24, 48, 96, 192}));
        QCOMPARE(read.axes.at("nodes"), whole({4}));
        QCOMPARE(read.axes.at("poly_features"), whole({24}));
        QCOMPARE(read.axes.at("epsilons"), std::vector<ParameterValue>{1e-3});
        // Nothing holds the parameters any more, and the rest is as it was.
        QVERIFY(read.scales.empty());
        QVERIFY(!read.overrides.contains("kernel-quality"));
        QVERIFY(read.variants[2].fixed.size() == 0);
        QCOMPARE(read.axes.at("lengths"), spec().axes.at("lengths"));
        QVERIFY(!read.axes.contains("widths"));
        // Five budgets for the anchor form.
        const auto plan = make_plan(read, {});
        QVERIFY(plan.ok());
        int anchors = 0;
        for (const Point& point : plan->points)
            anchors += point.experiment == "latency" && point.variant == "yat-performer-anchor";
        QCOMPARE(anchors, 5);
    }

    void the_round_trip_gives_the_sliders_again() {
        for (const BudgetAxis how : {BudgetAxis::around, BudgetAxis::only}) {
            const auto next = with_explored_budget(spec(), budget(), how, true);
            QVERIFY(next.ok());
            QCOMPARE(explored_budget_of(through_json(*next)) == budget(), true);
        }
        // A preset without any of it: the defaults.
        SweepSpec bare;
        QVERIFY(explored_budget_of(bare) == ExploredBudget{});
    }

    void adding_keeps_what_is_there() {
        const auto next = with_explored_budget(spec(), budget(), BudgetAxis::add);
        QCOMPARE(next->axes.at("poly_features"), whole({8, 16, 24}));
        const auto again = with_explored_budget(*next, budget(), BudgetAxis::add);
        QVERIFY(*again == *next);
    }

    void small_and_large_budgets_stay_within_the_catalog() {
        ExploredBudget small = budget(), large = budget();
        small.prf_features = 1;
        large.prf_features = 1024;
        QCOMPARE(with_explored_budget(spec(), small, BudgetAxis::around)->axes.at("prf_features"),
                 whole({1, 2, 4}));
        QCOMPARE(with_explored_budget(spec(), large, BudgetAxis::around)->axes.at("prf_features"),
                 whole({256, 512, 1024}));
    }

    void a_form_that_is_missing_takes_part() {
        ExploredBudget other = budget();
        other.variant = "yat-performer-rm";
        const auto next = with_explored_budget(spec(), other, BudgetAxis::only);
        QCOMPARE(next->variants.back().name, std::string("yat-performer-rm"));
    }

    void the_shape_is_taken_where_one_width_gives_it() {
        SweepSpec from = spec();
        from.axes["heads"] = {std::int64_t{4}};
        const auto next = with_explored_budget(from, budget(), BudgetAxis::only, true);
        QCOMPARE(next->axes.at("widths"), whole({80}));
        QCOMPARE(next->axes.at("seeds"), whole({7}));
        from.axes["heads"] = {std::int64_t{4}, std::int64_t{8}};
        const auto refused = with_explored_budget(from, budget(), BudgetAxis::only, true);
        QVERIFY(!refused);
        QVERIFY(refused.error().message.find("number of heads") != std::string::npos);
        from = spec();
        from.scales[0].parameters.set("width", std::int64_t{64});
        QVERIFY(!with_explored_budget(from, budget(), BudgetAxis::only, true));
    }
};

QTEST_APPLESS_MAIN(ExploredBudgetTest)
#include "explored_budget_test.moc"
