// A record as events, and what several records say differently.
#include "engine/core/record_events.h"

#include <QtTest>
#include <nlohmann/json.hpp>

#include "tests/core/core_samples.h"

using namespace slay;

namespace {

RunRecord record_of(const std::vector<Event>& events) {
    RunRecord record;
    for (const Event& event : events) record.apply(event);
    return record;
}

// small_run() with every sample `times` as long, as a run of its own.
RunRecord slower(double times, const std::string& run) {
    std::vector<Event> events = samples::small_run();
    for (Event& event : events) {
        event.run = run;
        if (auto* taken = std::get_if<SamplesTaken>(&event.body))
            for (double& value : taken->values) value *= times;
    }
    return record_of(events);
}

}  // namespace

class RecordEventsTest : public QObject {
    Q_OBJECT

  private slots:
    void the_events_of_a_record_give_it_again() {
        std::vector<Event> events = samples::small_run();
        // A second session measures one point anew, with a hole in its rounds.
        const std::string id = record_of(events).points().front().point.id;
        const auto add = [&](EventBody body) {
            events.push_back({events.back().seq + 1, events.back().run, 100, std::move(body)});
        };
        add(RunResumed{samples::provenance("cuda:0"), true});
        add(PointStarted{id});
        add(SamplesTaken{id, "latency_ms", 3, {1.5, 1.6}});
        add(SamplesTaken{id, "latency_ms", 9, {1.7}});
        add(PointFinished{id, {PointState::unconverged, "too wide", {}, {}}});
        add(RunFinished{RunOutcome::finished, "", "2026-01-02T00:00:00Z"});
        const RunRecord before = record_of(events);
        const RunRecord after = record_of(record_events(before));
        QCOMPARE(results_json(after).dump(), results_json(before).dump());
        QCOMPARE(after.points().size(), before.points().size());
        for (std::size_t i = 0; i < before.points().size(); ++i) {
            const RecordedPoint &a = before.points()[i], &b = after.points()[i];
            QCOMPARE(b.session, a.session);
            QCOMPARE(b.samples.size(), a.samples.size());
            for (const auto& [metric, taken] : a.samples) {
                QVERIFY(b.samples.at(metric).rounds == taken.rounds);
                QVERIFY(b.samples.at(metric).values == taken.values);
            }
        }
        QCOMPARE(after.messages().size(), before.messages().size());
        QVERIFY(after.foreign());
        QVERIFY(after.origin(after.points().front()).same_origin(samples::provenance("cuda:0")));
    }

    // What a resumption began and left without a sample is not of that resumption.
    void a_point_left_in_flight_has_no_origin() {
        std::vector<Event> events = samples::small_run();
        const std::string id = record_of(events).points().front().point.id;
        const auto add = [&](EventBody body) {
            events.push_back({events.back().seq + 1, events.back().run, 100, std::move(body)});
        };
        add(RunResumed{samples::provenance("cuda:0"), true});
        add(PointReopened{id, "again"});
        add(PointStarted{id, 3});
        add(RunFinished{RunOutcome::cancelled, "", "2026-01-02T00:00:00Z"});
        const RunRecord before = record_of(events);
        const RecordedPoint* left = before.find(id);
        QVERIFY(left);
        QCOMPARE(left->result.state, PointState::pending);
        QCOMPARE(left->session, std::size_t{0});
        const RunRecord after = record_of(record_events(before));
        QCOMPARE(results_json(after).dump(), results_json(before).dump());
    }

    void what_runs_say_differently_is_named() {
        const std::vector<RunRecord> records{slower(1, "a"), slower(1, "b"), slower(2, "c")};
        const std::vector<std::string> names{"one", "two", "three"};
        QVERIFY(merge_conflicts(std::span(records).first(2), names).empty());
        const auto conflicts = merge_conflicts(records, names);
        QCOMPARE(conflicts.size(), 3u);  // the fourth failed in all of them
        const QString first = QString::fromStdString(conflicts.front());
        QVERIFY2(first.startsWith("latency standard L = 128: "), qPrintable(first));
        QVERIFY2(first.contains(" in one, "), qPrintable(first));
        QVERIFY2(first.endsWith(" in three (kept)"), qPrintable(first));
    }
};

QTEST_APPLESS_MAIN(RecordEventsTest)
#include "record_events_test.moc"
