// Runs side by side: matching points, ratios, verdicts, and what differs.
#include "exports/compare/run_comparison.h"

#include <QElapsedTimer>
#include <QtTest>
#include <cmath>

#include "tests/exports/sample_records.h"

using namespace slay;
using namespace slay::testing;

namespace {

// Softmax and linear at two lengths, `factor` times as slow as in another run of that sweep; the
// samples of two runs are never the same.
std::shared_ptr<const RunRecord> timed_run(double factor, int placement,
                                           const std::string& lengths = "[256, 512]") {
    const std::string preset =
        R"({"schema": "slay-preset/1", "name": "c", "title": "c", "experiments": ["latency"],
            "variants": ["standard", "linear", {"name": "performer", "prf_features": 32}],
            "sweep": {"lengths": )" +
        lengths + "}}";
    return std::make_shared<RunRecord>(record_of(preset, [&](const Point& point) -> Outcome {
        if (point.variant == "performer") {
            Outcome out;
            out.result.state = PointState::failed;
            out.result.reason = "It does not run here.";
            return out;
        }
        const double base = point.variant == "standard" ? 4 : 1;
        const double ms =
            base * factor * (1 + 0.001 * placement) * point.parameters.real("length") / 256;
        Outcome out;
        out.result.state = PointState::ok;
        for (int i = 0; i < 40; ++i)
            out.samples.push_back(ms * (1 + 0.01 * std::sin(i * 2.4 + placement)));
        return out;
    }));
}

RunComparison compared(std::vector<std::shared_ptr<const RunRecord>> records) {
    RunComparison runs;
    for (auto& record : records) runs.add("run", std::move(record));
    runs.show("latency", "latency_ms");
    return runs;
}

std::vector<Verdict> verdicts(const RunComparison& runs, std::size_t run) {
    std::vector<Verdict> out;
    for (const RunComparison::Row& row : runs.rows())
        if (row.run == run && row.value) out.push_back(runs.against(row).verdict);
    return out;
}

QStringList texts(const std::vector<std::string>& list) {
    QStringList out;
    for (const std::string& each : list) out << QString::fromStdString(each);
    return out;
}

}  // namespace

class RunComparisonTest : public QObject {
    Q_OBJECT
  private slots:
    void labels_are_told_apart() {
        const RunComparison runs = compared({timed_run(1, 0), timed_run(1, 1), timed_run(1, 2)});
        QCOMPARE(runs.runs()[0].label, std::string("run"));
        QCOMPARE(runs.runs()[1].label, std::string("run (2)"));
        QCOMPARE(runs.runs()[2].label, std::string("run (3)"));
    }

    void the_same_measured_again_is_no_difference() {
        RunComparison runs = compared({timed_run(1, 0), timed_run(1, 3)});
        runs.set_baseline({Baseline::Kind::run, 0, {}});
        QCOMPARE(verdicts(runs, 1), std::vector<Verdict>(4, Verdict::no_difference));
        // The baseline is not compared with itself.
        QCOMPARE(verdicts(runs, 0), std::vector<Verdict>(4, Verdict::unknown));
    }

    void a_slower_and_a_faster_run_are_found() {
        RunComparison runs = compared({timed_run(1, 0), timed_run(1.2, 1), timed_run(0.8, 2)});
        runs.set_baseline({Baseline::Kind::run, 0, {}});
        QCOMPARE(verdicts(runs, 1), std::vector<Verdict>(4, Verdict::worse));
        QCOMPARE(verdicts(runs, 2), std::vector<Verdict>(4, Verdict::better));
        for (const RunComparison::Row& row : runs.rows()) {
            if (row.run != 1 || !row.value) continue;
            const MetricValue ratio = runs.against(row).ratio;
            QVERIFY(std::abs(ratio.value - 1.2) < 0.01);
            QVERIFY(*ratio.low < ratio.value && ratio.value < *ratio.high);
        }
    }

    void a_variant_is_a_baseline_within_each_run() {
        RunComparison runs = compared({timed_run(1, 0), timed_run(1.5, 1)});
        runs.set_baseline({Baseline::Kind::variant, 0, "standard"});
        int seen = 0;
        for (const RunComparison::Row& row : runs.rows()) {
            if (row.point->point.variant != "linear") continue;
            ++seen;
            const Compared found = runs.against(row);
            QVERIFY(std::abs(found.ratio.value - 0.25) < 0.005);  // not that of the other run
            QCOMPARE(found.verdict, Verdict::better);
            QCOMPARE(runs.baseline_of(row)->run, row.run);
        }
        QCOMPARE(seen, 4);
    }

    void what_the_other_run_did_not_measure_has_no_ratio() {
        RunComparison runs = compared({timed_run(1, 0, "[256]"), timed_run(1, 1, "[256, 1024]")});
        runs.set_baseline({Baseline::Kind::run, 0, {}});
        for (const RunComparison::Row& row : runs.rows()) {
            if (row.run != 1) continue;
            const bool known = row.point->point.parameters.integer("length") == 256;
            QCOMPARE(runs.baseline_of(row) != nullptr, known);
            if (!known || !row.value) QCOMPARE(runs.against(row).verdict, Verdict::unknown);
        }
    }

    void only_parameters_that_differ_are_columns() {
        const RunComparison runs = compared({timed_run(1, 0), timed_run(1, 1)});
        QCOMPARE(texts(runs.differing(runs.filtered(""))), QStringList{"length"});
        QCOMPARE(texts(runs.differing(runs.filtered("l = 512"))), QStringList());
        QCOMPARE(texts(runs.differing({})), QStringList());
    }

    void a_filter_takes_all_its_words() {
        const RunComparison runs = compared({timed_run(1, 0), timed_run(1, 1)});
        QCOMPARE(runs.filtered("").size(), std::size_t(12));
        QCOMPARE(runs.filtered("Linear").size(), std::size_t(4));
        QCOMPARE(runs.filtered("linear length=512").size(), std::size_t(2));
        QCOMPARE(runs.filtered("failed").size(), std::size_t(4));
        QCOMPARE(runs.filtered("run (2) softmax").size(), std::size_t(2));
        QVERIFY(runs.filtered("nothing-like-it").empty());
    }

    void groups_are_sorted_by_number() {
        const RunComparison runs = compared({timed_run(1, 0, "[1024, 128, 512]")});
        std::vector<std::int64_t> lengths;
        for (const std::size_t i : runs.filtered("", "length"))
            lengths.push_back(runs.rows()[i].point->point.parameters.integer("length"));
        QVERIFY(std::is_sorted(lengths.begin(), lengths.end()));
        QCOMPARE(lengths.front(), std::int64_t{128});
    }

    void removing_a_run_moves_the_baseline_with_it() {
        RunComparison runs = compared({timed_run(1, 0), timed_run(1.2, 1), timed_run(1, 2)});
        runs.set_baseline({Baseline::Kind::run, 1, {}});
        runs.remove(0);
        QCOMPARE(runs.runs().size(), std::size_t(2));
        QCOMPARE(runs.baseline().run, std::size_t(0));
        QCOMPARE(verdicts(runs, 1), std::vector<Verdict>(4, Verdict::better));
        runs.remove(0);
        QVERIFY(runs.baseline().kind == Baseline::Kind::none);
        runs.remove(7);
        QCOMPARE(runs.rows().size(), std::size_t(6));
    }

    void metrics_and_experiments_are_those_that_were_measured() {
        RunComparison runs;
        QVERIFY(runs.experiments().empty());
        runs.add("small", std::make_shared<RunRecord>(small_record()));
        runs.add("budget", std::make_shared<RunRecord>(budget_record()));
        QCOMPARE(texts(runs.experiments()), (QStringList{"latency", "memory", "feature-budget"}));
        QCOMPARE(texts(runs.metrics("memory")), QStringList{"peak_mb"});
        QCOMPARE(texts(runs.metrics("feature-budget")),
                 (QStringList{"relative_l2", "latency_ms", "peak_mb", "uniform_relative_l2"}));
    }

    void a_thousand_runs_are_filtered_at_once() {
        RunComparison runs;
        const auto record = timed_run(1, 0, "[128, 256, 512, 1024, 2048, 4096]");
        std::vector<std::shared_ptr<const RunRecord>> records(1000, record);
        for (auto& each : records) runs.add("run", std::move(each));
        runs.show("latency", "latency_ms");
        QCOMPARE(runs.rows().size(), std::size_t(18'000));
        QElapsedTimer timer;
        timer.start();
        const auto found = runs.filtered("linear length=1024", "length");
        const auto differing = runs.differing(found);
        qInfo("filtered 18,000 rows of 1,000 runs in %.1f ms",
              static_cast<double>(timer.nsecsElapsed()) / 1e6);
        QCOMPARE(found.size(), std::size_t(1000));
        QVERIFY(differing.empty());
    }
};

QTEST_GUILESS_MAIN(RunComparisonTest)
#include "run_comparison_test.moc"
