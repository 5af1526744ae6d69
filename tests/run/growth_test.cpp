// A run whose plan grows while it is measured: what is asked for is measured once, whatever
// happens; a point that is measured again keeps what it gave.
#include <signal.h>

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>
#include <thread>

#include "engine/run/run_requests.h"
#include "engine/run/runner.h"
#include "tests/core/core_samples.h"
#include "tests/run/fake_executor.h"
#include "tests/slow_build.h"

using namespace slay;
using fake::FakeExecutor;
using namespace std::chrono_literals;

namespace {

// Two variants, three lengths: six points in three groups.
SweepSpec sweep() {
    return samples::spec(
        R"(, "experiments": ["latency"], "variants": ["standard", "linear"],
            "sweep": {"lengths": [64, 128, 256], "heads": [2], "widths": [32]})");
}

struct Run {
    QTemporaryDir place;
    std::string folder = place.filePath("run").toStdString();
    FakeExecutor executor;

    // `watch` is told every event; it may post requests and stop the run.
    Result<RunRecord> go(const std::function<void(const Event&, RunControl&)>& watch = {},
                         bool resume = false) {
        RunControl control;
        return run_spec(sweep(), executor, control, {folder, resume, false},
                        [&](const Event& event) {
                            if (watch) watch(event, control);
                        });
    }
    RunRecord saved() const { return read_journal(folder)->record; }
    // Asks from the folder alone, as another program does.
    void ask_for(const std::string& variant) const {
        if (!post_request(folder, *with_variant(saved(), variant))) qFatal("no request");
    }
    void ask_again(const std::string& id) const {
        PlanGrowth growth;
        growth.rerun = {id};
        growth.why = "a doubt";
        if (!post_request(folder, growth)) qFatal("no request");
    }
    bool nothing_waits() const { return !has_requests(folder); }
};

// Waits until the run has taken up what was asked for; in a group, so that it goes on meanwhile.
void wait_until_taken(const Run& run) {
    for (int i = 0; i < 500 && !run.nothing_waits(); ++i) std::this_thread::sleep_for(5ms);
}

void each_measured(const FakeExecutor& executor, std::size_t points, int times = 1) {
    QCOMPARE(executor.measured.size(), points);
    for (const auto& [id, count] : executor.measured) QCOMPARE(count, times);
}

std::map<std::string, int> finished_in(const std::string& folder) {
    std::map<std::string, int> times;
    QFile file(QString::fromStdString(folder) + "/journal.jsonl");
    if (!file.open(QIODevice::ReadOnly)) return times;
    while (!file.atEnd()) {
        const QByteArray line = file.readLine().trimmed();
        const auto event = parse_line({line.constData(), static_cast<std::size_t>(line.size())});
        if (!event) continue;
        if (const auto* finished = std::get_if<PointFinished>(&event->body))
            ++times[finished->point];
    }
    return times;
}

}  // namespace

class GrowthTest : public QObject {
    Q_OBJECT

  private slots:
    void a_variant_is_added_while_the_run_goes_on() {
        Run run;
        int groups = 0;
        run.executor.on_group = [&](std::span<const Point>, const ExecutionContext&) {
            if (++groups == 1) {  // the first group is in hand
                run.ask_for("cosformer");
                wait_until_taken(run);
            }
            return false;
        };
        const auto record = run.go();
        QVERIFY2(record, record ? "" : record.error().message.c_str());
        QCOMPARE(record->points().size(), std::size_t{9});
        QCOMPARE(record->count(PointState::ok), std::size_t{9});
        each_measured(run.executor, 9);
        QVERIFY(run.nothing_waits());
        // Of the group in hand alone, after it; beside the others in the groups that waited.
        QCOMPARE(run.executor.group_sizes, (std::vector<std::size_t>{2, 1, 3, 3}));
        for (const RecordedPoint& each : record->points()) {
            const bool late =
                each.point.variant == "cosformer" && each.point.parameters.integer("length") == 64;
            QCOMPARE(each.batch, late ? 1u : 0u);
            QCOMPARE(each.added, each.point.variant == "cosformer");
        }
        QCOMPARE(results_text(run.saved()), results_text(*record));
        const auto& messages = record->messages();
        QVERIFY(std::any_of(messages.begin(), messages.end(), [](const LoggedMessage& each) {
            return each.text.starts_with("3 points added (add cosformer), predicted ");
        }));
    }

    void a_request_that_comes_last_is_met_too() {
        Run run;
        int groups = 0;
        run.executor.on_group = [&](std::span<const Point>, const ExecutionContext&) {
            if (++groups == 3) run.ask_for("cosformer");  // in the last group; nobody waits
            return false;
        };
        const auto record = run.go();
        QCOMPARE(record->count(PointState::ok), std::size_t{9});
        QCOMPARE(record->outcome(), RunOutcome::finished);
        each_measured(run.executor, 9);
    }

    void a_finished_run_grows_when_it_is_resumed() {
        Run run;
        QVERIFY(run.go());
        run.ask_for("cosformer");
        const auto record = run.go({}, true);
        QVERIFY2(record, record ? "" : record.error().message.c_str());
        QCOMPARE(record->count(PointState::ok), std::size_t{9});
        each_measured(run.executor, 9);
        QCOMPARE(record->resumptions().size(), std::size_t{1});
        // Again: there is nothing to do.
        const auto again = run.go({}, true);
        QCOMPARE(again->resumptions().size(), std::size_t{1});
        each_measured(run.executor, 9);
    }

    void added_points_survive_a_cancel() {
        Run run;
        std::size_t done = 0;
        const auto stopped = run.go([&](const Event& event, RunControl& control) {
            if (std::holds_alternative<PointFinished>(event.body) && ++done == 2) {
                run.ask_for("cosformer");
            }
            if (std::holds_alternative<PointsAdded>(event.body)) control.request_stop();
        });
        QVERIFY(stopped);
        // However far it came before the stop, the rest is measured once by the resumption.
        QCOMPARE(stopped->points().size(), std::size_t{9});
        const auto record = run.go({}, true);
        QCOMPARE(record->count(PointState::ok), std::size_t{9});
        each_measured(run.executor, 9);
        for (const auto& [id, times] : finished_in(run.folder)) QCOMPARE(times, 1);
    }

    void a_point_is_measured_again_and_keeps_what_it_gave() {
        Run run;
        QVERIFY(run.go());
        const std::string id = run.saved().points().front().point.id;
        run.ask_again(id);
        run.executor.rounds = 5;
        const auto record = run.go({}, true);
        QVERIFY(record);
        const RecordedPoint& point = *record->find(id);
        QCOMPARE(point.result.state, PointState::ok);
        QCOMPARE(point.samples.at("latency_ms").values.size(), std::size_t{5});
        QCOMPARE(point.earlier.size(), std::size_t{1});
        QCOMPARE(point.earlier.front().samples.at("latency_ms").values.size(), std::size_t{8});
        QCOMPARE(point.earlier.front().why_again, std::string("a doubt"));
        QCOMPARE(run.executor.measured.at(id), 2);
        QCOMPARE(run.executor.measured.size(), std::size_t{6});
        QCOMPARE(results_text(run.saved()), results_text(*record));
    }

    void a_rerun_that_is_cut_off_is_made_good_once() {
        Run run;
        QVERIFY(run.go());
        const std::string id = run.saved().points().front().point.id;
        run.ask_again(id);
        // Stopped as soon as the point is open again.
        const auto stopped = run.go(
            [](const Event& event, RunControl& control) {
                if (std::holds_alternative<PointReopened>(event.body)) control.request_stop();
            },
            true);
        QCOMPARE(stopped->find(id)->result.state, PointState::pending);
        QCOMPARE(stopped->find(id)->earlier.size(), std::size_t{1});
        QVERIFY(run.nothing_waits());
        const auto record = run.go({}, true);
        QCOMPARE(record->find(id)->result.state, PointState::ok);
        QCOMPARE(record->find(id)->earlier.size(), std::size_t{1});
        QCOMPARE(run.executor.measured.at(id), 2);
    }

    // The program died after the journal had the events and before the request was gone.
    void a_request_that_is_read_twice_is_met_once() {
        Run run;
        QVERIFY(run.go());
        run.ask_for("cosformer");
        const QDir requests(QString::fromStdString(run.folder) + "/requests");
        const QString name = requests.entryList({"*.json"}).value(0);
        QVERIFY(QFile::copy(requests.filePath(name), requests.filePath("zzz.json")));
        const auto record = run.go({}, true);
        QCOMPARE(record->points().size(), std::size_t{9});
        each_measured(run.executor, 9);
        QVERIFY(run.nothing_waits());
    }

    void what_did_not_fit_is_tried_again_when_asked() {
        Run run;
        run.executor.result = [](const Point& point) {
            const bool fits = point.parameters.integer("length") < 128;
            return PointResult{fits ? PointState::ok : PointState::out_of_memory, "", {}, {}};
        };
        const auto first = run.go();
        QCOMPARE(first->count(PointState::out_of_memory), std::size_t{4});
        std::string id;
        for (const RecordedPoint& each : first->points())
            if (each.point.parameters.integer("length") == 256) id = each.point.id;
        run.executor.result = [](const Point&) { return PointResult{PointState::ok, "", {}, {}}; };
        run.ask_again(id);
        const auto record = run.go({}, true);
        QCOMPARE(record->find(id)->result.state, PointState::ok);
        QCOMPARE(record->count(PointState::out_of_memory), std::size_t{3});
    }

    void a_strangers_request_is_refused_and_said() {
        Run run;
        QVERIFY(run.go());
        const QString folder = QString::fromStdString(run.folder) + "/requests/";
        QVERIFY(QDir().mkpath(folder));
        const auto write = [&](const char* name, const char* text) {
            QFile file(folder + name);
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(text);
        };
        write("1.json", "{\"schema\": \"slay-re");
        write("2.json",
              R"({"schema": "slay-request/1", "add": [{"experiment": "latency", "variant": "linear",
                  "parameters": {"length": -1}}], "rerun": ["0123456789abcdef"]})");
        write("3.json",
              R"({"schema": "slay-request/1", "add": [{"experiment": "memory", "variant": "linear",
                  "parameters": {}}]})");
        const auto record = run.go({}, true);
        QVERIFY(record);
        QCOMPARE(record->points().size(), std::size_t{6});
        QVERIFY(run.nothing_waits());
        QVERIFY(QFile::exists(folder + "1.json.refused"));
        std::string said;
        for (const LoggedMessage& each : record->messages()) said += each.text + '\n';
        for (const char* part : {"a request was refused", "length: -1", "1 point of a request",
                                 "memory: linear: the parameter"})
            QVERIFY2(said.find(part) != std::string::npos, (part + ("\n" + said)).c_str());
    }

    void a_folder_without_a_run_takes_no_request() {
        QTemporaryDir empty;
        PlanGrowth growth;
        QVERIFY(!post_request(empty.path().toStdString(), growth));
        growth.rerun = {"0123456789abcdef"};
        const auto posted = post_request(empty.path().toStdString(), growth);
        QVERIFY(!posted && posted.error().message.ends_with("holds no run"));
    }

    // Killed at any moment while requests come: every point is finished once, and a point that was
    // to be measured again is finished twice.
    void kills_lose_no_request_and_repeat_none() {
        QTemporaryDir place;
        const QString folder = place.filePath("run");
        const std::string path = folder.toStdString();
        const auto start = [&](QProcess& child) {
            child.start(SLAY_RUN_CHILD, {folder, "3000"});
            QVERIFY(child.waitForStarted());
        };
        const auto wait_for = [&](std::size_t points) {
            QTRY_VERIFY_WITH_TIMEOUT(finished_in(path).size() >= points, patient(60'000));
        };
        std::string first;
        {
            QProcess child;
            start(child);
            wait_for(10);
            if (QTest::currentTestFailed()) return;
            first = finished_in(path).begin()->first;
            PlanGrowth again;
            again.rerun = {first};
            QVERIFY(post_request(path, again));
            QVERIFY(post_request(path, *with_variant(read_journal(path)->record, "cosformer")));
            ::kill(static_cast<pid_t>(child.processId()), SIGKILL);
            child.waitForFinished();
        }
        for (const std::size_t points : {30u, 80u, 140u}) {
            QProcess child;
            start(child);
            wait_for(points);
            if (QTest::currentTestFailed()) return;
            ::kill(static_cast<pid_t>(child.processId()), SIGKILL);
            child.waitForFinished();
        }
        QProcess last;
        start(last);
        QVERIFY(last.waitForFinished(patient(30'000)));
        QCOMPARE(last.exitCode(), 0);
        const auto times = finished_in(path);
        QCOMPARE(times.size(), std::size_t{300});
        for (const auto& [id, count] : times) QCOMPARE(count, id == first ? 2 : 1);
        const RunRecord record = read_journal(path)->record;
        QCOMPARE(record.find(first)->earlier.size(), std::size_t{1});
        QCOMPARE(record.outcome(), RunOutcome::finished);
    }
};

QTEST_APPLESS_MAIN(GrowthTest)
#include "growth_test.moc"
