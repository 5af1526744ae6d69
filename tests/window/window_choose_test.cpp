// The Choose tab: a case is set, the answer follows; and the docks below fold where they are of no
// use.
#include <QComboBox>
#include <QDockWidget>
#include <QDoubleSpinBox>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTabBar>
#include <QTreeWidget>

#include "tests/exports/sample_records.h"
#include "tests/slow_build.h"
#include "tests/window/window_fixture.h"
#include "widgets/advice/choose_panel.h"
#include "widgets/plots/plot_tabs.h"
#include "widgets/plots/start_page.h"
#include "widgets/window/bottom_fold.h"

namespace slay {

class WindowChooseTest : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase() { folders_ = std::make_unique<Folders>(); }
    void cleanupTestCase() { folders_.reset(); }

    void a_case_is_set_and_answered() {
        RunDocument run;
        ChoosePanel panel(run);
        panel.resize(900, 700);
        panel.show();
        QVERIFY(QTest::qWaitForWindowExposed(&panel));
        QVERIFY(panel.words().contains("Which variant, which budget"));
        QSignalSpy wanted(&panel, &ChoosePanel::reference_wanted);
        panel.findChild<QPushButton*>()->click();
        QCOMPARE(wanted.count(), 1);

        run.show(std::make_shared<RunRecord>(testing::h200_record()), "runs/h200");
        QCOMPARE(panel.conditions().count(), 2);
        QCOMPARE(panel.variants().topLevelItemCount(), 12);
        QCOMPARE(panel.answer().length, panel.answer().lengths.back());
        const QString before = panel.words();

        panel.length().lineEdit()->setFocus();
        panel.length().setEditText("12,000");
        QTRY_COMPARE_WITH_TIMEOUT(panel.answer().length, 12000.0, patient(60'000));
        QVERIFY(panel.words() != before);
        QVERIFY(panel.words().contains("At L = 12,000"));
        QVERIFY(panel.variants().topLevelItem(0)->text(1).startsWith("~ "));
        // The memory that there is takes variants out, and says why.
        const auto out = [&] {
            int count = 0;
            for (int i = 0; i < panel.variants().topLevelItemCount(); ++i)
                count += panel.variants().topLevelItem(i)->text(7).startsWith("out: needs");
            return count;
        };
        QCOMPARE(out(), 0);
        panel.most_memory().setValue(300);
        QVERIFY(out() > 0);
        panel.conditions().setCurrentIndex(1);
        emit panel.conditions().activated(1);
        QCOMPARE(panel.answer().panel.id, panel.answer().cases[1].id);
        const QString command = panel.command().join(' ');
        QCOMPARE(command,
                 QString("slay-bench choose runs/h200 --length 12000 --case %1 --memory 300")
                     .arg(QString::fromStdString(panel.answer().panel.id)));
        // Another run that cannot answer for this length is asked for its own.
        run.show(std::make_shared<RunRecord>(testing::small_record()), "runs/small");
        QVERIFY(panel.answer().length <= panel.answer().lengths.back());
    }

    void a_budget_is_sent_to_the_configuration() {
        RunDocument run;
        ChoosePanel panel(run);
        panel.show();
        QVERIFY(QTest::qWaitForWindowExposed(&panel));
        RunRecord record = testing::budget_record();
        run.show(std::make_shared<RunRecord>(record), "runs/budget");
        // Budgets alone are no case: there is no latency experiment in this run.
        QVERIFY(panel.words().contains("measured no latency"));
        QCOMPARE(panel.answer().budgets.size(), std::size_t{3});
    }

    void the_docks_fold_where_they_are_of_no_use() {
        StartOptions options;
        options.path = write_preset(*folders_, small_spec());
        auto window = open_window({}, options);
        QTRY_VERIFY_WITH_TIMEOUT(window->plots().current_view(), patient(60'000));
        BottomFold& bottom = window->bottom();
        QVERIFY(!bottom.folded());
        QTRY_VERIFY_WITH_TIMEOUT(bottom.height() > 100, patient(60'000));
        const int plot = window->plots().height();
        window->actions().choose->trigger();
        QVERIFY(bottom.folded());
        QTRY_VERIFY_WITH_TIMEOUT(window->plots().height() > plot + 50, patient(60'000));
        // A click on a tab, or its key, opens them.
        window->actions().show_findings->trigger();
        QVERIFY(!bottom.folded());
        QTRY_VERIFY_WITH_TIMEOUT(bottom.height() > 100, patient(60'000));
        window->actions().explorer->trigger();
        QVERIFY(bottom.folded());
        QTabBar* bar = nullptr;
        for (QTabBar* each : window->findChildren<QTabBar*>(Qt::FindDirectChildrenOnly))
            if (each->count() == 4) bar = each;
        QVERIFY(bar);
        QTest::mouseClick(bar, Qt::LeftButton, {}, bar->tabRect(3).center());
        QVERIFY(!bottom.folded());
        window->plots().show_figure("latency_scaling");
        QVERIFY(!bottom.folded());
    }

  private:
    std::unique_ptr<Folders> folders_;
};

}  // namespace slay

QTEST_MAIN(slay::WindowChooseTest)
#include "window_choose_test.moc"
