// Interrupts: the first ends a run after the sample in flight, the second at once; nothing that was
// recorded is lost, and --resume measures the rest and nothing twice.
#include <signal.h>

#include <QJsonArray>
#include <QJsonObject>
#include <QtTest>

#include "tests/bench/bench_process.h"
#include "tests/slow_build.h"

namespace {

// Eight groups of two points; a group takes 12 rounds x 2 points x 20 ms.
QByteArray slow_preset() {
    return small_preset().replace("[64, 128]", "[8, 16, 24, 32, 40, 48, 56, 64]");
}

int count_of(const QString& folder, const QString& type) {
    int count = 0;
    for (const QJsonObject& line : journal_lines(folder)) {
        if (line["type"].toString() == type) ++count;
    }
    return count;
}

QMap<QString, int> finished_points(const QString& folder) {
    QMap<QString, int> finished;
    for (const QJsonObject& line : journal_lines(folder)) {
        if (line["type"].toString() == "point-finished") ++finished[line["point"].toString()];
    }
    return finished;
}

}  // namespace

class BenchInterruptTest : public QObject {
    Q_OBJECT

  private slots:
    void init();
    void an_interrupted_run_is_resumed_data();
    void an_interrupted_run_is_resumed();
    void the_second_interrupt_ends_at_once();
    void a_killed_run_is_resumed();
    void a_foreign_run_is_refused_unless_allowed();
    void two_runs_keep_out_of_one_folder();

  private:
    std::unique_ptr<QProcess> start_slow_run();
    void resume_and_check();

    std::unique_ptr<Bench> bench_;
    QString run_;
};

void BenchInterruptTest::init() {
    bench_ = std::make_unique<Bench>();
    bench_->set("FAKE_SAMPLE_MS", "20");
    bench_->write("slow.json", slow_preset());
    run_ = bench_->path("run");
}

// A run of which some points are measured and some are not.
std::unique_ptr<QProcess> BenchInterruptTest::start_slow_run() {
    auto process = bench_->start({"run", "slow.json", "--out", "run"});
    const bool begun = QTest::qWaitFor([this] { return count_of(run_, "point-finished") >= 4; },
                                       slay::patient(60'000));
    if (!begun) qFatal("the run did not begin");
    return process;
}

void BenchInterruptTest::resume_and_check() {
    const int measured_before = static_cast<int>(finished_points(run_).size());
    QVERIFY(measured_before >= 4);
    QVERIFY(measured_before < 16);
    bench_->set("FAKE_SAMPLE_MS", "0");
    const BenchResult resumed = bench_->run({"run", "--resume", "--out", "run", "--json"});
    QVERIFY2(resumed.code == 0, resumed.err);
    QCOMPARE(resumed.json()[0]["states"]["ok"].toInt(), 16);
    QVERIFY2(resumed.err.contains(QByteArray::number(measured_before) + " of 16"), resumed.err);
    const auto finished = finished_points(run_);
    QCOMPARE(finished.size(), 16);
    for (const int times : finished) QCOMPARE(times, 1);
}

void BenchInterruptTest::an_interrupted_run_is_resumed_data() {
    QTest::addColumn<int>("signal_number");
    QTest::newRow("SIGINT") << SIGINT;
    QTest::newRow("SIGTERM") << SIGTERM;
    QTest::newRow("SIGHUP") << SIGHUP;
}

void BenchInterruptTest::an_interrupted_run_is_resumed() {
    QFETCH(int, signal_number);
    const auto process = start_slow_run();
    kill(static_cast<pid_t>(process->processId()), signal_number);
    const BenchResult stopped = Bench::finish(*process);
    QCOMPARE(stopped.code, 130);
    QVERIFY2(stopped.err.contains("--resume --out run"), stopped.err);
    QCOMPARE(count_of(run_, "run-finished"), 1);
    QVERIFY(QFile::exists(run_ + "/artifacts/benchmark_results.json"));
    QCOMPARE(bench_->run({"export", "run", "--out", "half"}).code, 0);
    resume_and_check();
}

void BenchInterruptTest::the_second_interrupt_ends_at_once() {
    bench_->set("FAKE_SAMPLE_MS", "60000");
    const auto process = bench_->start({"run", "slow.json", "--out", "run"});
    QVERIFY(QTest::qWaitFor([this] { return count_of(run_, "point-started") >= 1; },
                            slay::patient(60'000)));
    const auto id = static_cast<pid_t>(process->processId());
    kill(id, SIGINT);
    QTest::qWait(20);
    kill(id, SIGINT);  // to the program and to its group, as timeout(1) does: one wish
    QTest::qWait(500);
    QCOMPARE(process->state(), QProcess::Running);  // the sample in flight goes on
    QElapsedTimer timer;
    timer.start();
    kill(id, SIGINT);
    const BenchResult ended = Bench::finish(*process);
    QVERIFY2(timer.elapsed() < 30'000, "it waited for the sample");
    QCOMPARE(ended.code, 130);
    QVERIFY2(ended.err.contains("second interrupt"), ended.err);
    // The plan is there, and the run can go on.
    bench_->set("FAKE_SAMPLE_MS", "0");
    QCOMPARE(bench_->run({"run", "--resume", "--out", "run"}).code, 0);
    QCOMPARE(finished_points(run_).size(), 16);
}

void BenchInterruptTest::a_killed_run_is_resumed() {
    const auto process = start_slow_run();
    process->kill();
    QCOMPARE(Bench::finish(*process).code, -1);
    QCOMPARE(count_of(run_, "run-finished"), 0);
    resume_and_check();
}

void BenchInterruptTest::a_foreign_run_is_refused_unless_allowed() {
    const auto process = start_slow_run();
    kill(static_cast<pid_t>(process->processId()), SIGINT);
    QCOMPARE(Bench::finish(*process).code, 130);
    bench_->set("FAKE_SAMPLE_MS", "0");
    bench_->set("FAKE_DEVICE_NAME", "Another CPU");
    const BenchResult refused = bench_->run({"run", "--resume", "--out", "run"});
    QVERIFY2(refused.code != 0 && refused.code != 3, refused.err);
    QVERIFY2(refused.err.contains("Another CPU"), refused.err);
    QVERIFY2(refused.err.contains("--allow-foreign"), refused.err);
    const BenchResult allowed = bench_->run({"run", "--resume", "--allow-foreign", "--out", "run"});
    QVERIFY2(allowed.code == 0, allowed.err);
}

void BenchInterruptTest::two_runs_keep_out_of_one_folder() {
    const auto process = start_slow_run();
    const BenchResult second = bench_->run({"run", "--resume", "--out", "run"});
    QVERIFY2(second.code != 0 && second.code != 3, second.err);
    QVERIFY2(second.err.contains("run"), second.err);
    kill(static_cast<pid_t>(process->processId()), SIGINT);
    QCOMPARE(Bench::finish(*process).code, 130);
    resume_and_check();
}

QTEST_GUILESS_MAIN(BenchInterruptTest)
#include "bench_interrupt_test.moc"
