// A run that is killed, or that has no room: nothing acknowledged is lost, nothing measured twice.
#include <signal.h>

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QtTest>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "engine/core/journal.h"
#include "tests/slow_build.h"

using namespace slay;

namespace {

// How often each point is finished in the journal, read line by line.
std::map<std::string, int> finished_points(const QString& folder) {
    std::map<std::string, int> times;
    QFile file(folder + "/journal.jsonl");
    if (!file.open(QIODevice::ReadOnly)) return times;
    while (!file.atEnd()) {
        QByteArray line = file.readLine();
        if (!line.endsWith('\n')) break;
        line.chop(1);
        const auto event = parse_line({line.constData(), static_cast<std::size_t>(line.size())});
        if (!event) continue;
        if (const auto* finished = std::get_if<PointFinished>(&event->body))
            ++times[finished->point];
    }
    return times;
}

void start(QProcess& child, const QString& folder, const QStringList& more) {
    child.start(SLAY_RUN_CHILD, QStringList{folder} + more);
    if (!child.waitForStarted()) qFatal("%s cannot be started", SLAY_RUN_CHILD);
}

QByteArray content_of(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

bool holds(const QString& path, const char* text) {
    return content_of(path).contains(text);
}

// The one child process of another process; 0 where there is none.
qint64 child_of(qint64 parent) {
    for (const QString& pid : QDir("/proc").entryList({"[0-9]*"}, QDir::Dirs))
        if (content_of("/proc/" + pid + "/status")
                .contains("\nPPid:\t" + QByteArray::number(parent) + "\n"))
            return pid.toLongLong();
    return 0;
}

// Whether the process is there and no zombie.
bool runs(qint64 pid) {
    const QByteArray status = content_of(QString("/proc/%1/status").arg(pid));
    return !status.isEmpty() && !status.contains("\nState:\tZ");
}

void collect(QProcess& child, std::set<std::string>& acknowledged) {
    const QByteArray output = child.readAllStandardOutput();
    for (const QByteArray& line : output.split('\n'))
        if (line.size() == 16) acknowledged.insert(line.toStdString());
}

}  // namespace

class FaultsTest : public QObject {
    Q_OBJECT

  private slots:
    void killed_at_random_instants_nothing_is_lost_or_done_twice_data() {
        QTest::addColumn<int>("runs_wanted");
        QTest::addColumn<QStringList>("how");
        QTest::newRow("in its own process") << 5 << QStringList{"1500"};
        QTest::newRow("in workers")
            << 1 << QStringList{"100", "0", SLAY_WORKER_CHILD, "none", "linear", "64"};
    }
    void killed_at_random_instants_nothing_is_lost_or_done_twice() {
        QFETCH(int, runs_wanted);
        QFETCH(QStringList, how);
        QRandomGenerator random(20260101);
        // SLAY_KILL_RUNS=60 checks more than 10,000 points, in some minutes.
        const int asked = qEnvironmentVariable("SLAY_KILL_RUNS").toInt();
        const int wanted = asked > 0 ? asked : runs_wanted;
        int kills = 0, runs = 0;
        std::size_t checked = 0;
        while (runs < wanted) {
            QTemporaryDir parent;
            const QString folder = parent.filePath("run");
            std::set<std::string> acknowledged;
            // A dozen kills, then the run may end: at any instant of its start, or some time after
            // its first point.
            int kills_left = 12;
            for (bool complete = false; !complete;) {
                QProcess child;
                start(child, folder, how);
                if (kills_left % 4 != 0) child.waitForReadyRead(patient(120'000));
                const int wait =
                    kills_left > 0 ? random.bounded(1, patient(120)) : patient(240'000);
                if (child.state() == QProcess::Running && !child.waitForFinished(wait)) {
                    child.kill();
                    QVERIFY(child.waitForFinished(patient(30'000)));
                    ++kills;
                    --kills_left;
                } else {
                    QVERIFY2(child.exitCode() == 0, child.readAllStandardError());
                    complete = child.exitStatus() == QProcess::NormalExit;
                }
                collect(child, acknowledged);
                const auto times = finished_points(folder);
                for (const std::string& id : acknowledged)
                    QVERIFY2(times.count(id) == 1, ("lost: " + id).c_str());
                for (const auto& [id, count] : times)
                    QVERIFY2(count == 1, ("finished twice: " + id).c_str());
            }
            const auto content = read_journal(folder.toStdString());
            QVERIFY(content);
            QCOMPARE(content->record.count(PointState::ok), 200u);
            QCOMPARE(finished_points(folder).size(), 200u);
            for (const RecordedPoint& point : content->record.points())
                QCOMPARE(point.samples.at("latency_ms").values.size(), 6u);
            checked += acknowledged.size();
            ++runs;
        }
        QVERIFY(kills > wanted);
        qInfo("%d runs, %d kills, %zu acknowledged points checked", runs, kills, checked);
    }

    void a_full_disk_ends_with_a_clear_line_and_keeps_what_was_recorded() {
        QTemporaryDir parent;
        const QString folder = parent.filePath("run");
        // Room for the plan and some points; then for more; then for all.
        qint64 plan_bytes = 0;
        {
            QProcess child;
            start(child, parent.filePath("whole"), {"0"});
            QVERIFY(child.waitForFinished(patient(60000)));
            QCOMPARE(child.exitCode(), 0);
            plan_bytes = QFile(parent.filePath("whole/journal.jsonl")).size();
        }
        std::set<std::string> acknowledged;
        for (const double part : {0.5, 0.7, 0.9}) {
            QProcess child;
            start(child, folder,
                  {"0",
                   QString::number(static_cast<qint64>(part * static_cast<double>(plan_bytes)))});
            QVERIFY(child.waitForFinished(patient(60000)));
            const QString said = QString::fromUtf8(child.readAllStandardError());
            QCOMPARE(child.exitCode(), 74);
            QCOMPARE(said,
                     folder +
                         "/journal.jsonl: cannot be written: the file would exceed the size limit; "
                         "what was recorded is kept: make room, then resume the run\n");
            collect(child, acknowledged);
            const auto content = read_journal(folder.toStdString());
            QVERIFY(content && content->skipped.empty());
            QVERIFY(!acknowledged.empty());
            QCOMPARE(finished_points(folder).size(), acknowledged.size());
        }
        QProcess child;
        start(child, folder, {"0"});
        QVERIFY(child.waitForFinished(patient(60000)));
        QVERIFY2(child.exitCode() == 0, child.readAllStandardError());
        for (const auto& [id, count] : finished_points(folder)) QCOMPARE(count, 1);
        QCOMPARE(read_journal(folder.toStdString())->record.count(PointState::ok), 200u);
    }

    // However a parent ends, its worker ends: one that measures, one that hangs, one that is
    // stopped and cannot notice anything, one that does not ask the system to be ended with it.
    void no_worker_outlives_its_parent_data() {
        QTest::addColumn<QString>("worker");
        QTest::addColumn<int>("signal_number");
        for (const char* worker : {"none", "hang", "stop", "hang-alone"})
            for (const int signal_number : {SIGKILL, SIGTERM, SIGSEGV})
                QTest::addRow("%s, %s", worker, strsignal(signal_number))
                    << QString(worker) << signal_number;
    }
    void no_worker_outlives_its_parent() {
        QFETCH(QString, worker);
        QFETCH(int, signal_number);
        QTemporaryDir parent;
        QProcess child;
        start(child, parent.filePath("run"),
              {"20000", "0", SLAY_WORKER_CHILD, worker, "linear", "64", "start"});
        qint64 pid = 0;
        QTRY_VERIFY_WITH_TIMEOUT((pid = child_of(child.processId())) != 0, patient(30'000));
        // In the middle of its plan.
        QTRY_VERIFY_WITH_TIMEOUT(holds(parent.filePath("run/journal.jsonl"), "point-started"),
                                 patient(30'000));
        kill(static_cast<pid_t>(child.processId()), signal_number);
        QVERIFY(child.waitForFinished(patient(30'000)));
        QTRY_VERIFY_WITH_TIMEOUT(!runs(pid), patient(10'000));
    }

    void a_second_process_is_kept_out() {
        QTemporaryDir parent;
        const QString folder = parent.filePath("run");
        QProcess first, second;
        start(first, folder, {"20000"});
        QVERIFY(first.waitForReadyRead(patient(30000)));
        start(second, folder, {"0"});
        QVERIFY(second.waitForFinished(patient(30000)));
        QCOMPARE(second.exitCode(), 73);
        const QString said = QString::fromUtf8(second.readAllStandardError());
        QVERIFY2(said.contains(
                     QString("another run is writing here (process %1)").arg(first.processId())),
                 qPrintable(said));
        first.kill();
        QVERIFY(first.waitForFinished(patient(30'000)));
        // The lock died with its process.
        QProcess third;
        start(third, folder, {"0"});
        QVERIFY(third.waitForFinished(patient(60000)));
        QVERIFY2(third.exitCode() == 0, third.readAllStandardError());
    }

    void a_read_only_place_is_named() {
        QProcess child;
        start(child, "/proc/self/run", {"0"});
        QVERIFY(child.waitForFinished(patient(30000)));
        QCOMPARE(child.exitCode(), 73);
        QVERIFY(child.readAllStandardError().startsWith("/proc/self/run: cannot be written: "));
    }
};

QTEST_GUILESS_MAIN(FaultsTest)
#include "faults_test.moc"
