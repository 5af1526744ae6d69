#include "engine/run/runner.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>
#include <future>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <thread>

#include "tests/core/core_samples.h"
#include "tests/run/fake_executor.h"

using namespace slay;
using fake::FakeExecutor;

namespace {

// Two variants, four lengths: eight points in four groups, short lengths first.
SweepSpec sweep(const std::string& experiment = "latency") {
    return samples::spec(R"(, "experiments": [")" + experiment +
                         R"("], "variants": ["standard", "linear"],
                         "sweep": {"lengths": [64, 128, 256, 512], "heads": [2], "widths": [32]})");
}

struct Run {
    QTemporaryDir folder;
    FakeExecutor executor;
    RunControl control;
    std::vector<Event> events;

    RunOptions options(bool resume = false) const {
        return {folder.filePath("run").toStdString(), resume, false};
    }
    Result<RunRecord> go(const SweepSpec& spec, bool resume = false) {
        return run_spec(spec, executor, control, options(resume),
                        [this](const Event& event) { events.push_back(event); });
    }
    RunRecord record(const SweepSpec& spec, bool resume = false) {
        auto result = go(spec, resume);
        if (!result) throw std::runtime_error(result.error().message);
        return std::move(*result);
    }
    nlohmann::json results() const {
        QFile file(folder.filePath("run/artifacts/benchmark_results.json"));
        if (!file.open(QIODevice::ReadOnly)) return {};
        return nlohmann::json::parse(file.readAll().toStdString());
    }
};

PointState state_of(const RunRecord& record, std::string_view variant, std::int64_t length) {
    for (const RecordedPoint& each : record.points())
        if (each.point.variant == variant && each.point.parameters.integer("length") == length)
            return each.result.state;
    return PointState::pending;
}

std::string reason_of(const RunRecord& record, std::string_view variant, std::int64_t length) {
    for (const RecordedPoint& each : record.points())
        if (each.point.variant == variant && each.point.parameters.integer("length") == length)
            return each.result.reason;
    return {};
}

}  // namespace

class RunnerTest : public QObject {
    Q_OBJECT

  private slots:
    void a_run_measures_every_point_once() {
        Run run;
        const RunRecord record = run.record(sweep());
        QCOMPARE(record.count(PointState::ok), 8u);
        QVERIFY(record.finished());
        QCOMPARE(record.outcome(), RunOutcome::finished);
        QCOMPARE(run.executor.measured.size(), 8u);
        for (const auto& [id, times] : run.executor.measured) QCOMPARE(times, 1);
        QCOMPARE(run.executor.group_sizes, (std::vector<std::size_t>{2, 2, 2, 2}));
        // The sink saw what the journal holds.
        for (std::size_t i = 0; i < run.events.size(); ++i) {
            QCOMPARE(run.events[i].seq, i + 1);
            if (i > 0) QVERIFY(run.events[i].seconds >= run.events[i - 1].seconds);
        }
        const auto content = read_journal(run.options().folder);
        QVERIFY(content && content->skipped.empty());
        QCOMPARE(results_json(content->record).dump(), results_json(record).dump());
        QCOMPARE(content->record.last_seq(), run.events.size());
        // The file is the record's, and says the same when it is written again.
        QCOMPARE(run.results().dump(), nlohmann::json(results_json(record)).dump());
        const auto linear = metrics_of(record, record.points()[1]);
        QCOMPARE(linear.at("speedup_vs_standard").value, 4.0);
        QCOMPARE(linear.at("speedup_vs_standard").count, std::int64_t{8});
    }

    void a_spent_time_budget_leaves_the_dearest_points_for_a_resumption() {
        Run run;
        SweepSpec spec = sweep();
        spec.measurement.time_budget_minutes = 0.0005;  // 30 ms
        std::vector<double> sampling;
        run.executor.on_group = [&](std::span<const Point> group, const ExecutionContext& context) {
            sampling.push_back(context.spec.measurement.point_seconds);
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
            for (const Point& point : group) {
                context.observer.point_started(point);
                context.observer.point_finished(point, {PointState::ok, "", {}, {}});
            }
            return true;
        };
        const RunRecord record = run.record(spec);
        QCOMPARE(record.count(PointState::ok), 2u);
        QCOMPARE(state_of(record, "linear", 64), PointState::ok);  // the cheapest
        QVERIFY(sampling.front() < spec.measurement.point_seconds);
        QCOMPARE(record.outcome(), RunOutcome::cancelled);
        QVERIFY(record.reason().find("time budget") != std::string::npos);
        QVERIFY(record.messages().back().text.find("6 points open") != std::string::npos);
        // A resumption may have another budget, and has all of it for itself.
        spec.measurement.time_budget_minutes = 0;
        const RunRecord resumed = run.record(spec, true);
        QCOMPARE(resumed.count(PointState::ok), 8u);
        QCOMPARE(resumed.outcome(), RunOutcome::finished);
        QCOMPARE(sampling.back(), spec.measurement.point_seconds);
    }

    void nothing_is_left_behind_when_nothing_can_run() {
        Run run;
        SweepSpec nowhere = sweep();
        nowhere.device = "cuda:7";
        const auto no_device = run.go(nowhere);
        QVERIFY(!no_device);
        QCOMPARE(no_device.error().kind, ErrorKind::no_device);
        SweepSpec impossible = sweep();
        impossible.axes["heads"] = {std::int64_t{5}};
        const auto refused = run.go(impossible);
        QVERIFY(!refused);
        QCOMPARE(refused.error().kind, ErrorKind::bad_data);
        QVERIFY(!QDir(run.folder.filePath("run")).exists());
        QVERIFY(!run_spec(sweep(), run.executor, run.control, {}, {}));
    }

    void a_folder_with_a_run_is_not_overwritten() {
        Run run;
        run.record(sweep());
        const auto again = run.go(sweep());
        QVERIFY(!again);
        QVERIFY(again.error().message.ends_with(
            "holds a run already; resume it (--resume) or choose another folder"));
    }

    void a_locked_folder_is_refused() {
        Run run;
        const auto lock = FolderLock::take(run.options().folder);
        const auto result = run.go(sweep());
        QVERIFY(!result);
        QVERIFY(result.error().message.find("another run is writing here") != std::string::npos);
        QVERIFY(run.executor.group_sizes.empty());
    }

    void a_throwing_group_costs_its_own_points() {
        Run run;
        run.executor.on_group = [](std::span<const Point> group, const ExecutionContext& context) {
            const std::int64_t length = group[0].parameters.integer("length");
            if (length == 128) throw std::runtime_error("CUDA error:\x1B[31m illegal access\xFF");
            if (length == 256) {
                context.observer.point_started(group[0]);
                context.observer.point_finished(group[0], {PointState::ok, "", {}, {}});
                throw 42;
            }
            return length == 512;  // returns without a result
        };
        const RunRecord record = run.record(sweep());
        QCOMPARE(record.outcome(), RunOutcome::finished);
        QCOMPARE(state_of(record, "standard", 64), PointState::ok);
        QCOMPARE(state_of(record, "standard", 128), PointState::failed);
        QCOMPARE(QString::fromStdString(reason_of(record, "linear", 128)),
                 "the engine failed: CUDA error:[31m illegal access\uFFFD");
        QCOMPARE(state_of(record, "standard", 256), PointState::ok);
        QCOMPARE(QString::fromStdString(reason_of(record, "linear", 256)),
                 "the engine failed with an unknown exception");
        QCOMPARE(QString::fromStdString(reason_of(record, "linear", 512)),
                 "the engine ended the group without a result for this point");
        QCOMPARE(record.count(PointState::failed), 5u);
    }

    void after_out_of_memory_the_longer_lengths_are_skipped() {
        for (const char* experiment : {"latency", "memory"}) {
            Run run;
            run.executor.result = [](const Point& point) {
                const bool fits =
                    point.variant != "standard" || point.parameters.integer("length") < 128;
                return PointResult{fits ? PointState::ok : PointState::out_of_memory,
                                   fits ? "" : "needs 1 TB",
                                   {},
                                   {}};
            };
            const RunRecord record = run.record(sweep(experiment));
            QCOMPARE(state_of(record, "standard", 64), PointState::ok);
            for (const int length : {128, 256, 512})
                QCOMPARE(state_of(record, "standard", length), PointState::out_of_memory);
            QCOMPARE(QString::fromStdString(reason_of(record, "standard", 128)), "needs 1 TB");
            QCOMPARE(QString::fromStdString(reason_of(record, "standard", 512)),
                     "not tried: length 128 ran out of memory already");
            QCOMPARE(state_of(record, "linear", 512), PointState::ok);
            QCOMPARE(run.executor.group_sizes, (std::vector<std::size_t>{2, 2, 1, 1}));
        }
    }

    void out_of_memory_stays_in_its_series() {
        Run run;
        SweepSpec spec = sweep();
        spec.axes["passes"] = {std::string("forward"), std::string("backward")};
        run.executor.result = [](const Point& point) {
            const bool fits = point.parameters.text("pass") == "forward";
            return PointResult{fits ? PointState::ok : PointState::out_of_memory, "", {}, {}};
        };
        const RunRecord record = run.record(spec);
        QCOMPARE(record.count(PointState::ok), 8u);
        QCOMPARE(record.count(PointState::out_of_memory), 8u);
        QCOMPARE(run.executor.measured.size(), 10u);  // six of them were not tried
    }

    void strange_results_are_put_right() {
        Run run;
        run.executor.on_group = [](std::span<const Point> group, const ExecutionContext& context) {
            PointObserver& observer = context.observer;
            Point stranger = group[0];
            stranger.id = "0123456789abcdef";
            observer.point_started(stranger);
            observer.point_finished(stranger, {PointState::ok, "", {}, {}});
            observer.samples_taken(group[0], "latency_ms", -5, std::vector{1.0});
            observer.point_finished(group[0], {PointState::running, "odd", {}, {}});
            observer.point_finished(group[0], {PointState::ok, "", {}, {}});
            observer.samples_taken(group[0], "latency_ms", 0, std::vector{1.0});
            observer.message(Severity::info, "\x1B[2Jhello\xC0");
            observer.point_finished(group[1],
                                    {PointState::ok, "\xFF", {}, {{"back\nend", "\x07x"}}});
            return true;
        };
        const RunRecord record = run.record(sweep());
        QCOMPARE(record.points().size(), 8u);
        QCOMPARE(record.count(PointState::failed), 4u);
        QCOMPARE(QString::fromStdString(reason_of(record, "standard", 64)),
                 "the engine gave it the state running for a result: odd");
        QCOMPARE(record.points()[0].samples.at("latency_ms").values.size(), 1u);
        QCOMPARE(record.points()[1].result.notes.at("back end"), std::string("x"));
        const auto& messages = record.messages();
        QVERIFY(std::any_of(messages.begin(), messages.end(), [](const LoggedMessage& each) {
            return each.text == "[2Jhello\uFFFD";
        }));
        QVERIFY(std::any_of(messages.begin(), messages.end(), [](const LoggedMessage& each) {
            return each.text.find("a second result for point") == 0;
        }));
        // What is in memory is what is on disk.
        const auto content = read_journal(run.options().folder);
        QCOMPARE(results_json(content->record).dump(), results_json(record).dump());
    }

    void observers_may_be_called_from_many_threads() {
        Run run;
        run.executor.on_group = [](std::span<const Point> group, const ExecutionContext& context) {
            std::vector<std::future<void>> threads;
            for (const Point& point : group)
                threads.push_back(std::async(std::launch::async, [&] {
                    context.observer.point_started(point);
                    for (int i = 0; i < 100; ++i)
                        context.observer.samples_taken(point, "latency_ms", i, std::vector{1.0});
                    context.observer.point_finished(point, {PointState::ok, "", {}, {}});
                }));
            return true;
        };
        const RunRecord record = run.record(sweep());
        QCOMPARE(record.count(PointState::ok), 8u);
        for (const RecordedPoint& point : record.points())
            QCOMPARE(point.samples.at("latency_ms").values.size(), 100u);
    }

    void a_stop_in_a_group_leaves_its_points_open() {
        Run run;
        int samples_seen = 0;
        const auto result =
            run_spec(sweep(), run.executor, run.control, run.options(), [&](const Event& event) {
                if (!std::holds_alternative<SamplesTaken>(event.body)) return;
                if (++samples_seen == 21) run.control.request_stop();
            });
        QVERIFY(result);
        QCOMPARE(samples_seen, 21);  // within one sample
        QVERIFY(result->finished());
        QCOMPARE(result->outcome(), RunOutcome::cancelled);
        QCOMPARE(result->count(PointState::ok), 2u);
        QCOMPARE(result->count(PointState::pending), 6u);
        const nlohmann::json json = run.results();
        QCOMPARE(json["run"]["outcome"], "cancelled");
        QCOMPARE(json["points"][7]["state"], "cancelled");
        QCOMPARE(json["points"][0]["state"], "ok");
    }

    void a_point_reported_as_cancelled_stays_open() {
        Run run;
        run.executor.on_group = [&](std::span<const Point> group,
                                    const ExecutionContext& context) -> bool {
            run.control.request_stop();
            context.observer.point_finished(group[0], {PointState::cancelled, "", {}, {}});
            throw std::runtime_error("interrupted");
        };
        const RunRecord record = run.record(sweep());
        QCOMPARE(record.count(PointState::pending), 8u);
    }

    void a_stop_after_the_last_point_is_no_cancel() {
        Run run;
        std::size_t done = 0;
        const auto result =
            run_spec(sweep(), run.executor, run.control, run.options(), [&](const Event& event) {
                if (!std::holds_alternative<PointFinished>(event.body)) return;
                if (++done == 8) run.control.request_stop();
            });
        QCOMPARE(result->outcome(), RunOutcome::finished);
    }

    void a_pause_is_an_event() {
        Run run;
        int samples_seen = 0;
        std::future<void> resumer;
        const auto result =
            run_spec(sweep(), run.executor, run.control, run.options(), [&](const Event& event) {
                run.events.push_back(event);
                if (std::holds_alternative<SamplesTaken>(event.body) && ++samples_seen == 5)
                    run.control.pause();
                if (std::holds_alternative<RunPaused>(event.body))
                    resumer = std::async(std::launch::async, [&] { run.control.resume(); });
            });
        QVERIFY(result);
        QCOMPARE(result->count(PointState::ok), 8u);
        std::size_t at = 0;
        while (!std::holds_alternative<RunPaused>(run.events[at].body)) ++at;
        QVERIFY(std::holds_alternative<RunContinued>(run.events[at + 1].body));
        QVERIFY(std::holds_alternative<SamplesTaken>(run.events[at - 1].body));
    }

    void a_debug_build_says_so() {
        Run run;
        run.executor.build = "Debug";
        const RunRecord record = run.record(sweep());
        QCOMPARE(record.messages().size(), 1u);
        QCOMPARE(QString::fromStdString(record.messages()[0].text),
                 "this is a Debug build: its timings mean nothing");
    }

    void a_deleted_folder_ends_the_run() {
        Run run;
        run.executor.on_group = [&](std::span<const Point> group, const ExecutionContext&) {
            if (group[0].parameters.integer("length") == 128)
                QDir(run.folder.filePath("run")).removeRecursively();
            return false;
        };
        const auto result = run.go(sweep());
        QVERIFY(!result);
        QCOMPARE(result.error().kind, ErrorKind::io);
        QVERIFY(result.error().message.find("the journal was deleted") != std::string::npos);
        QCOMPARE(run.executor.group_sizes.size(), 2u);
        QVERIFY(!QDir(run.folder.filePath("run")).exists());
    }

    void results_that_cannot_be_written_are_an_error() {
        Run run;
        QVERIFY(QDir().mkpath(run.folder.filePath("run/artifacts/benchmark_results.json")));
        const auto result = run.go(sweep());
        QVERIFY(!result);
        QVERIFY(read_journal(run.options().folder)->record.finished());
    }
};

QTEST_APPLESS_MAIN(RunnerTest)
#include "runner_test.moc"
