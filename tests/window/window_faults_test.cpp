// What happens to the place of a run, as the window shows it: a line that says what it was, the
// points that were measured stay, and the next run goes on as ever.
#include <QDir>
#include <QTest>

#include "engine/core/journal.h"
#include "tests/slow_build.h"
#include "tests/window/window_fixture.h"
#include "widgets/window/message_bar.h"

using namespace slay;

class WindowFaultsTest : public QObject {
    Q_OBJECT

    Folders folders_;
    std::unique_ptr<MainWindow> window_;

    RunDocument& run() { return window_->workspace().run(); }

    void open() {
        FakeBehaviour slow;
        slow.sample = std::chrono::milliseconds(5);
        StartOptions options;
        options.safe = true;
        options.path = write_preset(folders_, small_spec());
        window_ = open_window(slow, options);
        QTRY_COMPARE_WITH_TIMEOUT(window_->workspace().spec().spec().name, std::string("small"),
                                  patient(60'000));
    }

  private slots:
    void initTestCase() { apply_theme(ThemeChoice::light); }
    void cleanup() { window_.reset(); }

    void a_folder_that_goes_away_data() {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("words");
        QTest::newRow("moved") << "moved"
                               << "the journal was moved";
        QTest::newRow("deleted") << "deleted"
                                 << "the journal was deleted";
    }
    void a_folder_that_goes_away() {
        QFETCH(QString, what);
        QFETCH(QString, words);
        open();
        window_->actions().run->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(run().points_done() >= 3, patient(30'000));
        const QString folder = run().folder(), elsewhere = folder + "-elsewhere";
        if (what == "moved")
            QVERIFY(QDir().rename(folder, elsewhere));
        else
            QVERIFY(QDir(folder).removeRecursively());
        QTRY_VERIFY_WITH_TIMEOUT(idle(*window_), patient(30'000));
        QVERIFY2(window_->messages().text().contains(words),
                 qPrintable(window_->messages().text()));
        QVERIFY(!QFile::exists(folder));  // nothing was made in its place
        const int shown = run().points_done();
        QVERIFY(shown >= 3 && shown < static_cast<int>(run().record().points().size()));
        if (what == "moved") {
            const auto kept = read_journal(elsewhere.toStdString());
            QVERIFY(kept && kept->skipped.empty());
            QVERIFY(kept->record.count(PointState::ok) >= static_cast<std::size_t>(shown));
        }
        // The next run is whole.
        window_->actions().run->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(!idle(*window_), patient(30'000));
        QTRY_VERIFY_WITH_TIMEOUT(idle(*window_), patient(60'000));
        QCOMPARE(run().points_done(), static_cast<int>(run().record().points().size()));
        QVERIFY(QFile::exists(run().folder() + "/artifacts/benchmark_results.json"));
    }

    void a_place_that_takes_no_file() {
        open();
        qputenv("XDG_DATA_HOME", "/proc/self/nowhere");
        window_->actions().run->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(window_->messages().text().contains("cannot be written"),
                                 patient(30'000));
        QTRY_VERIFY_WITH_TIMEOUT(idle(*window_), patient(60'000));
        qputenv("XDG_DATA_HOME", folders_.data().toLocal8Bit());
        window_->actions().run->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(run().points_done() > 0, patient(30'000));
        QTRY_VERIFY_WITH_TIMEOUT(idle(*window_), patient(60'000));
    }
};

QTEST_MAIN(WindowFaultsTest)
#include "window_faults_test.moc"
