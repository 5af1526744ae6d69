// The Compare tab: runs from folders, ratios to a baseline, a filter, what is
// behind a number.
#include <qcustomplot.h>

#include <QComboBox>
#include <QElapsedTimer>
#include <QLineEdit>
#include <QTableView>
#include <QTest>

#include "engine/run/runner.h"
#include "tests/window/window_fixture.h"
#include "widgets/compare/compare_panel.h"
#include "widgets/compare/overlay_view.h"
#include "widgets/plots/plot_tabs.h"
#include "widgets/window/message_bar.h"

using namespace slay;

namespace {

// A saved run of the fake engine; the same sweep gives the same figures.
QString saved_run(const Folders &folders, const QString &name,
                  std::int64_t longest) {
  FakeBehaviour behaviour;
  behaviour.sample = std::chrono::microseconds(0);
  behaviour.samples = 12;
  behaviour.longest = longest;
  SweepSpec spec = small_spec();
  spec.experiments = {"latency"};
  auto executor = fake_factory(behaviour)();
  RunControl control;
  const QString folder = folders.file(name);
  const auto record =
      run_spec(spec, **executor, control, {folder.toStdString(), false, false},
               [](const Event &) {});
  if (!record)
    qFatal("%s", record.error().message.c_str());
  return folder;
}

} // namespace

class WindowCompareTest : public QObject {
  Q_OBJECT

  Folders folders_;
  std::unique_ptr<MainWindow> window_;

  ComparePanel &panel() { return window_->plots().compare(); }
  QString cell(int row, const QString &heading) {
    const QAbstractItemModel &table = *panel().table().model();
    for (int column = 0; column < table.columnCount(); ++column)
      if (table.headerData(column, Qt::Horizontal).toString() == heading)
        return table.index(row, column).data().toString();
    return "no column " + heading;
  }
  QStringList column(const QString &heading) {
    QStringList out;
    for (int row = 0; row < panel().table().model()->rowCount(); ++row)
      out << cell(row, heading);
    return out;
  }
  static void choose(QComboBox &box, const QString &text) {
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
    QTRY_COMPARE(panel().model().runs().runs().size(), std::size_t{2});
    QCOMPARE(panel().table().model()->rowCount(), 24);
    // A table of only the parameters that differ.
    QVERIFY(!column("Length").isEmpty());
    QCOMPARE(cell(0, "Width"), QString("no column Width"));
    choose(panel().baseline(), "over run monday");
    const QStringList verdicts = column("Verdict");
    QCOMPARE(verdicts.count("no difference"), 12);
    QCOMPARE(verdicts.count(""), 12); // the baseline's own rows
    QVERIFY(column("Ratio").contains("1.000"));
    const auto *overlay = panel().findChild<OverlayView *>();
    QVERIFY(overlay &&
            overlay->plot().graphCount() == 8 + 2); // and two legend entries
  }

  void a_variant_is_a_baseline_too() {
    panel().add_run(saved_run(folders_, "wednesday", 1'000'000));
    QTRY_COMPARE(panel().table().model()->rowCount(), 12);
    choose(panel().baseline(), "over standard");
    QVERIFY(column("Verdict").contains("slower") ||
            column("Verdict").contains("faster"));
    choose(panel().baseline(), "no baseline");
    QCOMPARE(cell(0, "Verdict"), QString("no column Verdict"));
  }

  void what_was_not_measured_says_why() {
    panel().add_run(saved_run(folders_, "thursday", 100));
    QTRY_COMPARE(panel().table().model()->rowCount(), 12);
    QVERIFY(column("Latency (ms)").contains("out-of-memory"));
    panel().filter().setText("out-of-memory");
    QVERIFY(panel().table().model()->rowCount() > 0);
    panel().table().setCurrentIndex(panel().table().model()->index(0, 0));
    QVERIFY2(panel().details().contains("Not enough memory"),
             qPrintable(panel().details()));
  }

  void a_click_shows_samples_and_provenance() {
    panel().add_run(saved_run(folders_, "friday", 1'000'000));
    QTRY_COMPARE(panel().table().model()->rowCount(), 12);
    panel().filter().setText("linear length=128");
    QCOMPARE(panel().table().model()->rowCount(), 1);
    const QModelIndex at = panel().table().model()->index(0, 1);
    QTest::mouseClick(panel().table().viewport(), Qt::LeftButton, {},
                      panel().table().visualRect(at).center());
    for (const char *part :
         {"linear in friday", "12 samples", "Test processor", "L = 128"})
      QVERIFY2(panel().details().contains(part), qPrintable(panel().details()));
  }

  void a_damaged_run_is_told_and_changes_nothing() {
    QFile file(folders_.file("broken.jsonl"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("{\"seq\": ");
    file.close();
    panel().add_run(file.fileName());
    QTRY_VERIFY(window_->messages().text().contains("broken.jsonl"));
    QVERIFY(panel().model().runs().runs().empty());
  }

  void a_thousand_runs_are_filtered_while_typing() {
    const auto content =
        read_journal(saved_run(folders_, "many", 1'000'000).toStdString());
    QVERIFY(content);
    const auto record = std::make_shared<RunRecord>(content->record);
    for (int i = 0; i < 1000; ++i)
      panel().model().runs().add("many", record);
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
