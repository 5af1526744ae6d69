#include <QtTest>
#include <cmath>
#include <nlohmann/json.hpp>

#include "engine/core/event.h"
#include "engine/core/run_record.h"
#include "tests/core/core_samples.h"

using namespace slay;

namespace {

class Recorder {
  public:
    explicit Recorder(const SweepSpec& spec) : plan(*make_plan(spec)) {
        RunStarted started;
        started.plan = plan;
        started.provenance = samples::provenance();
        started.variants = variant_catalog();
        started.metrics = metric_table();
        add(started);
    }
    void add(EventBody body) {
        record.apply({++seq, "r", 0.1 * static_cast<double>(seq), std::move(body)});
    }
    const Point& point(std::string_view variant, std::int64_t length) const {
        for (const Point& each : plan.points)
            if (each.variant == variant && each.parameters.integer("length") == length) return each;
        throw std::runtime_error("no such point");
    }
    void measure(const Point& at, std::vector<double> values, std::int64_t first_round = 0) {
        add(PointStarted{at.id});
        add(SamplesTaken{at.id, "latency_ms", first_round, std::move(values)});
        add(PointFinished{at.id, {PointState::ok, "", {}, {}}});
    }
    void finish(const Point& at, PointState state, Metrics metrics = {}) {
        add(PointFinished{at.id, {state, "because", std::move(metrics), {}}});
    }
    Metrics metrics(const Point& at) const { return metrics_of(record, *record.find(at.id)); }

    Plan plan;
    RunRecord record;
    std::uint64_t seq = 0;
};

std::vector<double> series(double scale, int n, int from = 0) {
    std::vector<double> values;
    for (int i = from; i < from + n; ++i)
        values.push_back(scale * (1 + 0.1 * i));  // a drifting clock
    return values;
}

}  // namespace

class RecordTest : public QObject {
    Q_OBJECT

  private slots:
    void latency_follows_from_samples() {
        Recorder run(samples::small_spec());
        const Point& at = run.point("linear", 128);
        run.measure(at, {5, 1, 4, 2, 3, 6, 7});
        const Metrics metrics = run.metrics(at);
        QCOMPARE(metrics.at("latency_ms").value, 4.0);
        QCOMPARE(*metrics.at("latency_ms").low, 1.0);
        QCOMPARE(*metrics.at("latency_ms").high, 7.0);
        QCOMPARE(metrics.at("latency_min_ms").value, 1.0);
        QCOMPARE(metrics.at("latency_p20_ms").value, 2.2);
        QCOMPARE(metrics.at("tokens_per_s").value, 128 / 4e-3);
        QCOMPARE(*metrics.at("tokens_per_s").low, 128 / 7e-3);
        QCOMPARE(*metrics.at("tokens_per_s").high, 128 / 1e-3);
        QVERIFY(metrics.at("predicted_ms").value > 0);
        QVERIFY(!metrics.count("speedup_vs_standard"));  // not measured yet
    }

    void speedup_is_formed_within_rounds() {
        Recorder run(samples::small_spec());
        const Point &slow = run.point("standard", 128), &fast = run.point("linear", 128);
        // Both drift by a factor of two; the ratio does not. The fast one was sampled for fewer
        // rounds, and later ones.
        run.measure(slow, series(4, 12));
        run.measure(fast, series(1, 8, 3), 3);
        const MetricValue ratio = run.metrics(fast).at("speedup_vs_standard");
        QVERIFY(std::abs(ratio.value - 4) < 1e-12);
        QVERIFY(std::abs(*ratio.low - 4) < 1e-12 && std::abs(*ratio.high - 4) < 1e-12);
        QCOMPARE(ratio.count, std::int64_t{8});
        QCOMPARE(run.metrics(slow).at("speedup_vs_standard").value, 1.0);
        QVERIFY(!run.metrics(fast).count("speedup_vs_standard_fused"));
    }

    void samples_of_another_start_are_no_pairs() {
        Recorder run(samples::small_spec());
        const Point &slow = run.point("standard", 128), &fast = run.point("linear", 128);
        run.measure(slow, series(4, 10));
        run.add(RunResumed{samples::provenance(), false});
        run.measure(fast, series(1, 10));
        const MetricValue ratio = run.metrics(fast).at("speedup_vs_standard");
        QCOMPARE(ratio.value, 4.0);
        QVERIFY(!ratio.low && !ratio.high);
        QCOMPARE(ratio.count, std::int64_t{0});
        QCOMPARE(run.record.find(fast.id)->session, 1u);
    }

    void nothing_is_derived_for_what_was_not_measured() {
        Recorder run(samples::small_spec());
        const Point &slow = run.point("standard", 128), &fast = run.point("linear", 128);
        run.measure(fast, series(1, 10));
        run.add(PointStarted{slow.id});
        run.add(SamplesTaken{slow.id, "latency_ms", 0, series(4, 10)});
        run.finish(slow, PointState::incorrect);
        QVERIFY(!run.metrics(slow).count("latency_ms"));  // incorrect: no latency is shown
        QVERIFY(run.metrics(slow).count("predicted_ms"));
        QVERIFY(!run.metrics(fast).count("speedup_vs_standard"));
    }

    void own_metrics_win() {
        Recorder run(samples::small_spec());
        const Point& at = run.point("linear", 128);
        run.add(PointStarted{at.id});
        run.add(SamplesTaken{at.id, "latency_ms", 0, series(1, 10)});
        run.finish(at, PointState::ok, {{"latency_ms", {9, {}, {}, 1}}});
        QCOMPARE(run.metrics(at).at("latency_ms").value, 9.0);
    }

    void samples_with_nan_derive_nothing() {
        Recorder run(samples::small_spec());
        const Point& at = run.point("linear", 128);
        run.measure(at, {1, std::nan(""), 2});
        QVERIFY(!run.metrics(at).count("latency_ms"));
        QCOMPARE(run.record.find(at.id)->samples.at("latency_ms").values.size(), 3u);  // kept
    }

    void memory_shows_its_prediction_and_the_longest_length() {
        Recorder run(
            samples::spec(R"(, "experiments": ["memory"], "variants": ["standard", "linear"],
                                       "sweep": {"lengths": [256, 512, 1024, 2048]})"));
        for (const char* variant : {"standard", "linear"}) {
            for (const std::int64_t length : {256, 512, 1024, 2048}) {
                const Point& at = run.point(variant, length);
                const bool fits = length < 1024 || variant[0] == 'l';
                if (fits)
                    run.finish(at, PointState::ok,
                               {{"peak_mb", {at.prediction.peak_bytes / 2e6, {}, {}, 1}}});
                else
                    run.finish(at, PointState::out_of_memory);
            }
        }
        const Metrics at_limit = run.metrics(run.point("standard", 512));
        QCOMPARE(at_limit.at("longest_length").value, 512.0);
        QCOMPARE(at_limit.at("prediction_error").value, 1.0);
        QCOMPARE(at_limit.at("predicted_mb").value,
                 run.point("standard", 512).prediction.peak_bytes / 1e6);
        QVERIFY(!run.metrics(run.point("standard", 256)).count("longest_length"));
        QVERIFY(
            !run.metrics(run.point("linear", 2048)).count("longest_length"));  // no limit was met
        QVERIFY(run.metrics(run.point("standard", 2048)).count("predicted_mb"));
    }

    void a_new_attempt_clears_the_old_one() {
        Recorder run(samples::small_spec());
        const Point& at = run.point("linear", 128);
        run.add(PointStarted{at.id});
        run.add(SamplesTaken{at.id, "latency_ms", 0, {1, 2, 3}});
        run.add(RunResumed{samples::provenance(), false});
        QCOMPARE(run.record.find(at.id)->result.state, PointState::pending);
        run.measure(at, {7, 8});
        QCOMPARE(run.record.find(at.id)->samples.at("latency_ms").values,
                 (std::vector<double>{7, 8}));
    }

    void late_and_foreign_events_are_ignored() {
        Recorder run(samples::small_spec());
        const Point& at = run.point("linear", 128);
        run.record.apply({50, "another", 0, PointStarted{at.id}});
        QCOMPARE(run.record.find(at.id)->result.state, PointState::pending);
        run.add(PointStarted{at.id});
        run.record.apply({1, "r", 0, PointFinished{at.id, {PointState::ok, "", {}, {}}}});
        QCOMPARE(run.record.find(at.id)->result.state, PointState::running);
        run.add(UnknownEvent{"weather", "{}"});
        QCOMPARE(run.record.last_seq(), run.seq);
    }

    void results_have_the_published_form() {
        Recorder run(samples::small_spec());
        const Point &slow = run.point("standard", 128), &fast = run.point("linear", 128);
        run.measure(slow, series(4, 10));
        run.measure(fast, series(1, 10));
        run.finish(run.point("standard", 256), PointState::out_of_memory);
        run.add(RunFinished{RunOutcome::cancelled, "stopped by the user", "2026-01-01T00:00:09Z"});
        const auto json = results_json(run.record);
        QCOMPARE(json.at("schema"), "slay-results/1");
        QCOMPARE(json.at("run").at("device_name"), "A CPU");
        QCOMPARE(json.at("run").at("outcome"), "cancelled");
        QCOMPARE(json.at("spec").at("name"), "sample");
        QCOMPARE(json.at("points").size(), 4u);
        for (const auto& point : json.at("points")) {
            for (const char* key :
                 {"id", "experiment", "variant", "parameters", "state", "reason", "metrics"})
                QVERIFY2(point.contains(key), key);
            QCOMPARE(point.at("parameters").at("device"), "cpu");
            QVERIFY(point.at("parameters").at("length").is_number_integer());
            const bool is_linear = point.at("variant") == "linear",
                       is_short = point.at("parameters").at("length") == 128;
            if (is_linear && is_short) {
                const auto& latency = point.at("metrics").at("latency_ms");
                QVERIFY(latency.contains("value") && latency.contains("low") &&
                        latency.contains("high"));
                QCOMPARE(latency.at("count"), 10);
                QVERIFY(
                    std::abs(
                        point.at("metrics").at("speedup_vs_standard").at("value").get<double>() -
                        4) < 1e-9);
                QCOMPARE(point.at("state"), "ok");
            } else if (is_linear) {
                QCOMPARE(point.at("state"), "cancelled");
                QCOMPARE(point.at("reason"), "not measured: the run was cancelled");
            } else if (!is_short) {
                QCOMPARE(point.at("state"), "out-of-memory");
                QCOMPARE(point.at("reason"), "because");
            }
        }
        QCOMPARE(results_json(run.record).dump(), json.dump());
    }

    void origins_are_compared_by_device_and_build() {
        const Provenance here = samples::provenance();
        Provenance later = here;
        later.started = "2027-01-01T00:00:00Z";
        later.clocks = "SM 100 MHz";
        QVERIFY(here.same_origin(later));
        later.device_name = "NVIDIA H200";
        later.git_revision = "def";
        later.driver_version = "580";
        QVERIFY(!here.same_origin(later));
        QCOMPARE(origin_differences(here, later),
                 (std::vector<std::string>{"git revision: abc, now def", "driver: none, now 580",
                                           "device: A CPU, now NVIDIA H200"}));
        QCOMPARE(provenance_from_json(to_json(later)), later);
    }

    void this_machine_is_described() {
        const Provenance here = local_provenance();
        QVERIFY(!here.program_version.empty() && !here.compiler.empty() && !here.cpu_model.empty());
        QVERIFY(!here.operating_system.empty() && !here.host_memory.empty());
        QVERIFY(here.cpu_threads > 0);
        QCOMPARE(here.started.size(), 20u);
        QVERIFY(here.same_origin(local_provenance()));
    }
};

QTEST_APPLESS_MAIN(RecordTest)
#include "record_test.moc"
