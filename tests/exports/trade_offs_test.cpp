// A budget sweep as a figure: error against what it costs, and the fronts.
#include "exports/trade_offs.h"

#include <QtTest>

#include "tests/exports/sample_records.h"

using namespace slay;
using namespace slay::testing;

namespace {

const FigureSpec& budget = *find_figure("feature_budget_pareto");

const Series* find(const FigureData& data, const std::string& id) {
    for (const Series& each : data.series)
        if (each.id == id) return &each;
    return nullptr;
}

QStringList places(const Series* series) {
    QStringList out;
    if (!series) return {"no such series"};
    for (const FigurePoint& each : series->points)
        out << QStringLiteral("%1 %2").arg(each.x).arg(each.y);
    return out;
}

const FigurePoint& point_at(const Series& series, double x) {
    for (const FigurePoint& each : series.points)
        if (each.x == x) return each;
    qFatal("no point at %g", x);
}

}  // namespace

class TradeOffsTest : public QObject {
    Q_OBJECT
  private slots:
    void each_cost_is_a_panel() {
        const RunRecord record = budget_record();
        const auto panels = figure_panels(budget, record);
        QCOMPARE(panels.size(), std::size_t(2));
        QCOMPARE(panels[0].x, std::string("latency_ms"));
        QCOMPARE(panels[0].label, std::string("by Latency"));
        QCOMPARE(panels[1].id, std::string("by-peak-mb"));
        FigureOptions options;
        options.panel = panels[1].id;
        const FigureData memory = build_figure(budget, record, options);
        QVERIFY(memory.x_is_metric);
        QCOMPARE(memory.x.label, std::string("Peak memory (MB)"));
        QCOMPARE(places(find(memory, "front:yat-performer-anchor")),
                 (QStringList{"2 0.5", "2.5 0.45", "3 0.4"}));
    }

    void conditions_split_each_cost() {
        const RunRecord record = record_of(
            R"({"schema": "slay-preset/1", "name": "b", "title": "b", "experiments":
                ["feature-budget"], "variants": ["yat-performer-anchor"], "sweep": {"lengths":
                [256], "inputs": ["random", "clustered"], "nodes": [1, 2]}})",
            [](const Point&) { return Outcome{}; });
        QStringList ids;
        for (const Panel& panel : figure_panels(budget, record))
            ids << QString::fromStdString(panel.id);
        QCOMPARE(ids, (QStringList{"by-latency-ms_random", "by-latency-ms_clustered",
                                   "by-peak-mb_random", "by-peak-mb_clustered"}));
    }

    void every_budget_is_a_point_of_its_variant() {
        const FigureData data = build_figure(budget, budget_record());
        QCOMPARE(data.x.label, std::string("Latency (ms)"));
        QCOMPARE(data.y.label, std::string("Relative L2"));
        const Series* anchor = find(data, "measured:yat-performer-anchor");
        QCOMPARE(places(anchor), (QStringList{"1 0.5", "2 0.4", "2.5 0.45"}));
        QVERIFY(anchor->join == Join::none);
        QCOMPARE(places(find(data, "measured:yat-performer-laplace")),
                 (QStringList{"0.5 0.6", "0.75 0.6", "1.5 0.55"}));
        // Exact Yat has no error to be drawn at: its time is a line.
        QVERIFY(!find(data, "measured:yat-spherical"));
        const Series* exact = find(data, "reference:yat-spherical");
        QVERIFY(exact);
        QCOMPARE(exact->points.front().x, 4.0);
        QCOMPARE(exact->points.back().x, 4.0);
        QCOMPARE(find(data, "reference:uniform_relative_l2")->points.front().y, 0.71);
        QCOMPARE(data.x.low, 0.5);
        QCOMPARE(data.x.high, 4.0);
    }

    void fronts_are_those_of_each_variant_and_of_all() {
        const FigureData data = build_figure(budget, budget_record());
        QCOMPARE(places(find(data, "front:yat-performer-anchor")), (QStringList{"1 0.5", "2 0.4"}));
        QCOMPARE(places(find(data, "front:yat-performer-laplace")),
                 (QStringList{"0.5 0.6", "1.5 0.55"}));
        const Series* common = find(data, "front:");
        QCOMPARE(places(common), (QStringList{"0.5 0.6", "1 0.5", "2 0.4"}));
        QVERIFY(common->kind == SeriesKind::front && common->join == Join::steps);
    }

    void a_variant_toggled_off_leaves_the_common_front() {
        FigureOptions options;
        options.hidden = {"measured:yat-performer-anchor"};
        const FigureData data = build_figure(budget, budget_record(), options);
        QVERIFY(find(data, "measured:yat-performer-anchor")->hidden);
        QVERIFY(find(data, "front:yat-performer-anchor")->hidden);
        QCOMPARE(places(find(data, "front:")), (QStringList{"0.5 0.6", "1.5 0.55"}));
    }

    void a_point_knows_its_budget_and_its_other_costs() {
        const FigureData data = build_figure(budget, budget_record());
        const Series* anchor = find(data, "measured:yat-performer-anchor");
        const FigurePoint& on = point_at(*anchor, 2);
        QCOMPARE(on.budget, std::string("R = 1, M = 8, P = 16"));
        QCOMPARE(on.beside, std::string("Peak memory 3.00 MB, on the Pareto front"));
        QCOMPARE(on.point, std::string("yat-performer-anchor1-16"));
        QVERIFY(on.low && on.high && *on.low<on.y&& * on.high> on.y);
        QCOMPARE(point_at(*anchor, 2.5).beside, std::string("Peak memory 2.50 MB"));
        const Series* laplace = find(data, "measured:yat-performer-laplace");
        QCOMPARE(point_at(*laplace, 1.5).budget, std::string("R = 4, M = 8"));
        QVERIFY(point_at(*laplace, 1.5).beside.ends_with("on its variant's front"));
    }

    void what_failed_is_a_note_and_no_point() {
        const FigureData data = build_figure(budget, budget_record());
        const auto said = std::find_if(data.notes.begin(), data.notes.end(), [](const auto& note) {
            return note.find("SLAY (anchor) at R = 2, M = 8, P = 16: out-of-memory. Needs about") ==
                   0;
        });
        QVERIFY(said != data.notes.end());
        for (const Series& series : data.series) QVERIFY(series.undrawn.empty());
    }

    void metrics_that_are_no_numbers_are_on_no_front() {
        const RunRecord record = record_of(
            R"({"schema": "slay-preset/1", "name": "b", "title": "b", "experiments":
                ["feature-budget"], "variants": ["yat-performer-anchor"], "sweep": {"lengths":
                [256], "nodes": [1, 2, 4]}})",
            [](const Point& point) {
                const double nodes = point.parameters.real("nodes");
                Outcome out;
                out.result.state = PointState::ok;
                out.result.metrics["latency_ms"] = {nodes, {}, {}, 1};
                out.result.metrics["relative_l2"] = {
                    nodes == 1 ? std::nan("") : 1 / nodes, {}, {}, 1};
                return out;
            });
        const FigureData data = build_figure(budget, record);
        QCOMPARE(places(find(data, "front:")), (QStringList{"2 0.5", "4 0.25"}));
        QCOMPARE(find(data, "measured:yat-performer-anchor")->points.size(), std::size_t(2));
    }

    void what_is_far_worse_than_no_kernel_does_not_stretch_the_axis() {
        const RunRecord record = record_of(
            R"({"schema": "slay-preset/1", "name": "b", "title": "b", "experiments":
                ["feature-budget"], "variants": ["yat-performer-anchor", "yat-performer-rm"],
                "sweep": {"lengths": [256], "nodes": [1, 2]}})",
            [](const Point& point) {
                const double nodes = point.parameters.real("nodes");
                const bool rm = point.variant == "yat-performer-rm";
                Outcome out;
                out.result.state = PointState::ok;
                out.result.metrics["latency_ms"] = {rm ? 90 * nodes : nodes, {}, {}, 1};
                out.result.metrics["relative_l2"] = {rm ? 700 / nodes : 0.8 / nodes, {}, {}, 1};
                out.result.metrics["uniform_relative_l2"] = {0.9, {}, {}, 1};
                return out;
            });
        const FigureData data = build_figure(budget, record);
        QCOMPARE(data.y.low, 0.4);
        QCOMPARE(data.y.high, 0.9);  // that of uniform weights
        QCOMPARE(data.x.high, 2.0);
        const Series* rm = find(data, "measured:yat-performer-rm");
        QCOMPARE(places(rm), (QStringList{"90 700", "180 350"}));  // kept, for who zooms out
        QCOMPARE(rm->label, std::string("SLAY (RM) (above)"));
        QVERIFY(std::any_of(data.notes.begin(), data.notes.end(), [](const std::string& note) {
            return note.find("2 points of SLAY (RM) lie above the axis") == 0;
        }));
    }

    void a_run_without_a_measured_point_draws_nothing() {
        const RunRecord record = record_of(
            R"({"schema": "slay-preset/1", "name": "b", "title": "b", "experiments":
                ["feature-budget"], "variants": ["yat-spherical", "yat-performer-anchor"],
                "sweep": {"lengths": [256]}})",
            [](const Point&) { return Outcome{}; });
        const FigureData data = build_figure(budget, record);
        QVERIFY(data.empty());
        QVERIFY(!find(data, "front:"));
        QVERIFY(data.x.low > data.x.high);
        QVERIFY(build_figure(budget, small_record()).empty());
    }
};

QTEST_GUILESS_MAIN(TradeOffsTest)
#include "trade_offs_test.moc"
