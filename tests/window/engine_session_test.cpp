// The engine's thread behind its Qt object: batches, cancel, pause, superseded runs, the end.
#include "app/session/engine_session.h"

#include <QElapsedTimer>
#include <QScopeGuard>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>

#include "tests/slow_build.h"
#include "tests/window/fake_executor.h"

using namespace slay;

namespace {

SweepSpec spec_of(std::initializer_list<std::int64_t> lengths) {
    SweepSpec spec;
    spec.name = "session";
    spec.experiments = {"latency"};
    spec.variants = {{"standard", {}}, {"linear", {}}};
    for (const std::int64_t length : lengths) spec.axes["lengths"].emplace_back(length);
    return spec;
}

}  // namespace

class EngineSessionTest : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    int next_ = 0;

    RunOptions fresh() {
        return {folder_.filePath(QString::number(next_++)).toStdString(), false, false};
    }

  private slots:
    void loads_on_its_own_thread() {
        FakeTrace trace;
        trace.hold_load = true;
        EngineSession session(fake_factory({}, &trace));
        const auto let_go = qScopeGuard([&trace] { trace.hold_load = false; });
        session.load();  // returns, or this test never ends
        QCOMPARE(session.engine_state(), EngineSession::EngineState::loading);
        trace.hold_load = false;
        QTRY_COMPARE_WITH_TIMEOUT(session.engine_state(), EngineSession::EngineState::ready,
                                  patient(60'000));
        QCOMPARE(session.devices().size(), std::size_t{1});
    }

    void says_why_there_is_no_engine() {
        FakeBehaviour broken;
        broken.load_error = "libslay_engine.so is not there";
        EngineSession session(fake_factory(broken));
        QSignalSpy failed(&session, &EngineSession::run_failed);
        session.start(spec_of({64}), fresh());
        QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, patient(60'000));
        QVERIFY(failed[0][0].toString().contains("libslay_engine.so is not there"));
        QCOMPARE(session.engine_state(), EngineSession::EngineState::failed);
        QVERIFY(!session.busy());
    }

    void every_event_arrives_once_and_in_order() {
        EngineSession session(fake_factory({}));
        std::vector<Event> seen;
        int batches = 0;
        connect(&session, &EngineSession::events_arrived, &session,
                [&](const std::vector<Event>& events) {
                    ++batches;
                    seen.insert(seen.end(), events.begin(), events.end());
                });
        QSignalSpy ended(&session, &EngineSession::run_ended);
        session.start(spec_of({64, 128, 256}), fresh());
        QTRY_COMPARE_WITH_TIMEOUT(ended.count(), 1, patient(60'000));
        QVERIFY(!seen.empty());
        for (std::size_t i = 1; i < seen.size(); ++i) QVERIFY(seen[i].seq > seen[i - 1].seq);
        QVERIFY(std::holds_alternative<RunStarted>(seen.front().body));
        QVERIFY(std::holds_alternative<RunFinished>(seen.back().body));
        const auto finished = std::count_if(seen.begin(), seen.end(), [](const Event& event) {
            return std::holds_alternative<PointFinished>(event.body);
        });
        QCOMPARE(finished, 6);
        // Events come in batches: far fewer than there are events.
        QVERIFY2(static_cast<std::size_t>(batches) < seen.size() / 2, "not batched");
    }

    // A taker that is slow gets as much at once as it can take within a frame; the rest waits,
    // comes in order, and the run's end is told behind all of it.
    void a_slow_taker_gets_small_batches_and_all_of_them() {
        FakeBehaviour at_once;
        at_once.sample = std::chrono::microseconds(0);
        EngineSession session(fake_factory(at_once));
        std::vector<std::uint64_t> seen;
        std::size_t largest = 0;
        bool end_seen = false, ended_early = false, record_first = false;
        std::shared_ptr<RunRecord> record;
        connect(&session, &EngineSession::run_prepared, &session,
                [&](const std::shared_ptr<RunRecord>& prepared) {
                    record_first = seen.empty();
                    record = prepared;
                });
        connect(&session, &EngineSession::events_arrived, &session,
                [&](const std::vector<Event>& events) {
                    if (seen.size() > 500) largest = std::max(largest, events.size());
                    for (const Event& event : events) {
                        seen.push_back(event.seq);
                        end_seen = end_seen || std::holds_alternative<RunFinished>(event.body);
                    }
                    QTest::qSleep(1 + static_cast<int>(events.size() / 10));  // 0.1 ms an event
                });
        connect(&session, &EngineSession::run_ended, &session, [&] { ended_early = !end_seen; });
        QSignalSpy ended(&session, &EngineSession::run_ended);
        SweepSpec spec = spec_of({});
        for (std::int64_t i = 1; i <= 200; ++i) spec.axes["lengths"].emplace_back(16 * i);
        std::atomic<bool> prepared_elsewhere = false;
        session.set_preparation([&, window = QThread::currentThread()](const RunRecord& of) {
            prepared_elsewhere = QThread::currentThread() != window && of.points().size() == 400;
        });
        session.start(spec, fresh());
        QTRY_COMPARE_WITH_TIMEOUT(ended.count(), 1, patient(60'000));
        QVERIFY(end_seen && !ended_early);
        QCOMPARE(session.run_state(), EngineSession::RunState::idle);
        for (std::size_t i = 1; i < seen.size(); ++i) QCOMPARE(seen[i], seen[i - 1] + 1);
        QVERIFY2(seen.size() > 1200, qPrintable(QString::number(seen.size())));
        // 8 ms of them are 80; the first guess was 256.
        QVERIFY2(largest > 0 && largest < 200, qPrintable(QString::number(largest)));
        QVERIFY(record_first && record && prepared_elsewhere);
        QCOMPARE(record->points().size(), std::size_t{400});
    }

    void measures_on_another_thread() {
        FakeTrace trace;
        EngineSession session(fake_factory({}, &trace));
        QSignalSpy ended(&session, &EngineSession::run_ended);
        session.start(spec_of({64}), fresh());
        QTRY_COMPARE_WITH_TIMEOUT(ended.count(), 1, patient(60'000));
        QCOMPARE(trace.points.load(), 2);
        QVERIFY(!trace.gui_thread_used);
    }

    void cancel_ends_the_run() {
        FakeBehaviour slow;
        slow.sample = std::chrono::milliseconds(5);
        slow.samples = 2000;
        EngineSession session(fake_factory(slow));
        QSignalSpy ended(&session, &EngineSession::run_ended);
        session.start(spec_of({64, 128}), fresh());
        QTRY_COMPARE_WITH_TIMEOUT(session.run_state(), EngineSession::RunState::running,
                                  patient(60'000));
        QElapsedTimer timer;
        timer.start();
        session.stop();
        QCOMPARE(session.run_state(), EngineSession::RunState::stopping);
        QTRY_COMPARE_WITH_TIMEOUT(ended.count(), 1, patient(60'000));
        qInfo("cancel: the run ended after %lld ms (one sample takes 5 ms)", timer.elapsed());
        QCOMPARE(session.run_state(), EngineSession::RunState::idle);
    }

    void pause_holds_and_continues() {
        FakeTrace trace;
        FakeBehaviour slow;
        slow.sample = std::chrono::milliseconds(2);
        EngineSession session(fake_factory(slow, &trace));
        QSignalSpy ended(&session, &EngineSession::run_ended);
        session.start(spec_of({64, 128, 256, 512}), fresh());
        QTRY_VERIFY_WITH_TIMEOUT(trace.points > 0, patient(60'000));
        session.pause();
        QCOMPARE(session.run_state(), EngineSession::RunState::paused);
        QTest::qWait(1000);  // what was in flight comes to rest
        const int held = trace.points;
        QTest::qWait(300);
        QCOMPARE(trace.points.load(), held);
        QCOMPARE(ended.count(), 0);
        session.resume();
        QTRY_COMPARE_WITH_TIMEOUT(ended.count(), 1, patient(60'000));
        QCOMPARE(trace.points.load(), 8);
    }

    void events_of_a_superseded_run_are_dropped() {
        FakeBehaviour slow;
        slow.sample = std::chrono::milliseconds(2);
        slow.samples = 50;
        EngineSession session(fake_factory(slow));
        std::set<std::string> runs;
        connect(&session, &EngineSession::events_arrived, &session,
                [&](const std::vector<Event>& events) {
                    for (const Event& event : events) runs.insert(event.run);
                });
        QSignalSpy ended(&session, &EngineSession::run_ended);
        session.start(spec_of({64, 128, 256}), fresh());
        QTRY_COMPARE_WITH_TIMEOUT(runs.size(), std::size_t{1}, patient(60'000));
        const std::string first = *runs.begin();
        runs.clear();
        session.start(spec_of({64}), fresh());
        QTRY_COMPARE_WITH_TIMEOUT(ended.count(), 1, patient(60'000));
        QCOMPARE(runs.size(), std::size_t{1});
        QVERIFY2(*runs.begin() != first, "events of the superseded run came through");
    }

    void destruction_stops_a_run() {
        FakeBehaviour endless;
        endless.sample = std::chrono::milliseconds(5);
        endless.samples = 1'000'000;
        FakeTrace trace;
        QElapsedTimer timer;
        {
            EngineSession session(fake_factory(endless, &trace));
            session.start(spec_of({64}), fresh());
            QTRY_COMPARE_WITH_TIMEOUT(session.run_state(), EngineSession::RunState::running,
                                      patient(60'000));
            session.pause();  // paused or not
            timer.start();
        }
        qInfo("destruction joined after %lld ms", timer.elapsed());
        QCOMPARE(trace.points.load(), 0);
    }

    void a_locked_folder_is_an_error_in_words() {
        const RunOptions options = fresh();
        EngineSession session(fake_factory({}));
        const auto lock = FolderLock::take(options.folder);
        QVERIFY(lock.ok());
        QSignalSpy failed(&session, &EngineSession::run_failed);
        session.start(spec_of({64}), options);
        QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, patient(60'000));
        QVERIFY(!failed[0][0].toString().isEmpty());
        QVERIFY(!session.busy());
    }
};

QTEST_GUILESS_MAIN(EngineSessionTest)
#include "engine_session_test.moc"
