// A run that is worked with while it goes on: refined, added to, measured again; a curve pinned as
// a baseline; the plan and what each edit adds to it; every action as a command.
#include <qcustomplot.h>

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QDir>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QPushButton>
#include <QTableView>
#include <QTableWidget>
#include <QToolButton>
#include <QTreeWidget>
#include <QUndoStack>
#include <algorithm>

#include "engine/core/spec_settings.h"
#include "tests/slow_build.h"
#include "tests/window/window_fixture.h"
#include "widgets/editor/configuration_panel.h"
#include "widgets/editor/length_axis.h"
#include "widgets/editor/plan_summary.h"
#include "widgets/growth/growth_dialog.h"
#include "widgets/growth/pinned_baseline.h"
#include "widgets/plan/plan_panel.h"
#include "widgets/plots/plot_tabs.h"
#include "widgets/plots/plot_view.h"
#include "widgets/results/results_panel.h"
#include "widgets/window/message_bar.h"
#include "widgets/window/window_commands.h"

using namespace slay;

namespace {

const int patience = patient(60'000);

SweepSpec latency_spec() {
    SweepSpec spec = small_spec();
    spec.experiments = {"latency"};
    return spec;
}

FakeBehaviour quick() {
    FakeBehaviour behaviour;
    behaviour.sample = std::chrono::microseconds(100);
    return behaviour;
}

}  // namespace

class WindowGrowthTest : public QObject {
    Q_OBJECT

    Folders folders_;
    std::unique_ptr<MainWindow> window_;
    QPointer<QMenu> menu_;

    Workspace& workspace() { return window_->workspace(); }
    const RunRecord& record() { return workspace().run().record(); }
    PlotView& view() { return *window_->plots().view_of("latency_scaling"); }

    void open(FakeBehaviour behaviour) {
        StartOptions options;
        options.safe = true;
        options.path = write_preset(folders_, latency_spec());
        window_ = open_window(std::move(behaviour), options);
        QTRY_COMPARE_WITH_TIMEOUT(workspace().spec().spec().name, std::string("small"), patience);
        QTRY_COMPARE_WITH_TIMEOUT(workspace().session().engine_state(),
                                  EngineSession::EngineState::ready, patience);
    }
    void run_to_its_end() {
        window_->actions().run->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(record().finished() && idle(*window_), patience);
        QTRY_VERIFY_WITH_TIMEOUT(curve("linear") && curve("linear")->points.size() == 3, patience);
        QTRY_VERIFY_WITH_TIMEOUT(view().plot().graphCount() > 0, patience);
        view().plot().replot();
    }
    const Series* curve(const std::string& variant) {
        for (const Series& series : view().data().series)
            if (series.variant == variant && series.kind == SeriesKind::measured) return &series;
        return nullptr;
    }
    QPoint pixel(const FigurePoint& a, const FigurePoint& b, double part) {
        const QCustomPlot& plot = view().plot();
        const double ax = plot.xAxis->coordToPixel(a.x), bx = plot.xAxis->coordToPixel(b.x);
        const double ay = plot.yAxis->coordToPixel(a.y), by = plot.yAxis->coordToPixel(b.y);
        return QPointF(ax + part * (bx - ax), ay + part * (by - ay)).toPoint();
    }
    // The menu that a right click there opens.
    QMenu* menu_at(QPoint at) {
        QContextMenuEvent event(QContextMenuEvent::Mouse, at, view().plot().mapToGlobal(at));
        QApplication::sendEvent(&view().plot(), &event);
        menu_ = qobject_cast<QMenu*>(QApplication::activePopupWidget());
        return menu_;
    }
    // Clicks an entry of the open menu with the mouse; the menu is gone then.
    void choose(const char* name) {
        QVERIFY(menu_);
        auto* action = menu_->findChild<QAction*>(name);
        QVERIFY2(action, name);
        QVERIFY2(action->isEnabled(), name);
        QTest::mouseClick(menu_, Qt::LeftButton, {}, menu_->actionGeometry(action).center());
    }
    // The linear curve stands apart from the others at its left end in this fake.
    void menu_between_first_two() {
        const Series* linear = curve("linear");
        QVERIFY(linear && linear->points.size() >= 2);
        QVERIFY(menu_at(pixel(linear->points[0], linear->points[1], 0.5)));
    }
    std::size_t points_of(const std::string& variant) {
        const auto& points = record().points();
        return static_cast<std::size_t>(std::count_if(
            points.begin(), points.end(),
            [&](const RecordedPoint& each) { return each.point.variant == variant; }));
    }

  private slots:
    void initTestCase() { apply_theme(ThemeChoice::light); }
    void cleanup() {
        if (menu_) menu_->close();
        window_.reset();
    }

    void refine_here_between_two_lengths() {
        open(quick());
        run_to_its_end();
        menu_between_first_two();
        QVERIFY(menu_->findChild<QAction*>("refine")->text().contains("L = 9"));
        choose("refine");
        QTRY_COMPARE_WITH_TIMEOUT(record().points().size(), std::size_t{13}, patience);
        QTRY_VERIFY_WITH_TIMEOUT(record().finished() && idle(*window_), patience);
        const RecordedPoint& added = record().points().back();
        QCOMPARE(added.point.variant, std::string("linear"));
        QVERIFY(added.point.parameters.integer("length") > 64 &&
                added.point.parameters.integer("length") < 128);
        QCOMPARE(added.result.state, PointState::ok);
        QTRY_COMPARE_WITH_TIMEOUT(curve("linear")->points.size(), std::size_t{4}, patience);
        QCOMPARE(window_->results().shown_rows(), 13);
        // For all variants of the shape, side by side.
        menu_at(pixel(curve("linear")->points[2], curve("linear")->points[3], 0.5));
        choose("refine-all");
        QTRY_COMPARE_WITH_TIMEOUT(record().points().size(), std::size_t{17}, patience);
        QTRY_COMPARE_WITH_TIMEOUT(record().count(PointState::ok), std::size_t{17}, patience);
    }

    void a_variant_is_added_while_the_run_goes_on() {
        FakeBehaviour slow;
        slow.sample = std::chrono::milliseconds(5);
        open(slow);
        window_->actions().run->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(record().count(PointState::ok) >= 2, patience);
        QVERIFY(!record().finished());
        window_->actions().add_to_run->trigger();
        auto* dialog = window_->findChild<GrowthDialog*>("growth-dialog");
        QVERIFY(dialog);
        QListWidget& list = dialog->variants();
        const auto found = list.findItems("Performer", Qt::MatchStartsWith);
        QVERIFY(!found.isEmpty());
        found.first()->setCheckState(Qt::Checked);
        QTest::keyClicks(&dialog->lengths(), "192");
        QVERIFY2(dialog->cost_text().contains("8 points"), qPrintable(dialog->cost_text()));
        for (QPushButton* button : dialog->findChildren<QPushButton*>())
            if (button->text() == "Add") QTest::mouseClick(button, Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(record().finished() && idle(*window_), patience);
        QCOMPARE(points_of("performer"), std::size_t{4});
        QCOMPARE(record().points().size(), std::size_t{20});
        QCOMPARE(record().count(PointState::ok), std::size_t{20});
        QVERIFY(curve("performer"));
        // It survived in the journal too.
        const auto saved = read_journal(workspace().run().folder().toStdString());
        QCOMPARE(saved->record.points().size(), std::size_t{20});
        QCOMPARE(saved->record.resumptions().size(), std::size_t{0});
    }

    void a_point_is_measured_again_and_the_old_figure_stays_in_sight() {
        open(quick());
        run_to_its_end();
        QTableView& table = window_->results().table();
        table.selectRow(0);
        const ResultsModel& model = window_->results().model();
        const auto attempts = [&] {
            for (int column = 0; column < model.columnCount(); ++column)
                if (model.column_id(column) == "attempts") return column;
            return -1;
        };
        QVERIFY(table.isColumnHidden(attempts()));
        QAction* again = window_->results().findChild<QAction*>("rerun");
        QVERIFY(again && table.actions().contains(again));
        again->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(
            !record().points().front().earlier.empty() && record().finished() && idle(*window_),
            patience);
        QCOMPARE(record().points().front().result.state, PointState::ok);
        QTRY_VERIFY_WITH_TIMEOUT(!table.isColumnHidden(attempts()), patience);
        const QModelIndex cell = model.index(0, attempts());
        QCOMPARE(cell.data().toString(), QString("2 times"));
        QVERIFY(cell.data(Qt::ToolTipRole).toString().contains("measure again"));
        QVERIFY(cell.data(Qt::ToolTipRole).toString().contains("ms"));
        // The same as a command.
        table.selectRow(0);
        window_->results().findChild<QAction*>("rerun-command")->trigger();
        const QString command = QApplication::clipboard()->text();
        QVERIFY2(command.startsWith("slay-bench add ") && command.contains("--rerun "),
                 qPrintable(command));
    }

    void a_curve_is_pinned_as_baseline() {
        open(quick());
        run_to_its_end();
        menu_between_first_two();
        choose("pin");
        PinnedBaseline& pinned = window_->pinned();
        QVERIFY(pinned.active());
        QTRY_VERIFY_WITH_TIMEOUT(
            std::any_of(view().data().series.begin(), view().data().series.end(),
                        [](const Series& s) { return s.id == "pinned"; }),
            patience);
        const ResultsModel& model = window_->results().model();
        int ratio = -1;
        for (int column = 0; column < model.columnCount(); ++column)
            if (model.column_id(column) == "ratio") ratio = column;
        QVERIFY(ratio >= 0);
        int ones = 0, others = 0;
        for (int row = 0; row < model.rowCount(); ++row) {
            const QString text = model.index(row, ratio).data().toString();
            QVERIFY(!text.isEmpty());
            (record().points()[static_cast<std::size_t>(row)].point.variant == "linear" ? ones
                                                                                        : others) +=
                text.startsWith("1.000");
        }
        QCOMPARE(ones, 3);
        QCOMPARE(others, 0);
        // Everything as a multiple of it.
        QVERIFY(view().ratio_switch().isVisible());
        QTest::mouseClick(&view().ratio_switch(), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(QString::fromStdString(view().data().y.label).startsWith("Ratio"),
                                 patience);
        for (const FigurePoint& point : curve("linear")->points) QCOMPARE(point.y, 1.0);
        QTest::mouseClick(&view().ratio_switch(), Qt::LeftButton);
        // It stays for the next run, and through the session's JSON.
        run_to_its_end();
        QTRY_VERIFY_WITH_TIMEOUT(pinned.belongs_to(view().data()), patience);
        PinnedBaseline other;
        other.restore(pinned.state());
        QCOMPARE(other.label(), pinned.label());
        QVERIFY(other.belongs_to(view().data()));
        view().plot().replot();
        menu_between_first_two();
        choose("unpin");
        QVERIFY(!pinned.active());
    }

    void a_length_axis_is_dragged_as_one_edit() {
        open(quick());
        LengthAxis& axis = *window_->configuration().length_axis();
        QTRY_COMPARE_WITH_TIMEOUT(axis.lengths(), (LengthAxis::Lengths{64, 128, 256}), patience);
        QTRY_VERIFY_WITH_TIMEOUT(window_->configuration().plan()->text().contains("12 points"),
                                 patience);
        const int edits = workspace().spec().undo_stack().count();
        const auto at = [&](std::int64_t length) {
            return QPoint(static_cast<int>(std::lround(axis.x_of(length))), 16);
        };
        QTest::mousePress(&axis, Qt::LeftButton, {}, at(256));
        for (const std::int64_t length : {400, 700, 1100, 2048, 1100}) {
            QMouseEvent move(QEvent::MouseMove, at(length), axis.mapToGlobal(at(length)),
                             Qt::NoButton, Qt::LeftButton, {});
            QApplication::sendEvent(&axis, &move);
        }
        QTest::mouseRelease(&axis, Qt::LeftButton, {}, at(1100));
        QCOMPARE(axis.lengths(), (LengthAxis::Lengths{64, 128, 256, 512, 1024}));
        QCOMPARE(workspace().spec().undo_stack().count(), edits + 1);
        QTRY_VERIFY_WITH_TIMEOUT(window_->configuration().plan()->text().contains("20 points"),
                                 patience);
        QTRY_VERIFY2_WITH_TIMEOUT(
            window_->configuration().plan()->text().contains("this edit (lengths): +8 points"),
            qPrintable(window_->configuration().plan()->text()), patience);
        window_->actions().undo->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(axis.lengths(), (LengthAxis::Lengths{64, 128, 256}), patience);
        window_->actions().redo->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(axis.lengths().size(), std::size_t{5}, patience);
        // By the keyboard, and a mark by a double click.
        axis.setFocus();
        QTest::keyClick(&axis, Qt::Key_Left);
        QCOMPARE(axis.lengths().back(), 512);
        QTest::keyClick(&axis, Qt::Key_Left, Qt::ShiftModifier);
        QCOMPARE(axis.lengths().front(), 32);
        QTest::mouseDClick(&axis, Qt::LeftButton, {}, at(8192));
        QVERIFY(axis.lengths().back() > 7500 && axis.lengths().back() < 8900);
    }

    void the_plan_says_what_points_and_edits_cost() {
        open(quick());
        window_->actions().show_plan->trigger();
        PlanPanel& panel = window_->plan();
        QTRY_COMPARE_WITH_TIMEOUT(panel.plan().topLevelItemCount(), 1, patience);
        QTRY_COMPARE_WITH_TIMEOUT(panel.plan().topLevelItem(0)->text(1), QString("12"), patience);
        QTreeWidgetItem* variant = panel.plan().topLevelItem(0)->child(0);
        variant->setExpanded(true);
        QCOMPARE(variant->childCount(), 3);
        QVERIFY(!variant->child(2)->text(2).isEmpty() && !variant->child(2)->text(4).isEmpty());
        SweepSpec edited = workspace().spec().spec();
        edited.experiments = {"latency", "memory"};
        workspace().spec().edit("add memory", {}, edited);
        QTRY_COMPARE_WITH_TIMEOUT(panel.plan().topLevelItemCount(), 2, patience);
        QTreeWidget& edits = panel.edits();
        QTRY_VERIFY_WITH_TIMEOUT(edits.topLevelItemCount() >= 2, patience);
        const int last = edits.topLevelItemCount() - 1;
        QCOMPARE(edits.topLevelItem(last)->text(0), QString("add memory"));
        QTRY_VERIFY_WITH_TIMEOUT(edits.topLevelItem(last)->text(3).startsWith("+12 points"),
                                 patience);
        // Back to the state before it, from the list.
        emit edits.itemActivated(edits.topLevelItem(last - 1), 0);
        QTRY_COMPARE_WITH_TIMEOUT(panel.plan().topLevelItemCount(), 1, patience);
        QCOMPARE(workspace().spec().spec().experiments.size(), std::size_t{1});
        QVERIFY(workspace().spec().undo_stack().canRedo());
    }

    void every_action_has_its_command() {
        open(quick());
        SweepSpec edited = workspace().spec().spec();
        edited.axes["lengths"] = {std::int64_t{64}};
        workspace().spec().edit("lengths", {}, edited);
        window_->actions().copy_command->trigger();
        const QString command = QApplication::clipboard()->text();
        QCOMPARE(command,
                 "slay-bench run " + workspace().spec().path() + " --set '/sweep/lengths=[64]'");
        run_short();
        const auto rows = WindowCommands(workspace(), window_->actions()).rows();
        QVERIFY(rows.size() >= 28);
        int commands = 0;
        for (const auto& row : rows) {
            QVERIFY2(!row.command.isEmpty() || !row.note.isEmpty(), qPrintable(row.action));
            commands += !row.command.isEmpty();
        }
        QVERIFY2(commands >= 17, qPrintable(QString::number(commands)));
        window_->actions().commands->trigger();
        auto* dialog = window_->findChild<QDialog*>("commands-dialog");
        QVERIFY(dialog);
        auto* table = dialog->findChild<QTableWidget*>();
        table->selectRow(3);
        for (QPushButton* button : dialog->findChildren<QPushButton*>())
            if (button->text() == "Copy") QTest::mouseClick(button, Qt::LeftButton);
        QCOMPARE(QApplication::clipboard()->text(),
                 shell_line(QStringList{"slay-bench", "run", "--resume", "--out",
                                        workspace().run().folder()}));
        dialog->close();
        menu_at(view().plot().rect().center());
        QVERIFY(menu_);
    }

    // A run that came with the program lies where nothing may be written, or is not there any more.
    void a_run_that_cannot_be_written_says_so() {
        open(quick());
        run_short();
        const std::size_t points = record().points().size();
        QVERIFY(QDir(workspace().run().folder()).removeRecursively());
        window_->results().table().selectRow(0);
        window_->results().findChild<QAction*>("rerun")->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(window_->messages().text().contains("cannot be written"),
                                 patient(60'000));
        QVERIFY(idle(*window_));
        QCOMPARE(record().points().size(), points);
    }

  private:
    void run_short() {
        window_->actions().run->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(record().finished() && idle(*window_), patience);
    }
};

QTEST_MAIN(WindowGrowthTest)
#include "window_growth_test.moc"
