// Findings: each answer from records made for it.
#include <QtTest>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "exports/export_run.h"
#include "exports/findings/report.h"
#include "exports/published.h"
#include "tests/exports/sample_records.h"

using namespace slay;
using slay::testing::Outcome;
using slay::testing::record_of;

namespace {

// A set of one finding with the one check given as members of a JSON object.
FindingSet set_of(const std::string& check) {
    const auto set = parse_findings(
        R"({"schema": "slay-findings/1", "title": "T", "table": "claims", "findings": [
            {"id": "f", "title": "F", "claim": "C", "checks": [{"label": "c", )" +
            check + "}]}]}",
        "test");
    if (!set) throw std::runtime_error(set.error().message);
    return *set;
}

const char* faster =
    R"("experiment": "latency", "metric": "latency_ms", "numerator": "standard",
       "denominator": "linear", "conditions": {"length": 1024}, "at_least": 10)";

// `standard` takes `ratio` times what `linear` does, and more by up to `spread` of it in a round.
RunRecord latencies(double ratio, double spread, int rounds = 15) {
    return record_of(
        R"({"schema": "slay-preset/1", "name": "n", "title": "t", "experiments": ["latency"],
            "variants": ["standard", "linear"], "sweep": {"lengths": [512, 1024]}})",
        [=](const Point& point) {
            Outcome out;
            out.result.state = PointState::ok;
            const bool standard = point.variant == "standard";
            for (int i = 0; i < rounds; ++i) {
                const double drift = 1 + 0.5 * i;  // both slow down alike: pairs do not notice
                const double extra = spread * ((i * 7) % rounds) / rounds;
                out.samples.push_back(drift * (standard ? ratio * (1 + extra) : 1));
            }
            return out;
        });
}

struct Answer {
    std::vector<FindingAnswer> answers;
    Judgement verdict() const { return answers.at(0).verdict; }
    const CheckAnswer& check() const { return answers.at(0).checks.at(0); }
};

bool says(const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

class FindingsTest : public QObject {
    Q_OBJECT

    static Answer ask(const FindingSet& set, const RunRecord& record) {
        return {judge(set, record)};
    }

  private slots:
    void a_ratio_above_its_bound_supports() {
        const FindingSet set = set_of(faster);
        const RunRecord record = latencies(12, 0.05);
        const Answer answer = ask(set, record);
        QCOMPARE(answer.verdict(), Judgement::supported);
        const Extent& figure = answer.check().figure.value();
        // Pair by pair: the drift of both is not in it.
        QVERIFY(figure.low >= 12 && figure.high <= 12.6 && figure.has_interval);
        QCOMPARE(figure.count, std::int64_t{15});
        QCOMPARE(answer.check().rows.size(), std::size_t{1});
        QCOMPARE(answer.check().rows[0].points.size(), std::size_t{2});
        QCOMPARE(record.find(answer.check().rows[0].points[0])->point.variant,
                 std::string("standard"));
        QVERIFY(says(answer.check().rows[0].conditions, "L = 1024"));
    }
    void one_below_it_refutes() {
        const FindingSet set = set_of(faster);
        QCOMPARE(ask(set, latencies(8, 0.05)).verdict(), Judgement::refuted);
    }
    void an_interval_across_the_bound_is_inconclusive() {
        const FindingSet set = set_of(faster);
        const Answer answer = ask(set, latencies(9, 0.3));
        QCOMPARE(answer.verdict(), Judgement::inconclusive);
        QVERIFY2(answer.check().figure->low < 10 && answer.check().figure->high > 10,
                 figure_text(*answer.check().figure).c_str());
        QVERIFY(says(answer.check().reason, "interval"));
    }
    void too_few_samples_are_inconclusive_with_the_ratio_shown() {
        const FindingSet set = set_of(faster);
        const Answer answer = ask(set, latencies(20, 0, 4));
        QCOMPARE(answer.verdict(), Judgement::inconclusive);
        QCOMPARE(answer.check().figure->value, 20.0);
        QVERIFY(says(answer.check().reason, "too few"));
    }
    void missing_rows_are_inconclusive_with_the_reason() {
        const FindingSet set = set_of(
            R"("experiment": "latency", "metric": "latency_ms", "numerator": "standard",
               "denominator": "linear", "conditions": {"length": 32768}, "at_least": 10)");
        Answer answer = ask(set, latencies(12, 0));
        QCOMPARE(answer.verdict(), Judgement::inconclusive);
        QVERIFY(!answer.check().figure);
        QVERIFY2(says(answer.answers[0].reason, "no latency point of standard"),
                 answer.answers[0].reason.c_str());
        const FindingSet other = set_of(
            R"("experiment": "latency", "metric": "latency_ms", "numerator": "standard",
               "denominator": "performer", "at_least": 10)");
        answer = ask(other, latencies(12, 0));
        QVERIFY2(says(answer.check().reason, "no latency point of performer"),
                 answer.check().reason.c_str());
        const std::vector<FindingAnswer> none = judge(other, std::span<const RunRecord* const>());
        QCOMPARE(none.at(0).verdict, Judgement::inconclusive);
        QVERIFY(!none.at(0).reason.empty());
    }
    void a_failed_side_says_why() {
        const FindingSet set = set_of(faster);
        const RunRecord record = record_of(
            R"({"schema": "slay-preset/1", "name": "n", "title": "t", "experiments": ["latency"],
                "variants": ["standard", "linear"], "sweep": {"lengths": [1024]}})",
            [](const Point& point) {
                Outcome out;
                out.result.state =
                    point.variant == "standard" ? PointState::failed : PointState::ok;
                out.result.reason = point.variant == "standard" ? "it fell over" : "";
                out.samples = {1, 1, 1, 1, 1, 1, 1};
                return out;
            });
        const Answer answer = ask(set, record);
        QCOMPARE(answer.verdict(), Judgement::inconclusive);
        QVERIFY2(says(answer.check().reason, "it fell over"), answer.check().reason.c_str());
    }
    void a_claim_about_a_gpu_is_not_answered_by_a_cpu() {
        const FindingSet set = set_of(std::string(faster) + R"(, "device": "cuda")");
        QCOMPARE(ask(set, latencies(12, 0.05)).verdict(), Judgement::supported);
        const RunRecord cpu = record_of(
            R"({"schema": "slay-preset/1", "name": "n", "title": "t", "experiments": ["latency"],
                "variants": ["standard", "linear"], "sweep": {"lengths": [1024]}})",
            [](const Point& point) {
                Outcome out;
                out.result.state = PointState::ok;
                out.samples.assign(9, point.variant == "standard" ? 20.0 : 1.0);
                return out;
            },
            [](RunStarted& started) { started.provenance.device = "cpu"; });
        const Answer answer = ask(set, cpu);
        QCOMPARE(answer.verdict(), Judgement::inconclusive);
        QVERIFY(!answer.check().figure);
        QVERIFY(says(answer.check().reason, "GPU"));
    }

    // Errors over seeds that spread over decades, with the same seeds on both sides.
    static RunRecord errors(double ratio, const std::string& seeds = "[0, 1, 2, 3, 4]") {
        const std::string preset =
            R"({"schema": "slay-preset/1", "name": "n", "title": "t",
                "experiments": ["kernel-quality"],
                "variants": ["yat-performer", "yat-performer-rm"], "sweep": {"lengths": [256, 512],
                "seeds": )" +
            seeds + "}}";
        RunStarted started;
        started.provenance.device = "cpu";
        started.plan = *make_plan(*parse_spec(preset, "errors"));
        started.variants = variant_catalog();
        started.metrics = metric_table();
        const std::vector<Point> points = started.plan.points;
        RunRecord record;
        std::uint64_t seq = 0;
        const auto apply = [&](EventBody body) {
            record.apply({++seq, "errors", 0, std::move(body)});
        };
        apply(std::move(started));
        for (const Point& point : points) {
            std::vector<double> values;
            for (const std::int64_t seed : seeds_of(point)) {
                const double wild = std::pow(10.0, static_cast<double>(seed % 3));
                const double wobble = 1 + 0.05 * static_cast<double>(seed);
                values.push_back(point.variant == "yat-performer" ? wild * wobble * ratio : wild);
            }
            apply(PointStarted{point.id});
            apply(SamplesTaken{point.id, "relative_l2", 0, values});
            PointResult result{PointState::ok, "", {}, {}};
            result.metrics["relative_l2"] = {values[0], -1e3, 1e3,
                                             static_cast<std::int64_t>(values.size())};
            apply(PointFinished{point.id, result});
        }
        return record;
    }
    void seeds_are_paired() {
        const FindingSet set = set_of(
            R"("experiment": "kernel-quality", "metric": "relative_l2",
               "numerator": "yat-performer", "denominator": "yat-performer-rm", "at_most": 0.1)");
        // The means' own intervals would say nothing.
        Answer answer = ask(set, errors(0.05));
        QCOMPARE(answer.verdict(), Judgement::supported);
        QCOMPARE(answer.check().rows.size(), std::size_t{2});
        QVERIFY(says(answer.check().reason, "under all 2 conditions"));
        QVERIFY(answer.check().figure->value > 0.05 && answer.check().figure->value < 0.06);
        QCOMPARE(ask(set, errors(0.5)).verdict(), Judgement::refuted);
        QCOMPARE(ask(set, errors(0.09)).verdict(), Judgement::inconclusive);
        answer = ask(set, errors(0.05, "[0]"));
        QCOMPARE(answer.verdict(), Judgement::inconclusive);
        QVERIFY2(says(answer.check().reason, "supported") || !answer.check().reason.empty(), "");
    }

    // A training for each seed, whose history is in the raw samples.
    static RunRecord trainings(const std::string& seeds, double ratio) {
        return record_of(
            R"({"schema": "slay-preset/1", "name": "n", "title": "t", "experiments": ["training"],
                "variants": ["standard", "yat-performer-anchor"], "sweep": {"seeds": )" +
                seeds + "}}",
            [=](const Point& point) {
                const auto seed = static_cast<double>(point.parameters.integer("seed"));
                const bool anchor = point.variant == "yat-performer-anchor";
                const double last = (20 + 5 * seed) * (anchor ? ratio * (1 + 0.004 * seed) : 1);
                Outcome out;
                out.result.state = PointState::ok;
                out.result.metrics["perplexity"].value = last;
                for (int step = 1; step <= 10; ++step)
                    out.raw["perplexity"][step] = (anchor ? 5000.0 : 900.0) / step;
                return out;
            });
    }
    void trainings_are_pooled_over_seeds_by_their_last_figure() {
        const FindingSet set = set_of(
            R"("experiment": "training", "metric": "perplexity",
               "numerator": "yat-performer-anchor", "denominator": "standard", "at_most": 1.1)");
        Answer answer = ask(set, trainings("[0, 1, 2]", 1.03));
        QCOMPARE(answer.verdict(), Judgement::supported);
        QCOMPARE(answer.check().rows.size(), std::size_t{1});
        QCOMPARE(answer.check().rows[0].points.size(), std::size_t{6});
        QVERIFY(says(answer.check().rows[0].conditions, "3 seeds"));
        QVERIFY(std::abs(answer.check().figure->value - 1.034) < 0.001);
        QCOMPARE(ask(set, trainings("[0, 1, 2]", 1.2)).verdict(), Judgement::refuted);
        answer = ask(set, trainings("[0]", 1.03));
        QCOMPARE(answer.verdict(), Judgement::inconclusive);
        QVERIFY(says(answer.check().reason, "too few samples or seeds"));
    }

    // Memory, measured once: no interval, and a baseline that ran out of memory.
    static RunRecord memory(double standard_mb, PointState standard_at_2048) {
        return record_of(
            R"({"schema": "slay-preset/1", "name": "n", "title": "t", "experiments": ["memory"],
                "variants": ["standard", "linear"], "sweep": {"lengths": [1024, 2048]}})",
            [=](const Point& point) {
                Outcome out;
                const bool at_end = point.parameters.integer("length") == 2048;
                out.result.state = PointState::ok;
                if (point.variant == "standard" && at_end) out.result.state = standard_at_2048;
                if (is_measured(out.result.state))
                    out.result.metrics["peak_mb"].value =
                        point.variant == "standard" ? standard_mb : 10;
                return out;
            });
    }
    void what_ran_out_of_memory_bounds_the_ratio_from_below() {
        const FindingSet set = set_of(
            R"("experiment": "memory", "metric": "peak_mb", "numerator": "standard",
               "denominator": "linear", "conditions": {"length": 2048}, "at_least": 2)");
        Answer answer = ask(set, memory(30, PointState::ok));
        QCOMPARE(answer.verdict(), Judgement::supported);
        QCOMPARE(answer.check().figure->value, 3.0);
        answer = ask(set, memory(30, PointState::out_of_memory));
        QCOMPARE(answer.verdict(), Judgement::supported);
        QVERIFY(std::isinf(answer.check().figure->high));
        QVERIFY(says(answer.check().reason, "lower bound"));
        QCOMPARE(figure_text(*answer.check().figure), std::string("at least 3.00"));
        // A bound below the threshold proves nothing.
        QCOMPARE(ask(set, memory(15, PointState::out_of_memory)).verdict(),
                 Judgement::inconclusive);
        QCOMPARE(ask(set, memory(15, PointState::ok)).verdict(), Judgement::refuted);
        QCOMPARE(ask(set, memory(30, PointState::failed)).verdict(), Judgement::inconclusive);
    }

    static RunRecord contexts(double anchor, bool open, double limit_mb) {
        return record_of(
            R"({"schema": "slay-preset/1", "name": "n", "title": "t",
                "experiments": ["max-context"],
                "variants": ["standard", "yat-performer-anchor"]})",
            [=](const Point& point) {
                Outcome out;
                out.result.state = PointState::ok;
                const double length = point.variant == "standard" ? 16384 : anchor;
                MetricValue value{length, length, length * 1.01, 20};
                if (open && point.variant != "standard") value.high.reset();
                out.result.metrics["max_length"] = value;
                out.result.metrics["limit_mb"].value = limit_mb;
                return out;
            });
    }
    void a_length_that_a_longer_one_may_follow_is_a_bound() {
        const FindingSet set = set_of(
            R"("experiment": "max-context", "metric": "max_length",
               "numerator": "yat-performer-anchor", "denominator": "standard", "at_least": 3,
               "at_least_metric": {"limit_mb": 79000})");
        QCOMPARE(ask(set, contexts(65536, false, 80000)).verdict(), Judgement::supported);
        QCOMPARE(ask(set, contexts(65536, true, 80000)).verdict(), Judgement::supported);
        QCOMPARE(ask(set, contexts(20000, false, 80000)).verdict(), Judgement::refuted);
        QCOMPARE(ask(set, contexts(20000, true, 80000)).verdict(), Judgement::inconclusive);
        const Answer small = ask(set, contexts(65536, false, 4000));
        QCOMPARE(small.verdict(), Judgement::inconclusive);
        QVERIFY2(says(small.check().reason, "79000"), small.check().reason.c_str());
    }

    void published_numbers_floors_and_constants_are_sides() {
        const RunRecord record = slay::testing::h200_record();
        const std::string where =
            R"("experiment": "latency", "metric": "latency_ms", "conditions": {"length": 32768,
               "pass": "forward", "lane": "layer", "dtype": "float32"}, )";
        const FindingSet published =
            set_of(where + R"("numerator": {"published": "reference-h200-scaling",
                       "label": "yat-performer-anchor", "where": {"length": 32768,
                       "pass": "forward"}}, "denominator": "yat-performer-anchor",
                       "at_least": 0.9, "at_most": 1.1)");
        Answer answer = ask(published, record);
        QCOMPARE(answer.verdict(), Judgement::supported);  // the record is made of these numbers
        QVERIFY(says(answer.check().reason, "H200"));

        // 4 x 8 heads x 32768 x 32 x 4 bytes at 1 TB/s: 134 us.
        const std::string floor_set =
            R"({"schema": "slay-findings/1", "title": "T", "table": "claims", "devices": [
                {"match": "DEVICE", "bytes_per_second": 1e12, "flops": 1e12,
                 "float32_flops": 1e12}], "findings": [{"id": "f", "title": "F", "claim": "C",
                "checks": [{"label": "c", )" +
            where + R"("numerator": "linear", "denominator": {"floor": "bytes"},
                       "at_most": 3}]}]})";
        const auto with_device = [&](const char* name) {
            std::string text = floor_set;
            return parse_findings(text.replace(text.find("DEVICE"), 6, name), "t").value();
        };
        const FindingSet known = with_device("H200"), unknown = with_device("B300");
        answer = ask(known, record);
        QCOMPARE(answer.verdict(), Judgement::refuted);
        QVERIFY2(std::abs(answer.check().figure->value / (26.6554 / 0.134217728) - 1) < 0.02,
                 figure_text(*answer.check().figure).c_str());
        answer = ask(unknown, record);
        QVERIFY(says(answer.check().reason, "not known"));

        const FindingSet constant = set_of(where + R"("numerator": "linear", "denominator":
            {"value": 10, "label": "ten"}, "at_most": 3, "aim": 2.9)");
        answer = ask(constant, record);
        QCOMPARE(answer.verdict(), Judgement::supported);
        QVERIFY(answer.check().aim_reached);
    }

    void a_finding_is_refuted_by_one_deciding_check_and_not_by_one_beside() {
        const auto set = [](bool decides) {
            return parse_findings(
                       std::string(
                           R"({"schema": "slay-findings/1", "title": "T", "table": "claims",
                               "findings": [{"id": "f", "title": "F", "claim": "C", "checks": [
                               {"label": "good", )") +
                           faster + R"(}, {"label": "bad", )" + faster +
                           (decides ? "00}" : R"(00, "decides": false})") + "]}]}",
                       "t")
                .value();
        };
        const FindingSet both = set(true), one = set(false);
        const RunRecord record = latencies(12, 0.05);
        const auto refuted = judge(both, record);
        QCOMPARE(refuted[0].verdict, Judgement::refuted);
        QVERIFY(says(refuted[0].reason, "bad"));
        const auto supported = judge(one, record);
        QCOMPARE(supported[0].verdict, Judgement::supported);
        QCOMPARE(supported[0].checks[1].verdict, Judgement::refuted);
    }

    void files_that_say_nothing_are_refused_data() {
        QTest::addColumn<QString>("check");
        QTest::addColumn<QString>("part");
        QTest::newRow("variant") << R"("experiment": "latency", "metric": "m", "numerator": "x",
                                       "at_least": 1)"
                                 << "no variant";
        QTest::newRow("key") << R"("experiment": "latency", "metric": "m",
                                   "numerator": "linear", "at_lest": 1)"
                             << "at_lest";
        QTest::newRow("no bound")
            << R"("experiment": "latency", "metric": "m", "numerator": "linear")"
            << "at_least or at_most";
        QTest::newRow("bounds") << R"("experiment": "latency", "metric": "m",
                                      "numerator": "linear", "at_least": 2, "at_most": 1)"
                                << "above";
        QTest::newRow("parameter") << R"("experiment": "latency", "metric": "m",
                "numerator": "linear", "at_least": 2, "conditions": {"lenght": 4})"
                                   << "lenght";
        QTest::newRow("published") << R"("experiment": "latency", "metric": "m",
                "numerator": {"published": "nowhere", "label": "x"}, "denominator": "linear",
                "at_least": 2)"
                                   << "nowhere";
        QTest::newRow("nothing measured") << R"("experiment": "latency", "metric": "m",
                "numerator": {"value": 1, "label": "one"}, "at_least": 2)"
                                          << "neither side";
    }
    void files_that_say_nothing_are_refused() {
        QFETCH(QString, check);
        QFETCH(QString, part);
        const auto set = parse_findings(
            R"({"schema": "slay-findings/1", "title": "T", "table": "claims", "findings": [
                {"id": "f", "title": "F", "claim": "C", "checks": [{"label": "c", )" +
                check.toStdString() + "}]}]}",
            "test");
        QVERIFY(!set);
        QVERIFY2(says(set.error().message, part.toUtf8().constData()), set.error().message.c_str());
    }

    void files_of_a_record() {
        const RunRecord record = slay::testing::h200_record();
        const RunRecord* one = &record;
        const auto sets = judge_all(std::span(&one, 1));
        std::set<std::string> written;
        for (const ExportJob& job : table_jobs(record)) written.insert(job.path);
        QVERIFY(written.contains("tables/claims.tex") && written.contains("tables/claims.csv"));
        for (const JudgedSet& judged : sets) {
            QCOMPARE(written.contains("tables/" + judged.set->table + ".tex"), judged.shown());
            const std::string csv = findings_csv(judged);
            const auto columns = std::count(csv.begin(), csv.begin() + csv.find('\n'), ',');
            QCOMPARE(columns, 18);
            const auto json = findings_json(judged);
            QCOMPARE(json.at("findings").size(), judged.set->findings.size());
            QCOMPARE(nlohmann::json::parse(json.dump()).at("set"), judged.set->id);
        }
        // A record without any of their figures has no such table.
        for (const ExportJob& job : table_jobs(latencies(12, 0)))
            QVERIFY(job.path.find("claims") == std::string::npos);
    }
};

QTEST_GUILESS_MAIN(FindingsTest)
#include "findings_test.moc"
