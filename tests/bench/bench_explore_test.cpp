// slay-bench explore: the explorer's numbers, files and sweeps without a window.
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonObject>
#include <QtTest>
#include <cmath>

#include "tests/bench/bench_process.h"

class BenchExploreTest : public QObject {
    Q_OBJECT

    Bench bench_;

    QByteArray refusal(const QStringList& words) const {
        const BenchResult result = bench_.run(QStringList{"explore"} + words);
        return result.code == 64 || result.code == 66 ? result.err : QByteArray();
    }

  private slots:
    void initTestCase() { bench_.write("small.json", small_preset()); }

    void the_tables_for_people() {
        const BenchResult result = bench_.run({"explore", "--nodes", "2"});
        QVERIFY2(result.code == 0, result.err);
        for (const char* part : {"R = 2, M = 16, P = 32", "SLAY (anchor)", "1e+06", "2.99",
                                 "at or below 0", "relative L2 of the output"})
            QVERIFY2(result.out.contains(part), part);
    }

    void json_holds_the_curves_and_is_the_same_twice() {
        const QStringList words{"explore",    "--nodes", "3",        "--head-dim",
                                "16",         "--seed",  "5",        "--json",
                                "--variants", "all",     "--inputs", "random"};
        const BenchResult result = bench_.run(words);
        QVERIFY2(result.code == 0, result.err);
        const QJsonObject json = result.json().object();
        QCOMPARE(json["schema"].toString(), QString("slay-explore/1"));
        QCOMPARE(json["quadrature"].toObject()["s"].toArray().size(), 3);
        const QJsonObject curves = json["curves"].toObject();
        QCOMPARE(curves["estimates"].toArray().size(), 6);
        const auto x = curves["x"].toArray(), exact = curves["exact"].toArray();
        QCOMPARE(x.size(), exact.size());
        const double at = x[80].toDouble();
        QVERIFY(std::fabs(exact[80].toDouble() - at * at / (2 + 1e-6 - 2 * at)) < 1e-12);
        QCOMPARE(bench_.run(words).out, result.out);
    }

    void every_view_becomes_files() {
        const BenchResult result = bench_.run({"explore", "--out", "kernel"});
        QVERIFY2(result.code == 0, result.err);
        const QStringList lines = result.out_lines();
        QCOMPARE(lines.size(), 9 * 5 + 1);
        for (const QString& line : lines)
            QVERIFY2(QFileInfo(bench_.path(line)).size() > 300, qPrintable(line));
    }

    void a_preset_takes_the_budget_as_an_axis() {
        const BenchResult result =
            bench_.run({"explore", "--nodes", "4", "-M", "8", "--to-sweep", "small.json"});
        QVERIFY2(result.code == 0, result.err);
        const QJsonObject sweep = result.json().object()["sweep"].toObject();
        QCOMPARE(sweep["nodes"].toArray(), QJsonArray{4});
        QCOMPARE(sweep["prf_features"].toArray(), (QJsonArray{2, 4, 8, 16, 32}));
        // What it prints is a preset.
        bench_.write("next.json", result.out);
        const BenchResult plan = bench_.run({"plan", "next.json"});
        QVERIFY2(plan.code == 0, plan.err);
        const BenchResult alone = bench_.run(
            {"explore", "--sweep-as", "only", "--sweep-shape", "--to-sweep", "small.json"});
        QVERIFY2(alone.code == 0, alone.err);
        QCOMPARE(alone.json().object()["sweep"].toObject()["widths"].toArray().size(), 1);
    }

    void what_is_wrong_is_said() {
        QVERIFY(refusal({"--nodes", "99"}).contains("R = 99: 1 to 64"));
        QVERIFY(refusal({"--variants", "yat-performer-ancor"}).contains("did you mean"));
        QVERIFY(refusal({"--inputs", "sorted"}).contains("random"));
        const BenchResult trained = bench_.run({"explore", "--inputs", "trained"});
        QVERIFY2(trained.code == 0 && trained.out.contains("step 400 of 400"), trained.err);
        QVERIFY(refusal({"--qkv", "x.qkv"}).contains("--inputs trained"));
        QVERIFY(refusal({"--inputs", "trained", "--qkv", "nowhere"}).contains("training"));
        QVERIFY(refusal({"--out", "x", "--venue", "nowhere"}).contains("icml"));
        QVERIFY(refusal({"--out", "x", "--formats", "doc"}).contains("pgfplots"));
        QVERIFY(refusal({"--sweep-as", "sideways", "--to-sweep", "small.json"}).contains("around"));
    }
};

QTEST_GUILESS_MAIN(BenchExploreTest)
#include "bench_explore_test.moc"
