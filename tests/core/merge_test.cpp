// Several runs become one record.
#include <QtTest>
#include <nlohmann/json.hpp>

#include "engine/core/merge_records.h"
#include "tests/core/core_samples.h"

using namespace slay;

namespace {

// A run of `spec` whose samples of latency_ms are around `base`; `skip` stays open.
RunRecord run_of(const SweepSpec& spec, const std::string& name, double base,
                 const std::string& device = "cpu", const std::string& skip = {}) {
    RunStarted started;
    started.provenance = samples::provenance(device);
    started.plan = *make_plan(spec);
    for (const VariantChoice& choice : spec.variants)
        started.variants.push_back(*find_variant(choice.name));
    started.metrics = {*find_metric("latency_ms")};
    const std::vector<Point> points = started.plan.points;
    RunRecord record;
    std::uint64_t seq = 0;
    const auto apply = [&](EventBody body) { record.apply({++seq, name, 1, std::move(body)}); };
    apply(std::move(started));
    for (const Point& point : points) {
        if (point.variant == skip) continue;
        apply(PointStarted{point.id});
        std::vector<double> values;
        for (int i = 0; i < 9; ++i)
            values.push_back(base * (point.variant == "standard" ? 4 : 1) * (1 + 0.001 * i));
        apply(SamplesTaken{point.id, "latency_ms", 0, values});
        apply(SamplesTaken{point.id, "latency_ms", 20, {base}});
        apply(PointFinished{point.id, {PointState::ok, "", {}, {}}});
    }
    apply(RunFinished{RunOutcome::finished, "", "2026-01-01T00:01:00Z"});
    return record;
}

SweepSpec lengths(const std::string& list) {
    return samples::spec(R"(, "experiments": ["latency"], "variants": ["standard", "linear"],
                             "sweep": {"lengths": )" +
                         list + R"(, "heads": [2], "widths": [32]})");
}

}  // namespace

class MergeTest : public QObject {
    Q_OBJECT

  private slots:
    void every_point_of_both_runs_is_there_with_its_samples() {
        const std::vector<RunRecord> runs{run_of(lengths("[128, 256]"), "a", 1),
                                          run_of(lengths("[512]"), "b", 2)};
        const auto merged = merge_records(runs);
        QVERIFY2(merged, merged ? "" : merged.error().message.c_str());
        QCOMPARE(merged->points().size(), std::size_t{6});
        QCOMPARE(merged->run(), std::string("a + b"));
        QCOMPARE(merged->count(PointState::ok), std::size_t{6});
        for (const RunRecord& run : runs)
            for (const RecordedPoint& point : run.points()) {
                const RecordedPoint* here = merged->find(point.point.id);
                QVERIFY(here);
                QCOMPARE(here->samples.at("latency_ms").values,
                         point.samples.at("latency_ms").values);
                QCOMPARE(here->samples.at("latency_ms").rounds,
                         point.samples.at("latency_ms").rounds);
                // Ratios are formed as before: within a run.
                QCOMPARE(metrics_of(*merged, *here), metrics_of(run, point));
            }
        QVERIFY(!merged->foreign());
        QCOMPARE(merged->outcome(), RunOutcome::finished);
    }

    void samples_of_different_runs_make_no_pairs() {
        // The second run measured the baseline, the first the variant: a ratio of medians.
        const SweepSpec spec = lengths("[128]");
        const std::vector<RunRecord> runs{run_of(spec, "a", 1, "cpu", "standard"),
                                          run_of(spec, "b", 2, "cpu", "linear")};
        const auto merged = merge_records(runs);
        QVERIFY(merged);
        QCOMPARE(merged->points().size(), std::size_t{2});
        for (const RecordedPoint& point : merged->points()) {
            QVERIFY(is_measured(point.result.state));
            if (point.point.variant != "linear") continue;
            QCOMPARE(metrics_of(*merged, point).at("speedup_vs_standard").count, std::int64_t{0});
        }
    }

    void the_later_measurement_of_a_point_stands() {
        const SweepSpec spec = lengths("[128]");
        const std::vector<RunRecord> runs{run_of(spec, "a", 1), run_of(spec, "b", 2),
                                          run_of(spec, "c", 3, "cpu", "linear")};
        const auto merged = merge_records(runs);
        QVERIFY(merged);
        for (const RecordedPoint& point : merged->points()) {
            const double latency = metrics_of(*merged, point).at("latency_ms").value;
            // The third run did not measure linear, which does not undo the second.
            QVERIFY(point.point.variant == "linear" ? latency < 2.1 : latency > 11.9);
        }
    }

    void another_build_is_labelled_and_another_device_refused() {
        RunRecord other;
        {
            RunStarted started;
            started.provenance = samples::provenance();
            started.provenance.git_revision = "def";
            started.plan = *make_plan(lengths("[512]"));
            other.apply({1, "b", 0, started});
        }
        const auto labelled = merge_records(std::vector{run_of(lengths("[128]"), "a", 1), other});
        QVERIFY(labelled);
        QVERIFY(labelled->foreign());
        QCOMPARE(labelled->outcome(), RunOutcome::cancelled);  // it never ended

        const auto refused = merge_records(std::vector{run_of(lengths("[128]"), "a", 1),
                                                       run_of(lengths("[512]"), "b", 1, "cuda:0")});
        QVERIFY(!refused);
        QCOMPARE(refused.error().kind, ErrorKind::bad_data);
        QVERIFY2(refused.error().message.find("A GPU") != std::string::npos,
                 refused.error().message.c_str());
        QVERIFY(!merge_records({}));
        QVERIFY(!merge_records(std::vector{RunRecord(), run_of(lengths("[128]"), "a", 1)}));
    }

    void one_run_stays_what_it_is() {
        const RunRecord run = run_of(lengths("[128]"), "a", 1);
        const auto merged = merge_records(std::vector{run});
        QVERIFY(merged);
        QCOMPARE(results_text(*merged), results_text(run));
    }
};

QTEST_APPLESS_MAIN(MergeTest)
#include "merge_test.moc"
