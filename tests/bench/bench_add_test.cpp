// slay-bench add: more points for a run, points again, while it goes on and afterwards; and the
// other commands that the window copies: compare --csv, plan --save, a run's folder as a preset.
#include <QFile>
#include <QJsonArray>
#include <QJsonObject>
#include <QtTest>

#include "tests/bench/bench_process.h"
#include "tests/slow_build.h"

class BenchAddTest : public QObject {
    Q_OBJECT

    Bench bench_;

    QList<QJsonObject> lines(const QString& run, const char* type) const {
        QList<QJsonObject> out;
        for (const QJsonObject& line : journal_lines(bench_.path(run)))
            if (line["type"].toString() == type) out << line;
        return out;
    }
    BenchResult run(const QStringList& words) const { return bench_.run(words); }
    BenchResult resume(const QString& folder) const {
        return bench_.run({"run", "--resume", "--out", folder});
    }

  private slots:
    void initTestCase() {
        bench_.write("small.json", small_preset());
        const BenchResult result = run({"run", "small.json", "--out", "done"});
        QVERIFY2(result.code == 0, result.err);
    }

    void a_finished_run_gets_a_variant_and_lengths() {
        BenchResult result = run({"add", "done", "--variant", "cosformer", "--length", "96"});
        QVERIFY2(result.code == 0, result.err);
        QVERIFY2(result.err.contains("slay-bench run --resume --out done"), result.err);
        QCOMPARE(lines("done", "points-added").size(), 0);  // only asked for
        result = resume("done");
        QVERIFY2(result.code == 0, result.err);
        QCOMPARE(lines("done", "point-finished").size(), 4 + 2 + 3);
        // The same again asks for nothing new.
        result = run({"add", "done", "--length", "96"});
        QCOMPARE(result.code, 0);
        QVERIFY2(result.err.contains("has these points already"), result.err);
        QVERIFY(run({"add", "done", "--variant", "cosformer"}).err.contains("in this run already"));
    }

    void a_point_is_measured_again_and_refined_from() {
        const QJsonArray rows = run({"compare", "done", "--json"}).json().array();
        const QString id = rows.first().toObject()["point"].toString();
        QVERIFY2(run({"add", "done", "--rerun", id}).code == 0, qPrintable(id));
        QVERIFY2(
            run({"add", "done", "--like", id, "--between", "64", "128", "--count", "3"}).code == 0,
            qPrintable(id));
        const auto before = lines("done", "point-finished").size();
        QVERIFY(resume("done").code == 0);
        const auto added = lines("done", "point-finished").size() - before;
        QVERIFY2(added >= 3 && added <= 4, qPrintable(QString::number(added)));
        QCOMPARE(lines("done", "point-reopened").size(), 1);
        QFile results(bench_.path("done/artifacts/benchmark_results.json"));
        QVERIFY(results.open(QIODevice::ReadOnly));
        const auto json = QJsonDocument::fromJson(results.readAll()).object();
        int superseded = 0;
        for (const auto& point : json["points"].toArray())
            superseded += point.toObject().contains("superseded");
        QCOMPARE(superseded, 1);
    }

    void a_run_that_goes_on_takes_it_up() {
        bench_.set("FAKE_SAMPLE_MS", "40");
        const auto going = bench_.start({"run", "small.json", "--out", "going"});
        bench_.set("FAKE_SAMPLE_MS", "");
        QTRY_VERIFY_WITH_TIMEOUT(lines("going", "point-finished").size() >= 1,
                                 slay::patient(60'000));
        const BenchResult asked = run({"add", "going", "--variant", "cosformer"});
        QVERIFY2(asked.code == 0 && asked.err.contains("takes them up"), asked.err);
        const BenchResult result = Bench::finish(*going);
        QVERIFY2(result.code == 0, result.err);
        QCOMPARE(lines("going", "point-finished").size(), 6);
        QCOMPARE(lines("going", "run-resumed").size(), 0);
    }

    void wrong_words_say_what_is_meant() {
        QCOMPARE(run({"add", "done"}).code, 64);
        QCOMPARE(run({"add", "nowhere", "--variant", "linear"}).code, 66);
        QVERIFY(run({"add", "done", "--variant", "nobody"}).err.contains("is no variant"));
        QVERIFY(run({"add", "done", "--rerun", "0123456789abcdef"}).err.contains("has no point"));
        QVERIFY(run({"add", "done", "--between", "64", "128"}).err.contains("--like"));
    }

    void rows_are_csv_and_results_files_are_runs() {
        BenchResult result = run({"compare", "done", "--csv", "--filter", "length=128"});
        QVERIFY2(result.code == 0, result.err);
        QVERIFY2(result.out.startsWith("run,point,variant,"), result.out);
        QVERIFY(result.out_lines().size() > 2);
        const QString sent = bench_.path("sent.json");
        QVERIFY(QFile::copy(bench_.path("done/artifacts/benchmark_results.json"), sent));
        result = run({"compare", "done", sent, "--json"});
        QVERIFY2(result.code == 0, result.err);
        int alike = 0;
        for (const auto& each : result.json().array())
            alike += each.toObject()["run"] == "sent" && each.toObject()["ratio"].toDouble() == 1;
        QVERIFY2(alike > 6, result.out);
        bench_.write("other.json", "{\"schema\": \"other/1\"}");
        QCOMPARE(run({"compare", "other.json"}).code, 65);
    }

    void a_preset_is_saved_with_its_changes_and_a_run_is_a_preset() {
        BenchResult result = run({"plan", "small.json", "--set", "/sweep/lengths=[512]", "--save",
                                  "saved.json", "--json"});
        QVERIFY2(result.code == 0, result.err);
        result = run({"plan", "saved.json", "--json"});
        QCOMPARE(result.json().array().first().toObject()["points"].toInt(), 2);
        result = run({"plan", "./done", "--json"});
        QVERIFY2(result.code == 0, result.err);
        QCOMPARE(result.json().array().first().toObject()["points"].toInt(), 4);
    }
};

QTEST_GUILESS_MAIN(BenchAddTest)
#include "bench_add_test.moc"
