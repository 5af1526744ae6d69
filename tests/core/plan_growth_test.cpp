// A plan that grows: points that are completed as a plan would have made them, and a record that
// takes them up, also out of order, and keeps what a point gave before it was measured again.
#include "engine/core/plan_growth.h"

#include <QDir>
#include <QtTest>
#include <nlohmann/json.hpp>
#include <set>

#include "engine/core/merge_records.h"
#include "engine/core/record_events.h"
#include "tests/core/core_samples.h"

using namespace slay;

namespace {

RunRecord record_of(const std::vector<Event>& events) {
    RunRecord record;
    for (const Event& event : events) record.apply(event);
    return record;
}

// A record of a spec whose points all wait.
RunRecord planned(const SweepSpec& spec) {
    RunStarted started;
    started.provenance = samples::provenance();
    started.plan = *make_plan(spec);
    for (const VariantChoice& choice : spec.variants)
        started.variants.push_back(*find_variant(choice.name));
    started.metrics = metric_table();
    RunRecord record;
    record.apply({1, "r", 0, std::move(started)});
    return record;
}

Point bare(const Point& point) {
    Point out;
    out.experiment = point.experiment;
    out.variant = point.variant;
    out.parameters = point.parameters;
    out.parameters.erase("head_dim");
    return out;
}

std::string message_of(const Result<Point>& point) {
    return point ? "" : point.error().message;
}

// small_run(), its first point measured again by another batch, and two points that were added.
std::vector<Event> grown_run() {
    std::vector<Event> events = samples::small_run();
    events.pop_back();  // the end
    const auto add = [&](EventBody body) {
        events.push_back({events.back().seq + 1, "run-1", 10, std::move(body)});
    };
    const RunRecord before = record_of(events);
    const std::string first = before.points().front().point.id;
    auto growth = with_variant(before, "cosformer");
    PointsAdded added{{}, {*find_variant("cosformer")}, "more"};
    for (const Point& point : growth->add)
        added.points.push_back(*complete_point(point, before.spec().measurement, {}));
    add(added);
    add(PointReopened{first, "a doubt"});
    add(PointStarted{first, 1});
    add(SamplesTaken{first, "latency_ms", 0, {9, 9, 9, 9, 9, 9, 9, 9}});
    add(PointFinished{first, {PointState::ok, "", {}, {}}});
    const std::string fresh = added.points.front().id;
    add(PointStarted{fresh, 1});
    add(SamplesTaken{fresh, "latency_ms", 0, {3, 3, 3, 3, 3, 3, 3, 3}});
    add(PointFinished{fresh, {PointState::ok, "", {}, {}}});
    add(RunFinished{RunOutcome::cancelled, "stopped", "2026-01-01T00:01:00Z"});
    return events;
}

}  // namespace

class PlanGrowthTest : public QObject {
    Q_OBJECT

  private slots:
    // Every point of every preset, made anew from its parameters alone.
    void a_point_is_completed_as_the_plan_made_it() {
        std::size_t points = 0;
        for (const QFileInfo& file : QDir(SLAY_SOURCE_DIR "/presets").entryInfoList({"*.json"})) {
            const auto spec = read_spec(file.filePath().toStdString());
            SweepSpec free = *spec;
            free.measurement.time_budget_minutes = 0;
            const Plan plan = *make_plan(free);
            for (const Point& point : plan.points) {
                const auto made = complete_point(bare(point), free.measurement, {});
                QVERIFY2(made, made ? "" : made.error().message.c_str());
                QCOMPARE(made->id, point.id);
                QCOMPARE(made->group, point.group);
                QVERIFY(made->parameters == point.parameters);
                QCOMPARE(made->prediction.seconds, point.prediction.seconds);
                ++points;
            }
        }
        qInfo("%zu points of the presets", points);
        QVERIFY(points > 3000);
    }

    void what_no_plan_would_hold_is_refused() {
        const Plan plan = *make_plan(samples::small_spec());
        const auto attempt = [&](auto change) {
            Point point = bare(plan.points.front());
            change(point);
            return message_of(complete_point(point, {}, {}));
        };
        QVERIFY(attempt([](Point&) {}).empty());
        const auto has = [](const std::string& text, const char* part) {
            if (text.find(part) == std::string::npos) qWarning("%s", text.c_str());
            return text.find(part) != std::string::npos;
        };
        QVERIFY(has(attempt([](Point& p) { p.variant = "nobody"; }), "no such variant"));
        QVERIFY(has(attempt([](Point& p) { p.experiment = "none"; }), "no such experiment"));
        QVERIFY(has(attempt([](Point& p) { p.parameters.erase("length"); }), "length is missing"));
        QVERIFY(has(attempt([](Point& p) { p.parameters.set("length", std::int64_t{-5}); }),
                    "length: -5"));
        QVERIFY(has(attempt([](Point& p) { p.parameters.set("heads", std::int64_t{5}); }),
                    "does not divide"));
        QVERIFY(
            has(attempt([](Point& p) { p.parameters.set("bogus", std::int64_t{5}); }), "bogus"));
        QVERIFY(has(attempt([](Point& p) { p.parameters.set("dtype", std::string("float8")); }),
                    "dtype"));
        QVERIFY(has(attempt([](Point& p) { p.experiment = "kernel-quality"; }), ""));
    }

    void lengths_part_a_range_evenly() {
        using Lengths = std::vector<std::int64_t>;
        QCOMPARE(lengths_between(2048, 4096, 1), (Lengths{2880}));
        QCOMPARE(lengths_between(256, 1024, 1), (Lengths{512}));
        QCOMPARE(lengths_between(1024, 16384, 3), (Lengths{2048, 4096, 8192}));
        QCOMPARE(lengths_between(1, 2, 5), Lengths{});
        QCOMPARE(lengths_between(1, 3, 5), (Lengths{2}));
        QCOMPARE(lengths_between(100, 50, 3), Lengths{});
        for (const std::size_t count : {1u, 2u, 3u, 7u}) {
            const Lengths found = lengths_between(300, 40'000, count);
            QCOMPARE(found.size(), count);
            QVERIFY(found.front() > 300 && found.back() < 40'000);
            QVERIFY(std::is_sorted(found.begin(), found.end()));
        }
    }

    void a_curve_gets_points_between_its_own() {
        const RunRecord record = planned(samples::small_spec());
        const RecordedPoint& like = record.points().front();
        const std::vector<std::int64_t> lengths{128, 192};  // the first is there
        const auto one = at_lengths(record, like, lengths, false);
        QCOMPARE(one->add.size(), std::size_t{1});
        QCOMPARE(one->add.front().variant, like.point.variant);
        QCOMPARE(one->add.front().parameters.integer("length"), 192);
        const auto all = at_lengths(record, like, lengths, true);
        QCOMPARE(all->add.size(), std::size_t{2});
        const auto whole = complete_point(all->add.front(), {}, {});
        QCOMPARE(whole->group, complete_point(all->add.back(), {}, {})->group);
    }

    // What a plan of the spec with that variant would have besides.
    void a_variant_comes_at_every_shape() {
        for (const char* name : {"quick", "suite-quick", "feature-budget", "poly-ablation"}) {
            SweepSpec with = *read_spec(std::string(SLAY_SOURCE_DIR "/presets/") + name + ".json");
            with.measurement.time_budget_minutes = 0;
            const std::string added = "yat-performer-anchor";
            SweepSpec without = with;
            std::erase_if(without.variants, [&](const auto& v) { return v.name == added; });
            for (auto& [experiment, own] : without.overrides) {
                own.variants.clear();
                with.overrides[experiment].variants.clear();
            }
            std::erase_if(with.variants, [&](const auto& v) { return v.name == added; });
            with.variants.push_back({added, {}});
            const RunRecord record = planned(without);
            const auto growth = with_variant(record, added);
            QVERIFY2(growth, growth ? "" : growth.error().message.c_str());
            std::set<std::string> expected, found;
            const Plan whole = *make_plan(with);
            for (const Point& point : whole.points)
                if (!record.find(point.id)) expected.insert(point.id);
            for (const Point& point : growth->add)
                found.insert(complete_point(point, with.measurement, {})->id);
            QVERIFY(found == expected);
            QVERIFY(!found.empty());
            const GrowthCost cost = cost_of(*growth, record, {});
            QCOMPARE(cost.points, found.size());
            QVERIFY(cost.seconds > 0 && cost.peak_bytes > 0);
        }
        const RunRecord small = planned(samples::small_spec());
        QVERIFY(!with_variant(small, "linear"));  // is there
        QVERIFY(!with_variant(small, "nobody"));
        SweepSpec quality = samples::spec(
            R"(, "experiments": ["kernel-quality"], "variants": ["yat-performer-anchor"],
                "sweep": {"lengths": [64], "heads": [2], "widths": [32]})");
        const auto no_part = with_variant(planned(quality), "linear");
        QVERIFY(!no_part);
        QVERIFY(no_part.error().message.find("takes part in none") != std::string::npos);
    }

    void a_request_is_a_file_and_back() {
        const RunRecord record = planned(samples::small_spec());
        PlanGrowth growth = *with_variant(record, "cosformer");
        growth.rerun = {record.points().front().point.id};
        const auto back = parse_growth(to_text(growth), "x.json");
        QVERIFY2(back, back ? "" : back.error().message.c_str());
        QCOMPARE(back->add.size(), growth.add.size());
        QVERIFY(back->add.front().parameters == growth.add.front().parameters);
        QCOMPARE(back->rerun, growth.rerun);
        QCOMPARE(back->why, growth.why);
        for (const char* text : {"", "[]", "{}", "{\"schema\": \"slay-request/1\"}",
                                 "{\"schema\": \"slay-request/1\", \"rerun\": [\"../x\"]}",
                                 "{\"schema\": \"slay-request/2\", \"rerun\": []}"}) {
            const auto bad = parse_growth(text, "x.json");
            QVERIFY2(!bad, text);
            QVERIFY(bad.error().message.starts_with("x.json:"));
        }
    }

    void a_record_grows_and_keeps_what_was_superseded() {
        const RunRecord record = record_of(grown_run());
        QCOMPARE(record.points().size(), std::size_t{6});
        QVERIFY(record.variant("cosformer"));
        const RecordedPoint& first = record.points().front();
        QCOMPARE(first.earlier.size(), std::size_t{1});
        QCOMPARE(first.earlier.front().why_again, std::string("a doubt"));
        QCOMPARE(first.earlier.front().samples.at("latency_ms").values.size(), std::size_t{8});
        QCOMPARE(first.earlier.front().result.notes.at("backend"), std::string("math"));
        QCOMPARE(metrics_of(record, first).at("latency_ms").value, 9.0);
        QVERIFY(
            metrics_of(record, as_measured(first, first.earlier.front())).at("latency_ms").value <
            5);
        // The added point is in its series and its group, but was not measured beside the others.
        const RecordedPoint& fresh = record.points()[4];
        QVERIFY(fresh.added);
        QCOMPARE(record.group(fresh.point.group).size(), std::size_t{3});
        QCOMPARE(record.series(series_key(fresh.point)).size(), std::size_t{2});
        QVERIFY(side_by_side(fresh, first));  // the same later batch
        QVERIFY(!side_by_side(fresh, record.points()[1]));
        const Metrics linear = metrics_of(record, record.points()[1]);
        QVERIFY(!linear.at("speedup_vs_standard").low);  // unpaired: no interval
        const auto json = results_json(record);
        QCOMPARE(json["points"][0]["superseded"].size(), std::size_t{1});
        QVERIFY(json["points"][0]["superseded"][0]["metrics"].contains("latency_ms"));
        QCOMPARE(json["points"][4]["added"], true);
    }

    void growth_goes_through_text_and_events_unchanged() {
        const std::vector<Event> events = grown_run();
        RunRecord read;
        for (const Event& event : events) {
            const auto line = parse_line(to_line(event));
            QVERIFY2(line, line ? "" : line.error().message.c_str());
            read.apply(*line);
        }
        const RunRecord record = record_of(events);
        QCOMPARE(results_text(read), results_text(record));
        QCOMPARE(results_text(record_of(record_events(record))), results_text(record));
    }

    void a_merged_run_keeps_earlier_attempts() {
        const RunRecord record = record_of(grown_run());
        const std::vector<RunRecord> both{record, planned(samples::small_spec())};
        const auto merged = merge_records(both);
        QVERIFY2(merged, merged ? "" : merged.error().message.c_str());
        QCOMPARE(merged->points().size(), std::size_t{6});
        const RecordedPoint& first = *merged->find(record.points().front().point.id);
        QCOMPARE(first.earlier.size(), std::size_t{1});
        QCOMPARE(first.batch, 1u);
        QCOMPARE(metrics_of(*merged, first).at("latency_ms").value, 9.0);
    }

    // The plan's line was damaged and is written again by a resumption.
    void points_that_were_added_before_their_plan_stay() {
        std::vector<Event> events = grown_run();
        Event opening = events.front();
        events.erase(events.begin());
        opening.seq = events.back().seq + 1;
        events.push_back(opening);
        const RunRecord late = record_of(events);
        const RunRecord record = record_of(grown_run());
        QCOMPARE(late.points().size(), record.points().size());
        for (const RecordedPoint& each : record.points()) {
            const RecordedPoint* found = late.find(each.point.id);
            QVERIFY(found && !found->point.experiment.empty());
            QCOMPARE(found->earlier.size(), each.earlier.size());
            QCOMPARE(found->added, each.added);
        }
    }
};

QTEST_APPLESS_MAIN(PlanGrowthTest)
#include "plan_growth_test.moc"
