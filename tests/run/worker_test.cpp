// Workers that misbehave in each way: the point at fault is marked with what happened, every other
// point is measured, and nothing of a worker is left.
#include <signal.h>

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QtTest>
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <thread>

#include "engine/core/units.h"
#include "engine/run/executor_choice.h"
#include "engine/run/side_by_side.h"
#include "tests/run/fake_executor.h"
#include "tests/run/worker_run.h"

using namespace slay;

namespace {

// The processes that this one started and that still run the program.
QStringList running_workers() {
    QStringList found;
    for (const QString& pid : QDir("/proc").entryList({"[0-9]*"}, QDir::Dirs)) {
        QFile file("/proc/" + pid + "/cmdline");
        if (!file.open(QIODevice::ReadOnly)) continue;
        const QByteArray line = file.readAll();
        QFile status("/proc/" + pid + "/status");
        if (!line.startsWith(SLAY_WORKER_CHILD) || !status.open(QIODevice::ReadOnly)) continue;
        // Ours, or left behind by one of ours.
        const QByteArray text = status.readAll();
        if (text.contains("\nState:\tZ")) continue;
        if (text.contains("PPid:\t" + QByteArray::number(getpid()) + "\n") ||
            (line.contains("leaves-a-child") && text.contains("PPid:\t1\n")))
            found << pid;
    }
    return found;
}

bool said(const RunRecord& record, const std::string& part) {
    return std::any_of(record.messages().begin(), record.messages().end(),
                       [&](const LoggedMessage& m) { return m.text.find(part) != m.text.npos; });
}

std::map<std::string, int> times_finished(const std::vector<Event>& events) {
    std::map<std::string, int> times;
    for (const Event& event : events)
        if (const auto* finished = std::get_if<PointFinished>(&event.body))
            ++times[finished->point];
    return times;
}

}  // namespace

class WorkerTest : public QObject {
    Q_OBJECT

  private slots:
    // A run of this test beside this one may have left one behind for a moment.
    void cleanup() { QTRY_COMPARE_WITH_TIMEOUT(running_workers(), QStringList{}, patient(30'000)); }

    void the_record_is_that_of_a_run_in_this_process() {
        WorkerRun elsewhere;
        const RunRecord there = elsewhere.record({"none", "linear", "128"});
        fake::FakeExecutor executor;
        executor.rounds = 6;
        RunControl control;
        QTemporaryDir folder;
        const auto here = run_spec(worker_sweep(), executor, control,
                                   {folder.filePath("run").toStdString(), false, false}, {});
        QVERIFY(here);
        QCOMPARE(there.count(PointState::ok), 8u);
        QCOMPARE(there.points().size(), here->points().size());
        for (std::size_t i = 0; i < there.points().size(); ++i) {
            const RecordedPoint &a = there.points()[i], &b = here->points()[i];
            QCOMPARE(a.point.id, b.point.id);
            QCOMPARE(a.result.state, b.result.state);
            QVERIFY(a.samples.at("latency_ms").values == b.samples.at("latency_ms").values);
            QVERIFY(a.samples.at("latency_ms").rounds == b.samples.at("latency_ms").rounds);
        }
        QVERIFY(there.provenance().same_origin(here->provenance()));
        QVERIFY(there.messages().empty());
        // All by one process, and not by this one.
        std::set<std::string> pids;
        for (const RecordedPoint& each : there.points())
            pids.insert(each.result.notes.at("measured by"));
        QCOMPARE(pids.size(), 1u);
        QVERIFY(!pids.contains(std::to_string(getpid())));
        // What is in memory is what is on the disk.
        QCOMPARE(results_json(read_journal(elsewhere.path())->record).dump(),
                 results_json(there).dump());
    }

    void a_point_costs_itself_alone_data() {
        QTest::addColumn<QString>("fault");
        QTest::addColumn<QString>("when");
        QTest::addColumn<int>("state");
        QTest::addColumn<QString>("reason");
        const auto row = [](const char* fault, const char* when, PointState state,
                            const char* reason) {
            QTest::addRow("%s, %s", fault, when)
                << QString(fault) << QString(when) << static_cast<int>(state) << QString(reason);
        };
        for (const char* when : {"start", "rounds"}) {
            row("segfault", when, PointState::failed,
                "linear at L = 128: its worker was ended by signal 11 (Segmentation fault); its "
                "last messages: about to touch a null pointer");
            row("sticky", when, PointState::failed, "an illegal access");
        }
        row("abort", "start", PointState::failed,
            "was ended by signal 6 (Aborted); its last messages: terminate called: a check failed");
        row("exit", "start", PointState::failed, "its worker exited with 3");
        row("kill", "start", PointState::failed, "its worker was ended by signal 9 (Killed)");
        const WorkerLimits limits = quick_limits();
        const std::string overdue = format_duration(limits.point_seconds) + ", the limit of";
        const std::string silent =
            "gave no sign of life for " + format_duration(limits.silence_seconds);
        const std::string filled = "of memory; the limit is " + format_bytes(limits.memory_bytes);
        row("hang", "start", PointState::timed_out, overdue.c_str());
        row("stop", "start", PointState::timed_out, silent.c_str());
        row("memory", "start", PointState::out_of_memory, filled.c_str());
        row("half-line-dies", "start", PointState::failed, "exited with 9");
        row("half-line-hangs", "start", PointState::failed, "said what is no line of a worker");
        row("garbage", "start", PointState::failed, "said what is no line of a worker");
        row("twice", "start", PointState::failed, "left out or repeated a line");
        row("endless-line", "start", PointState::failed, "began a line of more than 1.05 MB");
        row("messages", "start", PointState::failed, "said too much");
        row("samples", "start", PointState::failed, "said too much");
        row("stderr-for-ever", "start", PointState::timed_out, overdue.c_str());
        row("closes-pipe", "start", PointState::failed,
            "its worker closed its pipe, or left it unread, without ending");
        row("leaves-a-child", "start", PointState::failed,
            "its worker was ended by signal 11 (Segmentation fault)");
        row("stranger", "start", PointState::failed, "said what has no place here");
        row("sticky-unsaid", "start", PointState::failed, "could not go on: the context is lost");
        row("throw", "start", PointState::failed,
            "exited with 70; its last messages: internal error: a bug");
    }
    void a_point_costs_itself_alone() {
        QFETCH(QString, fault);
        QFETCH(QString, when);
        QFETCH(int, state);
        QFETCH(QString, reason);
        WorkerRun run;
        // Where another limit is to be met, however busy the machine is.
        if (fault == "stop" || fault == "samples" || fault == "memory")
            run.limits.point_seconds = 60 * slow_build();
        if (fault == "samples") run.limits.plan_bytes = 4 << 20;
        const RunRecord record =
            run.record({fault.toStdString(), "linear", "128", when.toStdString()});
        QCOMPARE(record.outcome(), RunOutcome::finished);
        // The lengths beyond one that ran out of memory are not tried.
        const bool for_memory = state == static_cast<int>(PointState::out_of_memory);
        QCOMPARE(record.count(PointState::ok), for_memory ? 5u : 7u);
        const RecordedPoint& culprit = point_at(record, "linear", 128);
        const auto says = [&](const std::string& words) {
            return culprit.result.reason.find(words) != std::string::npos;
        };
        // A heartbeat may end the endless line before it is too long.
        const bool ended = fault == "endless-line" && says("said what is no line of a worker");
        QVERIFY2(ended || says(reason.toStdString()), culprit.result.reason.c_str());
        QCOMPARE(static_cast<int>(culprit.result.state), state);
        for (const auto& [id, times] : times_finished(run.events)) QCOMPARE(times, 1);
        // The one that stood beside it was measured in one go, and its samples are of that alone.
        const auto& beside = point_at(record, "standard", 128).samples.at("latency_ms");
        QCOMPARE(beside.rounds, (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5}));
        QVERIFY(said(record, "It is replaced."));
        QVERIFY(said(record, "The worker of cpu (process "));
        QCOMPARE(results_json(read_journal(run.path())->record).dump(),
                 results_json(record).dump());
    }

    void harmless_noise_is_let_pass() {
        for (const char* fault : {"stderr-flood", "stdout-words"}) {
            WorkerRun run;
            const RunRecord record = run.record({fault, "linear", "128"});
            QCOMPARE(record.count(PointState::ok), 8u);
            QVERIFY(record.messages().empty());
        }
    }

    void a_result_given_twice_is_kept_once() {
        WorkerRun run;
        const RunRecord record = run.record({"twice-finished", "linear", "128"});
        QCOMPARE(record.count(PointState::ok), 8u);
        QVERIFY(said(record, "a second result for point"));
        for (const auto& [id, times] : times_finished(run.events)) QCOMPARE(times, 1);
    }

    void one_that_dies_once_is_measured_in_the_end() {
        WorkerRun run;
        run.environment = {"WORKER_CHILD_MARKER=" + run.folder.filePath("marker").toStdString()};
        const RunRecord record = run.record({"first-time", "linear", "128", "rounds"});
        QCOMPARE(record.count(PointState::ok), 8u);
        QVERIFY(said(record, "signal 11"));
    }

    void points_that_only_fail_together_are_all_named() {
        WorkerRun run;
        const RunRecord record = run.record({"together", "linear", "128", "rounds"});
        QCOMPARE(record.count(PointState::ok), 6u);
        for (const char* variant : {"standard", "linear"}) {
            const PointResult& result = point_at(record, variant, 128).result;
            QCOMPARE(result.state, PointState::failed);
            QVERIFY2(result.reason.find("side by side") != std::string::npos,
                     result.reason.c_str());
        }
    }

    void three_deaths_at_start_are_an_error_data() {
        QTest::addColumn<QString>("fault");
        QTest::addColumn<QString>("message");
        QTest::newRow("dies") << "dies-at-start"
                              << "3 workers died one after another at their start; the last: it "
                                 "exited with 66; its last messages: no libtorch here";
        QTest::newRow("silent") << "silent-at-start"
                                << "it gave no sign of life for ";
        QTest::newRow("babbles") << "babbles-at-start"
                                 << "it said what is no line of a worker";
        QTest::newRow("version") << "another-version"
                                 << "is version 9.9.9 (";
    }
    void three_deaths_at_start_are_an_error() {
        QFETCH(QString, fault);
        QFETCH(QString, message);
        WorkerRun run;
        run.limits.silence_seconds = 0.4 * slow_build();
        const auto result = run.go({fault.toStdString(), "linear", "128"});
        QVERIFY(!result);
        QVERIFY2(result.error().message.find(message.toStdString()) != std::string::npos,
                 result.error().message.c_str());
        QVERIFY(!QFile::exists(run.folder.filePath("run")));  // it left nothing behind
    }

    // The program goes away in the middle: the run ends, says why, and is resumed.
    void workers_that_do_not_start_any_more_end_the_run() {
        WorkerRun run;
        const std::string program = run.folder.filePath("program").toStdString();
        QVERIFY(QFile::copy(SLAY_WORKER_CHILD, QString::fromStdString(program)));
        run.environment = {"LD_LIBRARY_PATH=" SLAY_BIN_DIR};
        ChildCommand command = run.child({"segfault", "linear", "128"});
        command.program = program;
        auto executor = WorkerExecutor::start(command, run.limits);
        QVERIFY2(executor, executor ? "" : executor.error().message.c_str());
        QVERIFY(QFile::remove(QString::fromStdString(program)));
        auto record =
            run_spec(worker_sweep(), **executor, run.control, {run.path(), false, false}, {});
        QVERIFY(record);
        QCOMPARE(record->outcome(), RunOutcome::failed);
        QVERIFY2(record->reason().find("could not be started: no such file") != std::string::npos,
                 record->reason().c_str());
        QCOMPARE(record->count(PointState::ok), 2u);
        QCOMPARE(record->count(PointState::pending), 6u);
        executor->reset();

        const auto resumed = run.go({"none", "linear", "128"}, worker_sweep(), true);
        QVERIFY(resumed);
        QCOMPARE(resumed->outcome(), RunOutcome::finished);
        QCOMPARE(resumed->count(PointState::ok), 8u);
    }

    void a_stop_and_a_pause_reach_the_worker() {
        WorkerRun run;
        run.environment = {"WORKER_CHILD_SAMPLE_US=2000"};
        int samples = 0;
        std::jthread resumer;
        run.on_event = [&](const Event& event) {
            if (std::holds_alternative<SamplesTaken>(event.body) && ++samples == 5)
                run.control.pause();
            if (std::holds_alternative<RunPaused>(event.body))
                resumer = std::jthread([&] {
                    std::this_thread::sleep_for(std::chrono::milliseconds(200));
                    run.control.resume();
                });
            if (samples == 30) run.control.request_stop();
        };
        const auto record = run.go({"none", "linear", "128"});
        QVERIFY(record);
        QCOMPARE(record->outcome(), RunOutcome::cancelled);
        QVERIFY(record->count(PointState::ok) >= 2 && record->count(PointState::ok) < 8);
        int pauses = 0, continued = 0;
        for (const Event& event : run.events) {
            pauses += std::holds_alternative<RunPaused>(event.body);
            continued += std::holds_alternative<RunContinued>(event.body);
        }
        QCOMPARE(pauses, 1);
        QCOMPARE(continued, 1);
        QVERIFY(record->messages().empty());
    }

    void one_that_does_not_stop_is_ended() {
        WorkerRun run;
        run.limits.point_seconds = 60 * slow_build();
        std::jthread stopper([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(500));
            run.control.request_stop();
        });
        QElapsedTimer timer;
        timer.start();
        const auto record = run.go({"hang", "linear", "64"});
        QVERIFY(record);
        QCOMPARE(record->outcome(), RunOutcome::cancelled);
        QCOMPARE(record->count(PointState::pending), 8u);
        QVERIFY(timer.elapsed() < patient(30'000));
    }

    void one_that_died_idle_is_replaced_in_silence() {
        WorkerRun run;
        auto executor = WorkerExecutor::start(run.child({"none", "linear", "64"}), run.limits);
        QVERIFY(executor);
        for (const char* name : {"one", "two"}) {
            const auto pids = running_workers();
            QCOMPARE(pids.size(), 1);
            kill(pids.front().toInt(), SIGKILL);
            const std::string folder = run.folder.filePath(name).toStdString();
            const auto record =
                run_spec(worker_sweep(), **executor, run.control, {folder, false, false}, {});
            QVERIFY(record);
            QCOMPARE(record->count(PointState::ok), 8u);
            QVERIFY(record->messages().empty());
        }
        executor->reset();
    }

    // Killed at any instant, again and again: a death costs a point at most, and no other is lost
    // or measured twice.
    void killed_at_random_instants() {
        QString lengths = "64";
        for (int i = 2; i <= 60; ++i) lengths += QString(", %1").arg(64 * i);
        WorkerRun run;
        run.environment = {"WORKER_CHILD_SAMPLE_US=300"};
        std::atomic<int> kills = 0;
        const auto kill_now_and_then = [&](std::stop_token stop) {
            std::srand(20261125);
            while (!stop.stop_requested()) {
                std::this_thread::sleep_for(std::chrono::milliseconds(20 + std::rand() % 150));
                for (const QString& pid : running_workers())
                    if (!stop.stop_requested() && kill(pid.toInt(), SIGKILL) == 0) ++kills;
            }
        };
        std::jthread killer;
        run.on_event = [&](const Event& event) {
            if (std::holds_alternative<RunStarted>(event.body))
                killer = std::jthread(kill_now_and_then);
        };
        const auto record = run.go({"none", "linear", "64"}, worker_sweep(lengths.toStdString()));
        killer.request_stop();
        killer.join();
        QVERIFY(record);
        const auto times = times_finished(run.events);
        for (const auto& [id, count] : times) QCOMPARE(count, 1);
        const std::size_t open = record->count(PointState::pending);
        QVERIFY(open == 0 || record->outcome() == RunOutcome::failed);
        QCOMPARE(times.size() + open, 120u);
        QVERIFY(record->count(PointState::failed) <= static_cast<std::size_t>(kills));
        qInfo("%d kills, %zu of 120 points measured, %zu lost to them", kills.load(),
              record->count(PointState::ok), record->count(PointState::failed));
    }

    void a_device_that_is_not_there_is_named() {
        WorkerRun run;
        SweepSpec spec = worker_sweep();
        spec.device = "cuda:7";
        const auto result = run.go({"none", "linear", "64"}, spec);
        QVERIFY(!result);
        QCOMPARE(result.error().kind, ErrorKind::no_device);
        QCOMPARE(QString::fromStdString(result.error().message), "cuda:7: no such device");
    }

    // One worker a GPU: the points of one shape stay on one, all are used, and a death on one does
    // not keep the other.
    void every_gpu_has_a_worker_of_its_own() {
        WorkerRun run;
        run.environment = {"WORKER_CHILD_SAMPLE_US=2000"};
        SweepSpec spec = worker_sweep();
        spec.device = "cuda:all";
        const RunRecord record = run.record({"segfault", "linear", "64", "start", "2"}, spec);
        QCOMPARE(record.count(PointState::ok), 7u);
        QCOMPARE(point_at(record, "linear", 64).result.state, PointState::failed);
        QCOMPARE(record.provenance().device, std::string("cuda:all"));
        QCOMPARE(record.provenance().device_name, std::string("2 x A CPU"));
        std::set<std::string> devices, pids;
        for (const RecordedPoint& each : record.points()) {
            devices.insert(each.result.notes.at("device"));
            if (each.result.state == PointState::ok)
                pids.insert(each.result.notes.at("measured by"));
            for (const std::size_t other : record.group(each.point.group))
                QCOMPARE(record.points()[other].result.notes.at("device"),
                         each.result.notes.at("device"));
        }
        QCOMPARE(devices, (std::set<std::string>{"cuda:0", "cuda:1"}));
        QVERIFY(pids.size() >= 2);
        for (const auto& [id, times] : times_finished(run.events)) QCOMPARE(times, 1);
    }

    void a_pause_of_several_lanes_is_one_event() {
        WorkerRun run;
        run.environment = {"WORKER_CHILD_SAMPLE_US=2000"};
        SweepSpec spec = worker_sweep();
        spec.device = "cuda:all";
        int samples = 0;
        std::jthread resumer;
        run.on_event = [&](const Event& event) {
            if (std::holds_alternative<SamplesTaken>(event.body) && ++samples == 5)
                run.control.pause();
            if (std::holds_alternative<RunPaused>(event.body))
                resumer = std::jthread([&] {
                    std::this_thread::sleep_for(std::chrono::milliseconds(300));
                    run.control.resume();
                });
        };
        const RunRecord record = run.record({"none", "linear", "64", "start", "2"}, spec);
        QCOMPARE(record.count(PointState::ok), 8u);
        QCOMPARE(std::count_if(run.events.begin(), run.events.end(),
                               [](const Event& event) {
                                   return std::holds_alternative<RunPaused>(event.body);
                               }),
                 1);
    }

    // In seconds; a group named by its length.
    void only_what_had_company_tells_what_it_costs() {
        using Clock = std::chrono::steady_clock;
        const auto at = [](int second) { return Clock::time_point(std::chrono::seconds(second)); };
        std::vector<MeasuredGroup> groups;
        const auto add = [&](int begin, int end) {
            groups.push_back({{}, at(begin), at(end)});
            return groups.size() - 1;
        };
        const auto alone = add(0, 10);  // the other device was being started
        const auto whole = add(10, 20);
        const auto next = add(21, 29);
        const auto beside = add(10, 30);  // two on the other device, but for a second in between
        const auto late = add(29, 40);
        const auto found = measured_beside_others(groups);
        const auto is_found = [&](std::size_t index) {
            return std::find(found.begin(), found.end(), &groups[index]) != found.end();
        };
        QVERIFY(!is_found(alone));
        QVERIFY(is_found(whole));
        QVERIFY(is_found(next));
        QVERIFY(is_found(beside));
        QVERIFY(!is_found(late));
        QVERIFY(measured_beside_others(std::span(groups).first(1)).empty());
    }

    void what_company_costs_is_measured() {
        WorkerRun run;
        // Long enough for both workers to be there, however long they take to start.
        const int sample_us = slow_build() > 1 ? 60'000 : 5000;
        run.environment = {"WORKER_CHILD_SAMPLE_US=" + std::to_string(sample_us),
                           "WORKER_CHILD_MARKER=" + run.folder.filePath("company").toStdString()};
        SweepSpec spec = worker_sweep("64, 128, 192, 256, 320, 384, 448, 512");
        spec.device = "cuda:all";
        const RunRecord record = run.record({"crowded", "linear", "64", "start", "2"}, spec);
        QCOMPARE(record.count(PointState::ok), 16u);
        QVERIFY2(said(record,
                      "Measured beside other devices, 2 points took 25.0 % more time than "
                      "alone"),
                 record.messages().empty() ? "nothing" : record.messages().back().text.c_str());
        for (const auto& [id, times] : times_finished(run.events)) QCOMPARE(times, 1);
        for (const RecordedPoint& each : record.points())
            QCOMPARE(each.samples.at("latency_ms").values.size(), 6u);
    }

    void gpus_of_two_kinds_are_not_mixed() {
        WorkerRun run;
        SweepSpec spec = worker_sweep();
        spec.device = "cuda:all";
        const auto result = run.go({"none", "linear", "64", "start", "3"}, spec);
        QVERIFY(!result);
        QVERIFY2(
            result.error().message.starts_with("cuda:0 is Imaginary GPU and cuda:2 is Another"),
            result.error().message.c_str());
    }

    void words_for_the_executor() {
        QVERIFY(parse_executor_choice("auto") == ExecutorChoice::automatic);
        QVERIFY(parse_executor_choice("in-process") == ExecutorChoice::in_process);
        QVERIFY(parse_executor_choice("worker") == ExecutorChoice::worker);
        QVERIFY(!parse_executor_choice("workers"));
    }
};

QTEST_GUILESS_MAIN(WorkerTest)
#include "worker_test.moc"
