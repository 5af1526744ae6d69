// The Compare tab: runs from folders, ratios to a baseline, a filter, what is
// behind a number.
#include <qcustomplot.h>

#include <QComboBox>
#include <QDir>
#include <QElapsedTimer>
#include <QHeaderView>
#include <QJsonObject>
#include <QLineEdit>
#include <QMenu>
#include <QProcess>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>
#include <QToolButton>
#include <algorithm>

#include "engine/run/runner.h"
#include "tests/slow_build.h"
#include "tests/window/window_fixture.h"
#include "widgets/compare/compare_panel.h"
#include "widgets/compare/overlay_view.h"
#include "widgets/plots/plot_tabs.h"
#include "widgets/window/message_bar.h"

using namespace slay;

namespace {

// A saved run of the fake engine; the same sweep gives the same figures.
QString saved_run(const Folders& folders, const QString& name, std::int64_t longest) {
    FakeBehaviour behaviour;
    behaviour.sample = std::chrono::microseconds(0);
    behaviour.samples = 12;
    behaviour.longest = longest;
    SweepSpec spec = small_spec();
    spec.experiments = {"latency"};
    auto executor = fake_factory(behaviour)();
    RunControl control;
    const QString folder = folders.file(name);
    const auto record = run_spec(spec, **executor, control, {folder.toStdString(), false, false},
                                 [](const Event&) {});
    if (!record) qFatal("%s", record.error().message.c_str());
    return folder;
}

}  // namespace

class WindowCompareTest : public QObject {
    Q_OBJECT

    Folders folders_;
    std::unique_ptr<MainWindow> window_;

    ComparePanel& panel() { return window_->plots().compare(); }
    QString cell(int row, const QString& heading) {
        const QAbstractItemModel& table = *panel().table().model();
        for (int column = 0; column < table.columnCount(); ++column)
            if (table.headerData(column, Qt::Horizontal).toString() == heading)
                return table.index(row, column).data().toString();
        return "no column " + heading;
    }
    QStringList column(const QString& heading) {
        QStringList out;
        for (int row = 0; row < panel().table().model()->rowCount(); ++row)
            out << cell(row, heading);
        return out;
    }
    static void choose(QComboBox& box, const QString& text) {
        const int index = box.findText(text);
        QVERIFY2(index >= 0, qPrintable(text));
        box.setCurrentIndex(index);
        emit box.activated(index);
    }

  private slots:
    void initTestCase() { apply_theme(ThemeChoice::light); }
    void init() {
        StartOptions options;
        options.safe = true;
        window_ = open_window({}, options);
        window_->plots().show_compare();
    }
    void cleanup() { window_.reset(); }

    void the_same_run_twice_is_no_difference() {
        panel().add_run(saved_run(folders_, "monday", 1'000'000));
        panel().add_run(saved_run(folders_, "tuesday", 1'000'000));
        QTRY_COMPARE_WITH_TIMEOUT(panel().model().runs().runs().size(), std::size_t{2},
                                  patient(60'000));
        QCOMPARE(panel().table().model()->rowCount(), 24);
        // A table of only the parameters that differ.
        QVERIFY(!column("Length").isEmpty());
        QCOMPARE(cell(0, "Width"), QString("no column Width"));
        choose(panel().baseline(), "over run monday");
        const QStringList verdicts = column("Verdict");
        QCOMPARE(verdicts.count("no difference"), 12);
        QCOMPARE(verdicts.count(""), 12);  // the baseline's own rows
        QVERIFY(column("Ratio").contains("1.000"));
        const auto* overlay = panel().findChild<OverlayView*>();
        QVERIFY(overlay && overlay->plot().graphCount() == 8 + 2);  // and two legend entries
    }

    void a_variant_is_a_baseline_too() {
        panel().add_run(saved_run(folders_, "wednesday", 1'000'000));
        QTRY_COMPARE_WITH_TIMEOUT(panel().table().model()->rowCount(), 12, patient(60'000));
        choose(panel().baseline(), "over Softmax");
        QVERIFY(column("Verdict").contains("slower") || column("Verdict").contains("faster"));
        choose(panel().baseline(), "no baseline");
        QCOMPARE(cell(0, "Verdict"), QString("no column Verdict"));
    }

    void what_was_not_measured_says_why() {
        panel().add_run(saved_run(folders_, "thursday", 100));
        QTRY_COMPARE_WITH_TIMEOUT(panel().table().model()->rowCount(), 12, patient(60'000));
        QVERIFY(column("Latency (ms)").contains("out-of-memory"));
        panel().filter().setText("out-of-memory");
        QVERIFY(panel().table().model()->rowCount() > 0);
        panel().table().setCurrentIndex(panel().table().model()->index(0, 0));
        QVERIFY2(panel().details().contains("Not enough memory"), qPrintable(panel().details()));
    }

    void a_click_shows_samples_and_provenance() {
        panel().add_run(saved_run(folders_, "friday", 1'000'000));
        QTRY_COMPARE_WITH_TIMEOUT(panel().table().model()->rowCount(), 12, patient(60'000));
        panel().filter().setText("linear length=128");
        QCOMPARE(panel().table().model()->rowCount(), 1);
        const QModelIndex at = panel().table().model()->index(0, 1);
        QTest::mouseClick(panel().table().viewport(), Qt::LeftButton, {},
                          panel().table().visualRect(at).center());
        for (const char* part : {"linear in friday", "12 samples", "Test processor", "L = 128"})
            QVERIFY2(panel().details().contains(part), qPrintable(panel().details()));
    }

    void a_damaged_run_is_told_and_changes_nothing() {
        QFile file(folders_.file("broken.jsonl"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("{\"seq\": ");
        file.close();
        panel().add_run(file.fileName());
        QTRY_VERIFY_WITH_TIMEOUT(window_->messages().text().contains("broken.jsonl"),
                                 patient(60'000));
        QVERIFY(panel().model().runs().runs().empty());
    }

    void conditions_filter_by_any_parameter() {
        panel().add_run(saved_run(folders_, "saturday", 1'000'000));
        QTRY_COMPARE_WITH_TIMEOUT(panel().table().model()->rowCount(), 12, patient(60'000));
        const auto rows = [&](const QString& filter) {
            panel().filter().setText(filter);
            return panel().table().model()->rowCount();
        };
        QCOMPARE(rows("length>=128"), 8);
        QCOMPARE(rows("length=12"), 0);  // not 128
        QCOMPARE(rows("length!=64 length<256"), 4);
        QCOMPARE(rows("variant=linear"), 3);
        QCOMPARE(rows("variant!=linear length=64"), 3);
        QCOMPARE(rows("state=ok run=saturday"), 12);
        QCOMPARE(rows("dtype=float32 pass=forward"), 12);
        QCOMPARE(rows("dtype=bfloat16"), 0);
        QCOMPARE(rows("value<0"), 0);
        QVERIFY(rows("value>0.08") > 0);
        QCOMPARE(rows("length>="), 0);  // still being typed: a word
        QCOMPARE(rows(""), 12);
    }

    void columns_are_remembered() {
        panel().add_run(saved_run(folders_, "columns-a", 1'000'000));
        panel().add_run(saved_run(folders_, "columns-b", 1'000'000));
        QTRY_COMPARE_WITH_TIMEOUT(panel().table().model()->rowCount(), 24, patient(60'000));
        choose(panel().baseline(), "over run columns-a");
        QHeaderView& header = *panel().table().horizontalHeader();
        const auto at = [&](const QString& id) {
            for (int column = 0; column < panel().model().columnCount(); ++column)
                if (panel().model().column_id(column) == id) return column;
            return -1;
        };
        header.moveSection(header.visualIndex(at("verdict")), 0);
        emit header.customContextMenuRequested({1, 1});
        auto* menu = panel().findChild<QMenu*>("compare-columns");
        QVERIFY(menu);
        menu->findChild<QAction*>("interval")->trigger();
        menu->close();
        QVERIFY(panel().table().isColumnHidden(at("interval")));
        const QJsonObject state = panel().state();
        // Another filter, another group: they stay.
        panel().filter().setText("linear");
        panel().filter().clear();
        QCOMPARE(header.visualIndex(at("verdict")), 0);
        QVERIFY(panel().table().isColumnHidden(at("interval")));
        // And in the next session.
        StartOptions options;
        options.safe = true;
        auto next = open_window({}, options);
        ComparePanel& other = next->plots().compare();
        other.restore(state);
        other.add_record("x", panel().model().runs().runs().front().record);
        other.add_record("y", panel().model().runs().runs().back().record);
        choose(other.baseline(), "over run x");
        QCOMPARE(other.table().horizontalHeader()->logicalIndex(0),
                 other.model().columnCount() - 1);
        QCOMPARE(other.state(), state);
    }

    void rows_become_csv_and_a_command() {
        panel().add_run(saved_run(folders_, "csv-a", 1'000'000));
        panel().add_run(saved_run(folders_, "csv-b", 1'000'000));
        QTRY_COMPARE_WITH_TIMEOUT(panel().table().model()->rowCount(), 24, patient(60'000));
        choose(panel().baseline(), "over run csv-a");
        panel().filter().setText("length>=128 linear");
        const QString path = folders_.file("rows.csv");
        QVERIFY(panel().write_csv(path));
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QList<QByteArray> lines = file.readAll().trimmed().split('\n');
        QCOMPARE(lines.size(), 5);  // heads and 2 x 2
        QVERIFY2(lines[0].startsWith("run,point,variant,length,state,metric,value"), lines[0]);
        QVERIFY(lines.last().endsWith(",no difference"));
        QSignalSpy asked(&panel(), &ComparePanel::command_asked);
        panel().findChild<QToolButton*>("compare-command")->click();
        const QStringList words = asked.value(0).value(0).toStringList();
        QCOMPARE(words.mid(0, 2), (QStringList{"slay-bench", "compare"}));
        QVERIFY(words.contains("length>=128 linear") && words.contains("csv-a"));
        // The program prints the same bytes.
        QProcess bench;
        bench.start(SLAY_BIN_DIR "/slay-bench", words.mid(1) + QStringList{"--csv"});
        QVERIFY(bench.waitForFinished(patient(60'000)));
        file.seek(0);
        QCOMPARE(bench.readAllStandardOutput(), file.readAll());
    }

    void a_results_file_is_a_run_without_samples() {
        const QString run = saved_run(folders_, "colleague", 1'000'000);
        const QString sent = folders_.file("sent.json");
        QVERIFY(QFile::copy(run + "/artifacts/benchmark_results.json", sent));
        panel().add_runs({run, sent});
        QTRY_COMPARE_WITH_TIMEOUT(panel().model().runs().runs().size(), std::size_t{2},
                                  patient(60'000));
        QCOMPARE(panel().table().model()->rowCount(), 24);
        choose(panel().baseline(), "over run colleague");
        QCOMPARE(column("Verdict").count("no difference"), 12);
        QVERIFY(!column("Ratio").contains("0"));
        QVERIFY(column("Run").contains("sent"));
    }

    void a_thousand_saved_runs_open_at_once() {
        const QString run = saved_run(folders_, "template", 1'000'000);
        QFile journal(run + "/journal.jsonl");
        QVERIFY(journal.open(QIODevice::ReadOnly));
        const QByteArray bytes = journal.readAll();
        QStringList paths;
        for (int i = 0; i < 1000; ++i) {
            const QString folder = folders_.file(QString("thousand/run-%1").arg(i));
            QVERIFY(QDir().mkpath(folder));
            QFile copy(folder + "/journal.jsonl");
            QVERIFY(copy.open(QIODevice::WriteOnly) && copy.write(bytes) == bytes.size());
            paths << folder;
        }
        QElapsedTimer timer;
        timer.start();
        panel().add_runs(paths);
        QTRY_COMPARE_WITH_TIMEOUT(panel().table().model()->rowCount(), 12'000, patient(120'000));
        qInfo("1,000 runs of 12 points (%.0f MB of journals) are open after %.1f s",
              1e-3 * static_cast<double>(bytes.size()), static_cast<double>(timer.elapsed()) / 1e3);
        std::vector<double> taken;
        for (const char* filter :
             {"l", "li", "lin", "linear", "linear length", "linear length>", "linear length>=128",
              "run-7 linear", "state=ok value<1", "", "length=64", "nothing holds this"}) {
            timer.restart();
            panel().filter().setText(filter);
            taken.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
        }
        std::sort(taken.begin(), taken.end());
        qInfo("filtered 12,000 rows: median %.1f ms, longest %.1f ms", taken[taken.size() / 2],
              taken.back());
        QCOMPARE(panel().table().model()->rowCount(), 0);
    }

    void a_thousand_runs_are_filtered_while_typing() {
        const auto content = read_journal(saved_run(folders_, "many", 1'000'000).toStdString());
        QVERIFY(content);
        const auto record = std::make_shared<RunRecord>(content->record);
        for (int i = 0; i < 1000; ++i) panel().model().runs().add("many", record);
        panel().add_record("last", record);
        QCOMPARE(panel().table().model()->rowCount(), 12 * 1001);
        QElapsedTimer timer;
        timer.start();
        panel().filter().setText("linear length=128");
        qInfo("filtered 12,012 rows of 1,001 runs in %.1f ms",
              static_cast<double>(timer.nsecsElapsed()) / 1e6);
        QCOMPARE(panel().table().model()->rowCount(), 1001);
    }
};

QTEST_MAIN(WindowCompareTest)
#include "window_compare_test.moc"
