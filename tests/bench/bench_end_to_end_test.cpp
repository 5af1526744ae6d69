// The whole path once, with the real engine on the CPU, at tiny sizes.
#include <QFile>
#include <QJsonArray>
#include <QJsonObject>
#include <QtTest>
#include <cmath>

#include "tests/bench/bench_process.h"

class BenchEndToEndTest : public QObject {
    Q_OBJECT

  private slots:
    void a_tiny_sweep_of_all_variants();
    void a_worker_finds_the_same();
    void a_fault_in_the_rounds_costs_a_point();
    void devices_name_the_cpu();
    void a_golden_file_verifies();
};

void BenchEndToEndTest::a_tiny_sweep_of_all_variants() {
    Bench bench;
    bench.use_real_engine();
    const BenchResult result = bench.run({"run",
                                          "quick",
                                          "--device",
                                          "cpu",
                                          "--out",
                                          "run",
                                          "--json",
                                          "--set",
                                          "/sweep/lengths=[16,48]",
                                          "--set",
                                          "/sweep/widths=[32]",
                                          "--set",
                                          "/sweep/heads=[2]",
                                          "--set",
                                          "/overrides/kernel-quality/lengths=[32]",
                                          "--set",
                                          "/overrides/memory/lengths=[48]",
                                          "--set",
                                          "/measurement/point_seconds=0.02",
                                          "--set",
                                          "/measurement/warmup_iterations=1"});
    QVERIFY2(result.code == 0, result.err + result.out);
    const QJsonObject run = result.json()[0].toObject();
    QCOMPARE(run["outcome"].toString(), QString("finished"));

    QFile file(bench.path("run/artifacts/benchmark_results.json"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const auto results = QJsonDocument::fromJson(file.readAll());
    QMap<QString, int> measured;
    const std::map<QString, QString> leading = {
        {"latency", "latency_ms"}, {"memory", "peak_mb"}, {"kernel-quality", "relative_l2"}};
    for (const auto& each : results["points"].toArray()) {
        const QJsonObject point = each.toObject();
        const QString experiment = point["experiment"].toString();
        const QString state = point["state"].toString();
        QVERIFY2(state == "ok" || state == "unconverged",
                 qPrintable(experiment + " " + point["variant"].toString() + ": " + state + " " +
                            point["reason"].toString()));
        const auto value = point["metrics"][leading.at(experiment)]["value"];
        QVERIFY2(value.isDouble() && std::isfinite(value.toDouble()), qPrintable(experiment));
        ++measured[experiment];
    }
    QCOMPARE(measured["latency"], 24);         // 12 variants, two lengths
    QCOMPARE(measured["memory"], 12);          // one length
    QCOMPARE(measured["kernel-quality"], 14);  // 7 variants, two kinds of inputs
    for (const char* name :
         {"tables/latency_scaling.tex", "tables/memory_scaling.tex", "tables/kernel_quality.tex",
          "figures/latency_scaling.pdf", "figures/memory_scaling.pdf"}) {
        QVERIFY2(QFile::exists(bench.path(QString("run/") + name)), name);
    }
}

// What is computed, not timed, is the same to the last bit in this process and in a worker; memory
// is measured in a process of its own either way.
void BenchEndToEndTest::a_worker_finds_the_same() {
    QMap<QString, QJsonObject> found;
    for (const char* where : {"in-process", "worker"}) {
        Bench bench;
        bench.use_real_engine();
        const BenchResult result = bench.run(
            {"run", "quick", "--device", "cpu", "--out", "run", "--executor", where, "--set",
             "/experiments=[\"kernel-quality\",\"memory\"]", "--set", "/sweep/widths=[32]", "--set",
             "/sweep/heads=[2]", "--set", "/overrides/kernel-quality/lengths=[32]", "--set",
             "/overrides/memory/lengths=[48]"});
        QVERIFY2(result.code == 0, result.err + result.out);
        QFile file(bench.path("run/artifacts/benchmark_results.json"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const auto results = QJsonDocument::fromJson(file.readAll());
        for (const auto& each : results["points"].toArray()) {
            const QJsonObject point = each.toObject();
            const QString id = point["id"].toString();
            if (QString(where) == "in-process") {
                found[id] = point;
            } else {
                QVERIFY(found.contains(id));
                QCOMPARE(point["state"], found[id]["state"]);
                for (const char* metric : {"relative_l2", "cosine", "mse", "minimum_denominator"})
                    QCOMPARE(point["metrics"][QString(metric)],
                             found[id]["metrics"][QString(metric)]);
            }
        }
        QCOMPARE(found.size(), 26);
    }
}

void BenchEndToEndTest::a_fault_in_the_rounds_costs_a_point() {
    Bench bench;
    bench.set("SLAY_ENGINE", SLAY_FAULTING_ENGINE);
    bench.set("SLAY_FAULT", "segfault,linear,48,rounds");
    bench.write("small.json", small_preset().replace("[64, 128]", "[16, 48]"));
    const BenchResult result = bench.run({"run", "small.json", "--out", "run", "--executor",
                                          "worker", "--set", "/measurement/point_seconds=0.05"});
    QVERIFY2(result.code == 3, result.err + result.out);
    int measured = 0;
    QFile file(bench.path("run/artifacts/benchmark_results.json"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const auto results = QJsonDocument::fromJson(file.readAll());
    for (const auto& each : results["points"].toArray()) {
        const QJsonObject point = each.toObject();
        const bool at_fault =
            point["variant"].toString() == "linear" && point["parameters"]["length"].toInt() == 48;
        if (at_fault)
            QVERIFY2(point["reason"].toString().contains("was ended by signal 11"),
                     qPrintable(point["reason"].toString()));
        else
            measured += point["state"] == "ok" || point["state"] == "unconverged" ? 1 : 0;
    }
    QCOMPARE(measured, 3);
}

void BenchEndToEndTest::devices_name_the_cpu() {
    Bench bench;
    bench.use_real_engine();
    const BenchResult result = bench.run({"list", "devices", "--json"});
    QCOMPARE(result.code, 0);
    const QJsonArray devices = result.json().array();
    QVERIFY(!devices.isEmpty());
    QCOMPARE(devices.last()["id"].toString(), QString("cpu"));
    QVERIFY(devices.last()["memory_bytes"].toDouble() > 1e8);
    QCOMPARE(bench.run({"plan", "quick", "--device", "cuda:99"}).code, 69);
}

void BenchEndToEndTest::a_golden_file_verifies() {
    Bench bench;
    bench.use_real_engine();
    const BenchResult result = bench.run(
        {"verify", SLAY_SOURCE_DIR "/tests/data/golden/golden-a.json", "--device", "cpu"});
    QVERIFY2(result.code == 0, result.out + result.err);
    QVERIFY2(result.out.contains("ok    yat-performer-anchor"), result.out);

    const BenchResult two = bench.run({"verify", SLAY_SOURCE_DIR "/tests/data/golden/golden-a.json",
                                       "--device", "cpu", "--variants", "linear,standard"});
    QVERIFY2(two.code == 0, two.out + two.err);
    QVERIFY2(two.out.contains("ok    linear") && two.out.contains("ok    standard"), two.out);
    QVERIFY2(!two.out.contains("yat"), two.out);
}

QTEST_GUILESS_MAIN(BenchEndToEndTest)
#include "bench_end_to_end_test.moc"
