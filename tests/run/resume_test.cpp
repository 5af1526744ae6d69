#include <QFile>
#include <QTemporaryDir>
#include <QtTest>
#include <nlohmann/json.hpp>

#include "engine/core/journal.h"
#include "engine/run/host_run.h"
#include "engine/run/run_requests.h"
#include "engine/run/runner.h"
#include "tests/core/core_samples.h"
#include "tests/gzipped.h"
#include "tests/run/fake_executor.h"

using namespace slay;
using fake::FakeExecutor;

namespace {

SweepSpec sweep() {
    return samples::spec(
        R"(, "experiments": ["latency", "memory"], "variants": ["standard", "linear"],
                         "sweep": {"lengths": [64, 128, 256], "heads": [2], "widths": [32]})");
}

// Runs until `stop_after` points are finished, 0: to the end.
Result<RunRecord> part(FakeExecutor& executor, const std::string& folder, std::size_t stop_after,
                       bool resume, bool allow_foreign = false, SweepSpec spec = sweep()) {
    RunControl control;
    std::size_t done = 0;
    return run_spec(spec, executor, control, {folder, resume, allow_foreign},
                    [&](const Event& event) {
                        done += std::holds_alternative<PointFinished>(event.body);
                        if (stop_after > 0 && done >= stop_after) control.request_stop();
                    });
}

QByteArray bytes_of(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("cannot be read");
}

void write(const QString& path, const QByteArray& content) {
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        qFatal("cannot write the test's file");
}

}  // namespace

class ResumeTest : public QObject {
    Q_OBJECT

  private:
    QTemporaryDir folder_;
    int runs_ = 0;
    QString new_run() { return folder_.filePath(QString("run%1").arg(++runs_)); }

  private slots:
    void nothing_is_measured_twice_wherever_it_stopped() {
        for (std::size_t stop = 1; stop <= 12; ++stop) {
            FakeExecutor executor;
            const std::string run = new_run().toStdString();
            const auto first = part(executor, run, stop, false);
            QVERIFY(first);
            const std::size_t done = executor.measured.size();
            QVERIFY(done >= stop);
            const auto second = part(executor, run, 0, true);
            QVERIFY2(second, second ? "" : second.error().message.c_str());
            QCOMPARE(second->run(), first->run());
            QCOMPARE(second->outcome(), RunOutcome::finished);
            QCOMPARE(second->count(PointState::ok), 12u);
            QCOMPARE(executor.measured.size(), 12u);
            for (const auto& [id, times] : executor.measured) QCOMPARE(times, 1);
            for (std::size_t i = 0; i < 12; ++i)
                QCOMPARE(second->points()[i].point.id, first->points()[i].point.id);
            QCOMPARE(second->resumptions().size(), done < 12 ? 1u : 0u);
            QVERIFY(!second->foreign());
        }
    }

    void a_complete_run_stays_as_it_is() {
        FakeExecutor executor;
        const QString run = new_run();
        QVERIFY(part(executor, run.toStdString(), 0, false));
        const QByteArray journal = bytes_of(run + "/journal.jsonl");
        const QByteArray results = bytes_of(run + "/artifacts/benchmark_results.json");
        QVERIFY(QFile::remove(run + "/artifacts/benchmark_results.json"));
        executor.device_name = "Another";  // nothing is measured, so it does not matter
        const auto again = part(executor, run.toStdString(), 0, true);
        QVERIFY(again);
        QVERIFY(again->finished());
        QCOMPARE(bytes_of(run + "/journal.jsonl"), journal);
        QCOMPARE(bytes_of(run + "/artifacts/benchmark_results.json"), results);
        QCOMPARE(executor.measured.size(), 12u);
    }

    void nothing_begins_beside_a_compressed_journal() {
        FakeExecutor executor;
        const QString run = new_run();
        QVERIFY(part(executor, run.toStdString(), 3, false));
        gzip_journal(run);
        const auto measured = executor.measured;
        const QString whole =
            run + ": its journal is compressed: gunzip " + run + "/journal.jsonl.gz first";
        for (const bool resume : {true, false}) {
            const auto refused = part(executor, run.toStdString(), 0, resume);
            QVERIFY(!refused);
            QCOMPARE(refused.error().kind, ErrorKind::cannot_create);
            QVERIFY2(QString::fromStdString(refused.error().message)
                         .startsWith(resume ? whole : run + ": holds a run already"),
                     refused.error().message.c_str());
        }
        const Status posted = post_request(run.toStdString(), {{}, {"0123456789abcdef"}, "why"});
        QVERIFY(!posted);
        QCOMPARE(QString::fromStdString(posted.error().message), whole);
        HostTarget target;
        target.host = "nowhere";
        RunControl control;
        const auto far =
            run_on_host(sweep(), target, control, {run.toStdString(), true, false}, {}, {});
        QVERIFY(!far);
        QCOMPARE(QString::fromStdString(far.error().message), whole);
        QVERIFY(!QFile::exists(run + "/journal.jsonl") && !QFile::exists(run + "/requests"));
        QCOMPARE(executor.measured, measured);
    }

    void nothing_to_resume_begins_anew() {
        FakeExecutor executor;
        const auto record = part(executor, new_run().toStdString(), 0, true);
        QVERIFY(record);
        QCOMPARE(record->count(PointState::ok), 12u);
        QVERIFY(record->resumptions().empty());
    }

    // A point of this experiment has the figures of three; the journal gives them all back.
    void a_budget_sweep_goes_on_where_it_stopped() {
        const SweepSpec spec = samples::spec(R"(, "experiments": ["feature-budget"],
            "variants": ["yat-performer-anchor", "yat-performer-rm", "yat-performer-laplace"],
            "sweep": {"lengths": [64], "heads": [2], "widths": [32], "seeds": [0, 1],
                      "nodes": [1, 2], "prf_features": [8], "poly_features": [8, 16]})");
        FakeExecutor executor;
        executor.result = [](const Point& point) {
            const double nodes = point.parameters.real("nodes");
            PointResult result{PointState::ok, "", {}, {{"reference", "exact"}}};
            result.metrics["relative_l2"] = {0.5 / nodes, 0.4 / nodes, 0.6 / nodes, 2};
            result.metrics["peak_mb"] = {3 * nodes, {}, {}, 1};
            return result;
        };
        const std::string run = new_run().toStdString();
        const auto first = part(executor, run, 3, false, false, spec);
        QVERIFY2(first, first ? "" : first.error().message.c_str());
        const std::size_t done = executor.measured.size();
        QVERIFY(done >= 3 && done < 10);
        const auto second = part(executor, run, 0, true, false, spec);
        QVERIFY(second);
        QCOMPARE(second->count(PointState::ok), 10u);  // 2 x 4 with P, 2 without
        QCOMPARE(executor.measured.size(), 10u);
        for (const auto& [id, times] : executor.measured) QCOMPARE(times, 1);
        const auto read = read_journal(run);
        QVERIFY(read);
        for (const RecordedPoint& point : read->record.points()) {
            const Metrics metrics = metrics_of(read->record, point);
            const double nodes = point.point.parameters.real("nodes");
            QCOMPARE(metrics.at("relative_l2").value, 0.5 / nodes);
            QCOMPARE(metrics.at("peak_mb").value, 3 * nodes);
            QCOMPARE(metrics.at("latency_ms").value, 1.0);
            QCOMPARE(metrics.at("latency_ms").count, 8);
            QCOMPARE(point.result.notes.at("reference"), std::string("exact"));
        }
    }

    void out_of_memory_is_remembered() {
        FakeExecutor executor;
        executor.result = [](const Point& point) {
            const bool fits = point.variant == "linear";
            return PointResult{fits ? PointState::ok : PointState::out_of_memory, "", {}, {}};
        };
        const std::string run = new_run().toStdString();
        QVERIFY(part(executor, run, 4, false));
        executor.result = [](const Point&) { return PointResult{PointState::ok, "", {}, {}}; };
        const auto record = part(executor, run, 0, true);
        // Latency came first: its length 64 did not fit, 128 and (resumed) 256 were not tried.
        QCOMPARE(record->count(PointState::out_of_memory), 3u);
        QCOMPARE(record->count(PointState::ok), 9u);
        QCOMPARE(executor.measured.size(), 10u);
    }

    void another_device_or_build_is_refused_unless_allowed() {
        FakeExecutor executor;
        const std::string run = new_run().toStdString();
        QVERIFY(part(executor, run, 4, false));
        executor.device_name = "NVIDIA H200";
        executor.build = "Debug";
        const auto refused = part(executor, run, 0, true);
        QVERIFY(!refused);
        QCOMPARE(QString::fromStdString(refused.error().message),
                 QString::fromStdString(run) +
                     ": was measured on another device or build (build type: Release, now Debug; "
                     "device: A CPU, now NVIDIA H200): resume it there, or allow it to be resumed "
                     "here (--allow-foreign), which is then labelled");
        QCOMPARE(executor.measured.size(), 4u);

        const auto allowed = part(executor, run, 0, true, true);
        QVERIFY(allowed);
        QVERIFY(allowed->foreign());
        QCOMPARE(allowed->resumptions().size(), 1u);
        QCOMPARE(allowed->count(PointState::ok), 12u);
        int here = 0;
        for (const RecordedPoint& point : allowed->points())
            here += allowed->origin(point).device_name == "NVIDIA H200";
        QCOMPARE(here, 8);
        const auto json = results_json(*allowed);
        QCOMPARE(json.at("run").at("foreign"), true);
        QCOMPARE(json.at("points").back().at("resumption"), 1);
    }

    void memory_limits_of_another_device_do_not_count() {
        FakeExecutor executor;
        executor.result = [](const Point&) {
            return PointResult{PointState::out_of_memory, "", {}, {}};
        };
        const std::string run = new_run().toStdString();
        QVERIFY(part(executor, run, 4, false));
        executor.device_name = "NVIDIA H200";
        executor.result = [](const Point&) { return PointResult{PointState::ok, "", {}, {}}; };
        const auto record = part(executor, run, 0, true, true);
        QCOMPARE(record->count(PointState::out_of_memory), 4u);
        QCOMPARE(record->count(PointState::ok), 8u);
    }

    void another_preset_is_refused() {
        FakeExecutor executor;
        const std::string run = new_run().toStdString();
        QVERIFY(part(executor, run, 4, false));
        SweepSpec other = sweep();
        other.axes["lengths"].push_back(std::int64_t{512});
        const auto refused = part(executor, run, 0, true, false, other);
        QVERIFY(!refused);
        QCOMPARE(QString::fromStdString(refused.error().message),
                 QString::fromStdString(run) +
                     ": was run from another preset (it differs at /sweep/lengths): resume it "
                     "with its own, or choose another folder");
        other = sweep();
        other.title = "Other words";
        other.device = "cpu";
        QVERIFY(part(executor, run, 0, true, false, other));
        QCOMPARE(*spec_of_run(run), sweep());
    }

    void a_damaged_plan_is_made_again() {
        FakeExecutor executor;
        const QString run = new_run();
        QVERIFY(part(executor, run.toStdString(), 4, false));
        QByteArray journal = bytes_of(run + "/journal.jsonl");
        journal[100] = journal[100] == 'x' ? 'y' : 'x';
        write(run + "/journal.jsonl", journal);
        QVERIFY(!spec_of_run(run.toStdString()));
        const auto record = part(executor, run.toStdString(), 0, true);
        QVERIFY2(record, record ? "" : record.error().message.c_str());
        QCOMPARE(record->count(PointState::ok), 12u);
        QCOMPARE(record->points().size(), 12u);
        for (const auto& [id, times] : executor.measured) QCOMPARE(times, 1);
        const auto content = read_journal(run.toStdString());
        QCOMPARE(results_json(content->record).dump(), results_json(*record).dump());
        QCOMPARE(content->skipped.size(), 1u);
    }

    void a_journal_torn_in_its_first_line_begins_anew() {
        FakeExecutor executor;
        const QString run = new_run();
        QVERIFY(QDir().mkpath(run));
        write(run + "/journal.jsonl", "{\"seq\":1,\"run\":\"20");
        const auto record = part(executor, run.toStdString(), 0, true);
        QVERIFY(record);
        QCOMPARE(record->count(PointState::ok), 12u);
        QCOMPARE(read_journal(run.toStdString())->skipped.size(), 1u);
    }

    void a_point_in_flight_is_measured_again_from_its_start() {
        FakeExecutor executor;
        const QString run = new_run();
        QVERIFY(part(executor, run.toStdString(), 4, false));
        // As if killed in the third group's samples.
        const auto before = read_journal(run.toStdString());
        const Point open = before->record.points()[5].point;
        {
            auto writer = JournalWriter::open(run.toStdString());
            const std::uint64_t seq = before->record.last_seq();
            QVERIFY((*writer)->append({seq + 1, before->record.run(), 1, PointStarted{open.id}}));
            QVERIFY((*writer)->append({seq + 2, before->record.run(), 1,
                                       SamplesTaken{open.id, "latency_ms", 0, {9, 9}}}));
        }
        const auto record = part(executor, run.toStdString(), 0, true);
        QCOMPARE(record->find(open.id)->samples.at("latency_ms").values.size(), 8u);
        QCOMPARE(record->find(open.id)->session, 1u);
    }
};

QTEST_APPLESS_MAIN(ResumeTest)
#include "resume_test.moc"
