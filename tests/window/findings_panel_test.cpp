// The findings of a run in the window: answers by word and icon, and the way to their rows.
#include "widgets/findings/findings_panel.h"

#include <QLabel>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>
#include <QTreeWidget>
#include <algorithm>
#include <memory>

#include "tests/exports/sample_records.h"
#include "tests/slow_build.h"
#include "widgets/results/results_panel.h"

using namespace slay;

namespace {

QTreeWidgetItem* finding(const FindingsPanel& panel, const char* title) {
    for (int i = 0; i < panel.tree().topLevelItemCount(); ++i)
        if (panel.tree().topLevelItem(i)->text(0).contains(title))
            return panel.tree().topLevelItem(i);
    return nullptr;
}

void show(RunDocument& run, RunRecord record) {
    run.show(std::make_shared<RunRecord>(std::move(record)), {});
    QCoreApplication::processEvents();
}

}  // namespace

class FindingsPanelTest : public QObject {
    Q_OBJECT

  private slots:
    void without_a_run_it_says_what_will_be_here() {
        RunDocument run;
        FindingsPanel panel(run);
        panel.show();
        QVERIFY(!panel.tree().isVisible());
        const auto labels = panel.findChildren<QLabel*>();
        QVERIFY(std::any_of(labels.begin(), labels.end(), [](const QLabel* label) {
            return label->isVisible() && !label->text().isEmpty();
        }));
    }

    void answers_are_words_with_icons() {
        RunDocument run;
        FindingsPanel panel(run);
        panel.show();
        show(run, testing::h200_record());
        QTRY_VERIFY_WITH_TIMEOUT(panel.tree().topLevelItemCount() >= 6, patient(60'000));
        const auto* slower = finding(panel, "materialised softmax at L = 32768");
        QVERIFY(slower);
        QCOMPARE(slower->text(1), QString("refuted"));
        QVERIFY(!slower->icon(1).isNull());
        QVERIFY2(slower->text(2).startsWith("0.44"), qPrintable(slower->text(2)));
        QVERIFY(slower->childCount() >= 6);
        const auto* perplexity = finding(panel, "perplexity");
        QVERIFY(perplexity);
        QCOMPARE(perplexity->text(1), QString("inconclusive"));
        QCOMPARE(perplexity->text(2), QString());
        // The row in front is explained, with what is missing where something is.
        panel.tree().setCurrentItem(const_cast<QTreeWidgetItem*>(perplexity));
        QVERIFY2(panel.explanation().contains("no training point"),
                 qPrintable(panel.explanation()));
    }

    void a_click_leads_to_the_rows() {
        RunDocument run;
        FindingsPanel panel(run);
        ResultsPanel results(run);
        connect(&panel, &FindingsPanel::points_chosen, &results, &ResultsPanel::select_points);
        panel.resize(900, 400);
        panel.show();
        show(run, testing::h200_record());
        auto* item = finding(panel, "materialised softmax at L = 32768");
        QTRY_VERIFY_WITH_TIMEOUT((item = finding(panel, "materialised softmax at L = 32768")),
                                 patient(60'000));
        QSignalSpy chosen(&panel, &FindingsPanel::points_chosen);
        item->setExpanded(true);
        QTreeWidgetItem* anchor = item->child(0);
        panel.tree().scrollToItem(anchor);
        QTest::mouseClick(panel.tree().viewport(), Qt::LeftButton, {},
                          panel.tree().visualItemRect(anchor).center());
        QCOMPARE(chosen.size(), 1);
        const QStringList ids = chosen.at(0).at(0).toStringList();
        QCOMPARE(ids.size(), 2);  // softmax and the anchor form at one length
        for (const QString& id : ids) {
            const RecordedPoint* point = run.record().find(id.toStdString());
            QVERIFY(point);
            QCOMPARE(point->point.parameters.integer("length"), std::int64_t{32768});
        }
        QCOMPARE(results.table().selectionModel()->selectedRows().size(), 2);
    }

    void it_follows_a_run_and_keeps_what_is_open() {
        RunDocument run;
        FindingsPanel panel(run);
        panel.show();
        show(run, testing::h200_record());
        QTRY_VERIFY_WITH_TIMEOUT(finding(panel, "memory"), patient(60'000));
        finding(panel, "memory")->setExpanded(true);
        panel.tree().setCurrentItem(finding(panel, "memory")->child(1));
        const QString label = panel.tree().currentItem()->text(0);
        // Another point arrives.
        Event event{run.record().last_seq() + 1, run.record().run(), 1, {}};
        event.body = PointStarted{run.record().points().front().point.id};
        run.take({event});
        QTest::qWait(700);
        QVERIFY(finding(panel, "memory")->isExpanded());
        QCOMPARE(panel.tree().currentItem()->text(0), label);
        run.clear();
        QTRY_COMPARE_WITH_TIMEOUT(panel.tree().topLevelItemCount(), 0, patient(60'000));
    }
};

QTEST_MAIN(FindingsPanelTest)
#include "findings_panel_test.moc"
