// A run that is killed, or that has no room: nothing acknowledged is lost, nothing measured twice.
#include <QFile>
#include <QProcess>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QtTest>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "engine/core/journal.h"

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

void collect(QProcess& child, std::set<std::string>& acknowledged) {
    const QByteArray output = child.readAllStandardOutput();
    for (const QByteArray& line : output.split('\n'))
        if (line.size() == 16) acknowledged.insert(line.toStdString());
}

}  // namespace

class FaultsTest : public QObject {
    Q_OBJECT

  private slots:
    void killed_at_random_instants_nothing_is_lost_or_done_twice() {
        QRandomGenerator random(20260101);
        // SLAY_KILL_RUNS=60 checks more than 10,000 points, in some minutes.
        const int wanted = qMax(1, qEnvironmentVariable("SLAY_KILL_RUNS", "5").toInt());
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
                start(child, folder, {"1500"});
                if (kills_left % 4 != 0) child.waitForReadyRead(120'000);
                const int wait = kills_left > 0 ? random.bounded(1, 120) : 240'000;
                if (child.state() == QProcess::Running && !child.waitForFinished(wait)) {
                    child.kill();
                    QVERIFY(child.waitForFinished());
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
            QVERIFY(child.waitForFinished(60000));
            QCOMPARE(child.exitCode(), 0);
            plan_bytes = QFile(parent.filePath("whole/journal.jsonl")).size();
        }
        std::set<std::string> acknowledged;
        for (const double part : {0.5, 0.7, 0.9}) {
            QProcess child;
            start(child, folder,
                  {"0",
                   QString::number(static_cast<qint64>(part * static_cast<double>(plan_bytes)))});
            QVERIFY(child.waitForFinished(60000));
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
        QVERIFY(child.waitForFinished(60000));
        QVERIFY2(child.exitCode() == 0, child.readAllStandardError());
        for (const auto& [id, count] : finished_points(folder)) QCOMPARE(count, 1);
        QCOMPARE(read_journal(folder.toStdString())->record.count(PointState::ok), 200u);
    }

    void a_second_process_is_kept_out() {
        QTemporaryDir parent;
        const QString folder = parent.filePath("run");
        QProcess first, second;
        start(first, folder, {"20000"});
        QVERIFY(first.waitForReadyRead(30000));
        start(second, folder, {"0"});
        QVERIFY(second.waitForFinished(30000));
        QCOMPARE(second.exitCode(), 73);
        const QString said = QString::fromUtf8(second.readAllStandardError());
        QVERIFY2(said.contains(
                     QString("another run is writing here (process %1)").arg(first.processId())),
                 qPrintable(said));
        first.kill();
        QVERIFY(first.waitForFinished());
        // The lock died with its process.
        QProcess third;
        start(third, folder, {"0"});
        QVERIFY(third.waitForFinished(60000));
        QVERIFY2(third.exitCode() == 0, third.readAllStandardError());
    }

    void a_read_only_place_is_named() {
        QProcess child;
        start(child, "/proc/self/run", {"0"});
        QVERIFY(child.waitForFinished(30000));
        QCOMPARE(child.exitCode(), 73);
        QVERIFY(child.readAllStandardError().startsWith("/proc/self/run: cannot be written: "));
    }
};

QTEST_GUILESS_MAIN(FaultsTest)
#include "faults_test.moc"
