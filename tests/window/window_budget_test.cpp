// The Budget tab: the front grows with the run, a point says its budget, a click loads it.
#include <qcustomplot.h>

#include <QLabel>
#include <QTest>
#include <QUndoStack>

#include "tests/slow_build.h"
#include "tests/window/window_fixture.h"
#include "widgets/plots/plot_tabs.h"
#include "widgets/plots/plot_view.h"
#include "widgets/window/message_bar.h"

using namespace slay;

namespace {

SweepSpec budget_spec() {
    SweepSpec spec;
    spec.name = "budgets";
    spec.title = "A small budget sweep";
    spec.experiments = {"feature-budget"};
    spec.variants = {
        {"yat-spherical", {}}, {"yat-performer-anchor", {}}, {"yat-performer-laplace", {}}};
    spec.axes["lengths"] = {std::int64_t{128}};
    spec.axes["nodes"] = {std::int64_t{1}, std::int64_t{2}, std::int64_t{4}};
    spec.axes["prf_features"] = {std::int64_t{8}};
    spec.axes["poly_features"] = {std::int64_t{8}, std::int64_t{32}};
    return spec;
}

std::vector<ParameterValue> just(std::int64_t value) {
    return {ParameterValue(value)};
}

}  // namespace

class WindowBudgetTest : public QObject {
    Q_OBJECT

    Folders folders_;
    std::unique_ptr<MainWindow> window_;
    PlotView* view_ = nullptr;

    SpecDocument& spec() { return window_->workspace().spec(); }
    RunDocument& run() { return window_->workspace().run(); }

    void open(FakeBehaviour behaviour) {
        StartOptions options;
        options.safe = true;
        options.path = write_preset(folders_, budget_spec(), "budgets.json");
        window_ = open_window(std::move(behaviour), options);
        QTRY_COMPARE_WITH_TIMEOUT(spec().spec().name, std::string("budgets"), patient(60'000));
        view_ = window_->plots().view_of("feature_budget_pareto");
        QVERIFY(view_);
    }
    void run_to_the_end() {
        window_->actions().run->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(run().points_done() > 0, patient(60'000));
        QTRY_VERIFY_WITH_TIMEOUT(idle(*window_), patient(60'000));
        window_->plots().show_figure("feature_budget_pareto");
    }
    const Series* series(const char* id) const {
        for (const Series& each : view_->data().series)
            if (each.id == id) return &each;
        return nullptr;
    }
    // Where a point of the anchor variant with that budget is drawn.
    QPoint place_of(const std::string& budget) const {
        view_->plot().replot(QCustomPlot::rpImmediateRefresh);
        for (const FigurePoint& point : series("measured:yat-performer-anchor")->points)
            if (point.budget == budget)
                return QPointF(view_->plot().xAxis->coordToPixel(point.x),
                               view_->plot().yAxis->coordToPixel(point.y))
                    .toPoint();
        return {};
    }

  private slots:
    void initTestCase() { apply_theme(ThemeChoice::light); }
    void cleanup() { window_.reset(); }

    void the_front_grows_while_points_arrive() {
        FakeBehaviour slow;
        slow.sample = std::chrono::milliseconds(8);
        open(slow);
        window_->actions().run->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(series("front:"), patient(60'000));
        QVERIFY(!idle(*window_));
        const std::size_t early = series("front:")->points.size();
        QTRY_VERIFY_WITH_TIMEOUT(idle(*window_), patient(60'000));
        QTRY_COMPARE_WITH_TIMEOUT(series("measured:yat-performer-anchor")->points.size(),
                                  std::size_t{6}, patient(60'000));
        QTRY_COMPARE_WITH_TIMEOUT(series("measured:yat-performer-laplace")->points.size(),
                                  std::size_t{3}, patient(60'000));
        QVERIFY(series("front:")->points.size() > early);
    }

    void hovering_a_point_shows_its_budget() {
        open({});
        run_to_the_end();
        QTRY_VERIFY_WITH_TIMEOUT(series("measured:yat-performer-anchor"), patient(60'000));
        const auto* value = view_->findChild<QLabel*>("plot-value");
        QVERIFY(value && !value->isVisible());
        const QPoint at = place_of("R = 4, M = 8, P = 32");
        QVERIFY(!at.isNull());
        QTest::mouseMove(&view_->plot(), at + QPoint(1, 1));
        QTRY_VERIFY_WITH_TIMEOUT(value->isVisible(), patient(60'000));
        for (const char* part : {"SLAY (anchor)", "R = 4, M = 8, P = 32", "Relative L2 0.",
                                 "Latency ", " ms", "Peak memory ", " MB", "n = 3"})
            QVERIFY2(value->text().contains(part), qPrintable(value->text()));
        QTest::mouseMove(&view_->plot(), QPoint(2, 2));
        QTRY_VERIFY_WITH_TIMEOUT(!value->isVisible(), patient(60'000));
    }

    void clicking_a_point_loads_its_budget_and_undo_takes_it_back() {
        open({});
        run_to_the_end();
        QTRY_VERIFY_WITH_TIMEOUT(series("measured:yat-performer-anchor"), patient(60'000));
        const SweepSpec before = spec().spec();
        const QPoint at = place_of("R = 2, M = 8, P = 32");
        QTest::mouseClick(&view_->plot(), Qt::LeftButton, {}, at);
        QTRY_COMPARE_WITH_TIMEOUT(spec().spec().axes.at("nodes"), just(2), patient(60'000));
        QCOMPARE(spec().spec().axes.at("prf_features"), just(8));
        QCOMPARE(spec().spec().axes.at("poly_features"), just(32));
        QCOMPARE(spec().spec().axes.at("lengths"), before.axes.at("lengths"));
        QVERIFY2(window_->messages().text().contains("R = 2, M = 8, P = 32"),
                 qPrintable(window_->messages().text()));
        QVERIFY(run().has_run());  // the run stays in view
        spec().undo_stack().undo();
        QCOMPARE(spec().spec(), before);
    }

    void dragging_the_plot_loads_nothing() {
        open({});
        run_to_the_end();
        QTRY_VERIFY_WITH_TIMEOUT(series("measured:yat-performer-anchor"), patient(60'000));
        const SweepSpec before = spec().spec();
        const QPoint at = place_of("R = 2, M = 8, P = 32");
        QTest::mousePress(&view_->plot(), Qt::LeftButton, {}, at + QPoint(60, 40));
        QTest::mouseRelease(&view_->plot(), Qt::LeftButton, {}, at);
        QCOMPARE(spec().spec(), before);
    }

    void a_click_during_a_run_says_why_it_does_nothing() {
        FakeBehaviour slow;
        slow.sample = std::chrono::milliseconds(20);
        open(slow);
        window_->actions().run->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(series("measured:yat-performer-anchor") &&
                                     !series("measured:yat-performer-anchor")->points.empty(),
                                 patient(60'000));
        const SweepSpec before = spec().spec();
        const RecordedPoint* point =
            run().record().find(series("measured:yat-performer-anchor")->points.front().point);
        QVERIFY(point);
        window_->workspace().load_budget(QString::fromStdString(point->point.id));
        QCOMPARE(spec().spec(), before);
        QVERIFY2(window_->messages().text().contains("stop it first"),
                 qPrintable(window_->messages().text()));
    }
};

QTEST_MAIN(WindowBudgetTest)
#include "window_budget_test.moc"
