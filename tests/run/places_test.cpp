// What happens to the place of a run, and to the clock: the run ends with a line that says what to
// do, what was recorded is kept, nothing is written elsewhere, and a resumption measures the rest.
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>
#include <set>

#include "engine/core/journal.h"
#include "engine/core/run_record.h"
#include "tests/slow_build.h"

using namespace slay;

namespace {

constexpr int nobody_may_mount = 77;

struct Said {
    int code = 0;
    QStringList lines;
};

Said tell(const QTemporaryDir& folder, const QStringList& words) {
    QProcess child;
    child.start(SLAY_PLACE_CHILD, QStringList{folder.path()} + words);
    if (!child.waitForFinished(patient(120'000))) qFatal("%s does not end", SLAY_PLACE_CHILD);
    Said said;
    said.code = child.exitStatus() == QProcess::NormalExit ? child.exitCode() : -1;
    said.lines = QString::fromUtf8(child.readAllStandardOutput()).split('\n', Qt::SkipEmptyParts);
    for (const QString& line : said.lines) qInfo("%s", qPrintable(line));
    return said;
}

// Where neither root nor a user may mount, the limit on a file's size in run_faults_test stands for
// the full disk, and /proc there for the read-only one.
bool cannot_mount(const Said& said) {
    if (said.code == nobody_may_mount) qInfo("nobody may mount a disk here");
    return said.code == nobody_may_mount;
}

}  // namespace

class PlacesTest : public QObject {
    Q_OBJECT

  private slots:
    void a_disk_that_is_full_data() {
        QTest::addColumn<QString>("size");
        for (const char* size : {"256k", "320k"}) QTest::newRow(size) << QString(size);
    }
    void a_disk_that_is_full() {
        QFETCH(QString, size);
        QTemporaryDir folder;
        const Said said = tell(folder, {"full-disk", size});
        if (cannot_mount(said)) return;
        QCOMPARE(said.code, 0);
        QCOMPARE(said.lines.size(), 4);
        QCOMPARE(said.lines[0],
                 folder.path() +
                     "/run/journal.jsonl: cannot be written: the disk is full; what was recorded "
                     "is kept: make room, then resume the run");
        QVERIFY2(said.lines[1].endsWith(", 0 damaged lines"), qPrintable(said.lines[1]));
        const int kept = said.lines[1].section(' ', 0, 0).toInt();
        QVERIFY2(kept > 0 && kept < 200, qPrintable(said.lines[1]));
        QCOMPARE(said.lines[2], QString("done"));
        QVERIFY2(said.lines[3].startsWith("200 points"), qPrintable(said.lines[3]));
    }

    void a_disk_that_is_read_only() {
        QTemporaryDir folder;
        const Said said = tell(folder, {"read-only"});
        if (cannot_mount(said)) return;
        QCOMPARE(said.lines, QStringList{folder.path() +
                                         "/run: cannot be written: the file system is read-only"});
    }

    void a_disk_that_is_taken_away() {
        QTemporaryDir folder;
        const Said said = tell(folder, {"unmounted"});
        if (cannot_mount(said)) return;
        QCOMPARE(said.lines.size(), 1);
        QVERIFY2(said.lines[0].contains("the journal was moved, or its folder was, or its file "
                                        "system taken away, while the run was writing it"),
                 qPrintable(said.lines[0]));
        QVERIFY(QDir(folder.path()).isEmpty());  // nothing was made in its place
    }

    void a_folder_that_is_moved_is_resumed_where_it_is_put_back() {
        QTemporaryDir folder;
        const Said said = tell(folder, {"moved"});
        QCOMPARE(said.code, 0);
        QCOMPARE(said.lines.size(), 5);
        QVERIFY2(said.lines[0].contains("the journal was moved"), qPrintable(said.lines[0]));
        QCOMPARE(said.lines[1], QString("not made anew"));
        QVERIFY2(said.lines[2].endsWith("/elsewhere, 0 damaged lines"), qPrintable(said.lines[2]));
        QCOMPARE(said.lines[3], QString("done"));
        QVERIFY2(said.lines[4].startsWith("200 points"), qPrintable(said.lines[4]));
    }

    void a_journal_that_is_replaced() {
        QTemporaryDir folder;
        const Said said = tell(folder, {"replaced"});
        QCOMPARE(said.lines.size(), 4);
        QVERIFY2(said.lines[0].contains("the journal was replaced by another file"),
                 qPrintable(said.lines[0]));
        QVERIFY2(said.lines[1].startsWith("50 points"), qPrintable(said.lines[1]));
        QCOMPARE(said.lines[2], QString("done"));
        QVERIFY2(said.lines[3].startsWith("200 points"), qPrintable(said.lines[3]));
    }

    void a_folder_that_is_deleted() {
        QTemporaryDir folder;
        const Said said = tell(folder, {"deleted"});
        QCOMPARE(said.lines.size(), 2);
        QVERIFY2(said.lines[0].contains("the journal was deleted"), qPrintable(said.lines[0]));
        QCOMPARE(said.lines[1], QString("not made anew"));
    }

    void nothing_is_written_through_a_link() {
        QTemporaryDir folder;
        const Said said = tell(folder, {"linked-out"});
        QCOMPARE(said.lines.size(), 3);
        QCOMPARE(said.lines[0],
                 folder.path() +
                     "/run/artifacts: is a link, and nothing is written through a link in a "
                     "run's folder: remove it, or choose another folder");
        QCOMPARE(said.lines[1], QString("nothing outside"));
        QVERIFY2(said.lines[2].startsWith("200 points"), qPrintable(said.lines[2]));
    }

    // The wall clock leaps by years, either way, at every look at it; a run that is killed in
    // between is resumed under it.
    void a_clock_that_jumps() {
        QTemporaryDir parent;
        const QString folder = parent.filePath("run");
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("RUN_CHILD_CLOCK", "jumps");
        for (const bool whole : {false, true}) {
            QProcess child;
            child.setProcessEnvironment(environment);
            child.start(SLAY_RUN_CHILD, {folder, "1000"});
            QVERIFY(child.waitForReadyRead(patient(60'000)));
            if (!whole) child.kill();
            QVERIFY(child.waitForFinished(patient(120'000)));
            if (whole) QVERIFY2(child.exitCode() == 0, child.readAllStandardError());
        }
        const auto content = read_journal(folder.toStdString());
        QVERIFY(content && content->skipped.size() <= 1);
        const RunRecord& record = content->record;
        QCOMPARE(record.outcome(), RunOutcome::finished);
        QCOMPARE(record.count(PointState::ok), 200u);
        QCOMPARE(record.resumptions().size(), 1u);
        // The starts saw other years; no duration did.
        for (const std::string& started :
             {record.provenance().started, record.resumptions()[0].started}) {
            const auto time = QDateTime::fromString(QString::fromStdString(started), Qt::ISODate);
            QVERIFY2(time.isValid(), started.c_str());
            QVERIFY(std::abs(time.daysTo(QDateTime::currentDateTimeUtc())) > 300);
        }
        QVERIFY(record.seconds() >= 0 && record.seconds() < 120);
    }
};

QTEST_GUILESS_MAIN(PlacesTest)
#include "places_test.moc"
