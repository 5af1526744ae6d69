// slay-bench run --on HOST, through a real sshd: the run there goes on whatever the connection
// does, and the folder here becomes that of a run like any other.
#include <signal.h>

#include <QDir>
#include <QJsonArray>
#include <QJsonObject>
#include <QtTest>

#include "tests/bench/bench_process.h"
#include "tests/bench/loopback_host.h"
#include "tests/gzipped.h"
#include "tests/slow_build.h"

namespace {

QByteArray content_of(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

int lines_of(const QString& folder, const char* type) {
    int count = 0;
    for (const QJsonObject& line : journal_lines(folder))
        count += line["type"].toString() == type ? 1 : 0;
    return count;
}

int finished_points(const QString& folder) {
    return lines_of(folder, "point-finished");
}

// Eight groups of two points; a group takes 12 rounds x 2 points x 10 ms.
QByteArray slow_preset() {
    return small_preset().replace("[64, 128]", "[8, 16, 24, 32, 40, 48, 56, 64]");
}

}  // namespace

class BenchHostTest : public QObject {
    Q_OBJECT

  private slots:
    void init();
    void cleanup() { host_.reset(); }
    void a_run_there_is_a_run_like_any_other();
    void a_connection_that_is_cut_loses_nothing();
    void what_ended_here_is_followed_again();
    void an_interrupt_stops_the_run_there();
    void more_points_reach_a_run_that_goes_on_there();
    void more_points_reach_a_run_that_has_ended_there();
    void a_compressed_journal_there_is_not_gone_on_with();
    void what_goes_wrong_is_said_in_a_line();

  private:
    QStringList words(const QStringList& more) const {
        return QStringList{"run",
                           "--on",
                           LoopbackHost::name,
                           "--ssh-config",
                           host_->client_config(),
                           "--host-program",
                           QStringLiteral(SLAY_BIN_DIR "/slay-bench"),
                           "--out",
                           "run"} +
               more;
    }
    // Of the one run there.
    QString far_folder() const {
        const QDir runs(bench_->path("far/slay-workbench/runs/from-elsewhere"));
        const auto folders = runs.entryList(QDir::Dirs | QDir::NoDotAndDotDot);
        return folders.size() == 1 ? runs.filePath(folders[0]) : QString("not one run");
    }
    QByteArray far_journal() const { return content_of(far_folder() + "/journal.jsonl"); }
    void check_complete(const BenchResult& result, int points) {
        QVERIFY2(result.code == 0, result.err + result.out);
        QCOMPARE(finished_points(bench_->path("run")), points);
        QCOMPARE(content_of(bench_->path("run/journal.jsonl")), far_journal());
        QVERIFY(QFile::exists(bench_->path("run/artifacts/benchmark_results.json")));
        QVERIFY(QFile::exists(bench_->path("run/tables/latency_scaling.tex")));
    }
    QStringList request_files(const QString& run) const {
        return QDir(bench_->path(run + "/requests")).entryList({"*.json"}, QDir::Files);
    }
    std::unique_ptr<QProcess> start_slow_run() {
        auto process = bench_->start(words({"slow.json"}));
        if (!QTest::qWaitFor([this] { return finished_points(bench_->path("run")) >= 2; },
                             slay::patient(60'000)))
            qFatal("the run did not begin: %s", process->readAllStandardError().constData());
        return process;
    }

    std::unique_ptr<Bench> bench_;
    std::unique_ptr<LoopbackHost> host_;
};

void BenchHostTest::init() {
    bench_ = std::make_unique<Bench>();
    bench_->set("SLAY_ENGINE", "/no/engine/is/needed/here.so");
    bench_->write("small.json", small_preset());
    bench_->write("slow.json", slow_preset());
    host_ = std::make_unique<LoopbackHost>(
        QMap<QString, QString>{{"SLAY_ENGINE", SLAY_FAKE_ENGINE},
                               {"XDG_DATA_HOME", bench_->path("far")},
                               {"FAKE_DEVICE_NAME", "Faraway"},
                               {"FAKE_SAMPLE_MS", "10"}});
}

void BenchHostTest::a_run_there_is_a_run_like_any_other() {
    const BenchResult result = bench_->run(words({"small.json"}));
    check_complete(result, 4);
    QVERIFY2(result.out.contains("4 points on Faraway: 4 ok"), result.out);
    // A second time it is resumed, and nothing is measured.
    const BenchResult again = bench_->run(words({"--resume"}));
    check_complete(again, 4);
}

void BenchHostTest::a_connection_that_is_cut_loses_nothing() {
    const auto process = start_slow_run();
    host_->cut();
    QTRY_VERIFY_WITH_TIMEOUT(finished_points(bench_->path("run")) >= 8, slay::patient(60'000));
    host_->close();  // the whole machine is out of reach for a while
    QTest::qWait(1500);
    host_->open();
    const BenchResult result = Bench::finish(*process);
    check_complete(result, 16);
    QVERIFY2(result.err.contains("the connection to far is lost"), result.err);
    QVERIFY2(result.err.contains("the run goes on there"), result.err);
    QVERIFY2(result.err.contains("connected to far again"), result.err);
}

void BenchHostTest::what_ended_here_is_followed_again() {
    const auto process = start_slow_run();
    process->kill();
    process->waitForFinished();
    const BenchResult other = bench_->run({"run", "--resume", "--out", "run", "--on", "elsewhere"});
    QCOMPARE(other.code, 65);
    QVERIFY2(other.err.contains("runs on far, not on elsewhere"), other.err);
    const BenchResult result = bench_->run(words({"--resume"}));
    check_complete(result, 16);
}

void BenchHostTest::an_interrupt_stops_the_run_there() {
    const auto process = start_slow_run();
    kill(static_cast<pid_t>(process->processId()), SIGINT);
    const BenchResult stopped = Bench::finish(*process);
    QCOMPARE(stopped.code, 130);
    const int measured = finished_points(bench_->path("run"));
    QVERIFY(measured >= 2 && measured < 16);
    QVERIFY(content_of(bench_->path("run/journal.jsonl")).contains("\"outcome\":\"cancelled\""));
    const BenchResult result = bench_->run(words({"--resume"}));
    check_complete(result, 16);
}

void BenchHostTest::more_points_reach_a_run_that_goes_on_there() {
    const auto process = start_slow_run();
    const BenchResult first = bench_->run({"add", "run", "--variant", "cosformer"});
    QVERIFY2(first.code == 0 && first.err.contains("takes them up"), first.err);
    QTRY_COMPARE_WITH_TIMEOUT(lines_of(bench_->path("run"), "points-added"), 1,
                              slay::patient(60'000));
    // Asked for while nobody is connected: it waits for the connection.
    host_->close();
    QVERIFY(bench_->run({"add", "run", "--length", "96"}).code == 0);
    QTest::qWait(500);
    QCOMPARE(request_files("run").size(), 1);
    host_->open();
    const BenchResult result = Bench::finish(*process);
    check_complete(result, 16 + 8 + 3);
    QCOMPARE(lines_of(bench_->path("run"), "points-added"), 2);
    QVERIFY(request_files("run").isEmpty());
}

void BenchHostTest::more_points_reach_a_run_that_has_ended_there() {
    check_complete(bench_->run(words({"small.json"})), 4);
    const QJsonArray rows = bench_->run({"compare", "run", "--json"}).json().array();
    const QString id = rows.first().toObject()["point"].toString();
    BenchResult asked = bench_->run({"add", "run", "--rerun", id});
    QVERIFY2(asked.code == 0 && asked.err.contains("run --resume --out run"), asked.err);
    asked = bench_->run({"add", "run", "--length", "96"});
    QVERIFY2(asked.code == 0, asked.err);
    bench_->write("run/requests/stranger's.json", "{\"schema\": \"slay-request/1\", \"add\": 7}");
    const BenchResult result = bench_->run(words({"--resume"}));
    check_complete(result, 4 + 1 + 2);
    QCOMPARE(lines_of(bench_->path("run"), "point-reopened"), 1);
    QVERIFY2(result.err.contains("a request was refused"), result.err);
    QVERIFY(request_files("run").isEmpty());
    // Nothing is asked a second time.
    check_complete(bench_->run(words({"--resume"})), 4 + 1 + 2);
}

void BenchHostTest::a_compressed_journal_there_is_not_gone_on_with() {
    check_complete(bench_->run(words({"small.json"})), 4);
    const QByteArray whole = far_journal();
    gzip_journal(far_folder());
    // Here a part of it is known, as after a connection that was cut.
    QFile near(bench_->path("run/journal.jsonl"));
    QVERIFY(near.resize(whole.lastIndexOf('\n', -2) + 1));
    BenchResult result = bench_->run(words({"--resume"}));
    QVERIFY2(result.code != 0, result.out);
    QVERIFY2(result.err.contains("far: its run ended with 73: ") &&
                 result.err.contains("its journal is compressed: gunzip "),
             result.err);
    QCOMPARE(QDir(far_folder()).entryList({"journal*"}, QDir::Files),
             QStringList{"journal.jsonl.gz"});
    QFile plain(far_folder() + "/journal.jsonl");
    QVERIFY(plain.open(QIODevice::WriteOnly) && plain.write(whole) == whole.size());
    plain.close();
    check_complete(bench_->run(words({"--resume"})), 4);
}

void BenchHostTest::what_goes_wrong_is_said_in_a_line() {
    BenchResult result = bench_->run(words({"small.json", "--set", "/device=\"cuda:3\""}));
    QCOMPARE(result.code, 70);
    QVERIFY2(result.err.contains("far: its run ended with 69: "), result.err);
    QVERIFY2(result.err.contains("no device cuda:3 here"), result.err);

    const QStringList without{"run",
                              "small.json",
                              "--on",
                              LoopbackHost::name,
                              "--ssh-config",
                              host_->client_config(),
                              "--host-program",
                              "/no/such/slay-bench",
                              "--out",
                              "other"};

    result = bench_->run(without);
    QCOMPARE(result.code, 66);
    QVERIFY2(result.err.contains("far has no /no/such/slay-bench"), result.err);
    QVERIFY(!QFile::exists(bench_->path("other/journal.jsonl")));

    host_->close();
    result = bench_->run(without);
    QCOMPARE(result.code, 69);
    QVERIFY2(result.err.contains("far cannot be reached: ssh exited with 255; its last messages: "),
             result.err);
    QVERIFY2(result.err.contains("Connection refused"), result.err);
}

QTEST_GUILESS_MAIN(BenchHostTest)
#include "bench_host_test.moc"
