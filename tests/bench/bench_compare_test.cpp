// slay-bench compare: two saved runs, their ratios and verdicts.
#include <QJsonArray>
#include <QJsonObject>
#include <QtTest>

#include "tests/bench/bench_process.h"

class BenchCompareTest : public QObject {
    Q_OBJECT

    Bench bench_;

  private slots:
    void initTestCase() {
        bench_.write("small.json", small_preset());
        for (const char* run : {"monday", "tuesday"}) {
            const BenchResult result = bench_.run({"run", "small.json", "--out", run});
            QVERIFY2(result.code == 0, result.err);
        }
    }

    void the_same_run_twice_is_no_difference() {
        const BenchResult result = bench_.run({"compare", "monday", "tuesday", "--json"});
        QVERIFY2(result.code == 0, result.err);
        const QJsonArray rows = result.json().array();
        QCOMPARE(rows.size(), 8);
        int compared = 0;
        for (const auto& each : rows) {
            const QJsonObject row = each.toObject();
            QCOMPARE(row["metric"].toString(), QString("latency_ms"));
            if (row["run"].toString() == "monday") {
                QVERIFY(!row.contains("ratio"));
                continue;
            }
            ++compared;
            QCOMPARE(row["ratio"].toDouble(), 1.0);
            QVERIFY2(!row.contains("verdict") || row["verdict"].toString() == "no difference",
                     result.out);
        }
        QCOMPARE(compared, 4);
    }

    void choose_answers_for_a_case() {
        const BenchResult result = bench_.run({"choose", "monday", "--json"});
        QVERIFY2(result.code == 0, result.err);
        const QJsonObject answer = result.json().object();
        QVERIFY(answer["length"].toDouble() > 0);
        QVERIFY(!answer["sentences"].toArray().isEmpty());
        const QJsonArray variants = answer["variants"].toArray();
        QVERIFY(variants.size() >= 2);
        double before = 0;
        for (const auto& each : variants) {  // the fastest first
            const double ms = each.toObject()["latency_ms"].toObject()["value"].toDouble();
            QVERIFY(ms >= before);
            before = ms;
        }
        QVERIFY(bench_.run({"choose", "monday"}).out.contains("variant"));
        const BenchResult other = bench_.run({"choose", "monday", "--case", "no-such-case"});
        QCOMPARE(other.code, 64);
        QVERIFY2(other.err.contains("no-such-case"), other.err);
        QCOMPARE(bench_.run({"choose", "no-such-run"}).code, 66);
        QCOMPARE(bench_.run({"choose", "monday", "--length", "-5"}).code, 64);
    }

    void the_table_shows_what_differs() {
        const BenchResult result = bench_.run({"compare", "monday", "tuesday"});
        QVERIFY2(result.code == 0, result.err);
        const QString heading = result.out_lines().first();
        for (const char* part : {"run", "variant", "length", "Latency (ms)", "ratio", "verdict"})
            QVERIFY2(heading.contains(part), qPrintable(heading));
        QVERIFY(!heading.contains("width"));
        QCOMPARE(bench_.run({"compare", "monday", "--filter", "no-such-word"}).out_lines().size(),
                 1);
    }

    void a_variant_is_a_baseline() {
        const BenchResult result =
            bench_.run({"compare", "monday", "--baseline", "standard", "--json"});
        QVERIFY2(result.code == 0, result.err);
        for (const auto& each : result.json().array())
            QCOMPARE(each.toObject().contains("ratio"),
                     each.toObject()["variant"].toString() != "standard");
    }

    void wrong_words_are_answered_with_what_there_is() {
        BenchResult result = bench_.run({"compare", "monday", "--metric", "peak_mb"});
        QCOMPARE(result.code, 64);
        QVERIFY2(result.err.contains("latency_ms"), result.err);
        result = bench_.run({"compare", "monday", "--baseline", "sunday"});
        QCOMPARE(result.code, 64);
        QVERIFY2(result.err.contains("standard") && result.err.contains("monday"), result.err);
        result = bench_.run({"compare", "no-such-run"});
        QCOMPARE(result.code, 66);
        QCOMPARE(bench_.run({"compare"}).code, 64);
    }
};

QTEST_GUILESS_MAIN(BenchCompareTest)
#include "bench_compare_test.moc"
