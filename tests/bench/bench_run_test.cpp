// slay-bench run, export and verify, from preset to files, on an engine of the test's own.
#include <QDir>
#include <QDirIterator>
#include <QJsonArray>
#include <QJsonObject>
#include <QtTest>

#include "tests/bench/bench_process.h"
#include "tests/gzipped.h"

namespace {

QByteArray content_of(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

// Relative path -> bytes, of every file under a folder.
QMap<QString, QByteArray> files_under(const QString& folder) {
    QMap<QString, QByteArray> files;
    QDirIterator walk(folder, QDir::Files, QDirIterator::Subdirectories);
    while (walk.hasNext()) {
        const QString path = walk.next();
        files[QDir(folder).relativeFilePath(path)] = content_of(path);
    }
    return files;
}

}  // namespace

class BenchRunTest : public QObject {
    Q_OBJECT

  private slots:
    void a_run_leaves_journal_results_tables_and_figures();
    void json_is_all_that_is_on_standard_output();
    void without_out_a_run_goes_to_the_data_folder();
    void settings_reach_the_run();
    void several_presets_get_a_folder_each();
    void a_failing_point_gives_3_and_its_reason();
    void a_point_that_ends_its_worker_costs_itself_alone();
    void a_worker_that_cannot_start_ends_with_a_line();
    void runs_are_merged_and_their_conflicts_named();
    void out_of_memory_skips_the_longer();
    void a_finished_run_is_refused_without_resume();
    void resuming_a_finished_run_measures_nothing();
    void a_compressed_journal_is_read_and_never_written();
    void exports_are_the_same_bytes();
    void export_of_a_torn_journal_says_what_it_skipped();
    void several_runs_become_one_export();
    void findings_are_judged_from_saved_runs();
    void verify_says_a_line_for_each_variant();
    void verify_gives_3_on_a_miss();
    void no_bar_without_a_terminal();
    void a_bar_on_a_terminal();
};

void BenchRunTest::a_run_leaves_journal_results_tables_and_figures() {
    Bench bench;
    bench.write("small.json", small_preset());
    const BenchResult result = bench.run({"run", "small.json", "--out", "run"});
    QVERIFY2(result.code == 0, result.err);

    const auto results =
        QJsonDocument::fromJson(content_of(bench.path("run/artifacts/benchmark_results.json")));
    QCOMPARE(results["schema"].toString(), QString("slay-results/1"));
    QCOMPARE(results["points"].toArray().size(), 4);
    for (const auto& each : results["points"].toArray()) {
        const QJsonObject point = each.toObject();
        QCOMPARE(point["state"].toString(), QString("ok"));
        QVERIFY(point["metrics"]["latency_ms"]["value"].toDouble() > 0);
    }
    QCOMPARE(journal_lines(bench.path("run")).first()["type"].toString(), QString("run-started"));
    QVERIFY(content_of(bench.path("run/tables/latency_scaling.tex")).contains("\\toprule"));
    QVERIFY(content_of(bench.path("run/figures/latency_scaling.pdf")).startsWith("%PDF"));

    QVERIFY2(result.out.contains("Latency scaling: Latency (ms)"), result.out);
    QVERIFY2(result.out.contains("L=64"), result.out);
    QVERIFY2(result.out.contains("4 points on Imaginary CPU: 4 ok"), result.out);
    QVERIFY2(result.out.contains("tables/latency_scaling.tex"), result.out);
}

void BenchRunTest::json_is_all_that_is_on_standard_output() {
    Bench bench;
    bench.write("small.json", small_preset());
    const BenchResult result = bench.run({"run", "small.json", "--out", "run", "--json"});
    QCOMPARE(result.code, 0);
    const QJsonObject run = result.json()[0].toObject();
    QCOMPARE(run["preset"].toString(), QString("small"));
    QCOMPARE(run["outcome"].toString(), QString("finished"));
    QCOMPARE(run["points"].toInt(), 4);
    QCOMPARE(run["states"]["ok"].toInt(), 4);
    for (const char* kind : {"artifacts", "tables", "figures"}) {
        const QJsonArray files = run["files"][QString(kind)].toArray();
        QVERIFY(!files.isEmpty());
        for (const auto& file : files) {
            QVERIFY(QFile::exists(QDir(bench.path("run")).filePath(file.toString())));
        }
    }
    QVERIFY(result.err.contains("4 points"));
}

void BenchRunTest::without_out_a_run_goes_to_the_data_folder() {
    Bench bench;
    bench.write("small.json", small_preset());
    const BenchResult result = bench.run({"run", "small.json", "--json"});
    QCOMPARE(result.code, 0);
    const QString folder = result.json()[0]["folder"].toString();
    const QRegularExpression form(
        "^" + QRegularExpression::escape(bench.path("data/slay-workbench/runs/small-")) +
        "\\d{8}-\\d{6}$");
    QVERIFY2(form.match(folder).hasMatch(), qPrintable(folder));
    QVERIFY(QFile::exists(folder + "/journal.jsonl"));
}

void BenchRunTest::settings_reach_the_run() {
    Bench bench;
    bench.write("small.json", small_preset());
    const BenchResult result =
        bench.run({"run", "small.json", "--out", "run", "--set", "/sweep/lengths=[32]", "--set",
                   "/variants=[\"cosformer\"]", "--json"});
    QCOMPARE(result.code, 0);
    const auto results =
        QJsonDocument::fromJson(content_of(bench.path("run/artifacts/benchmark_results.json")));
    QCOMPARE(results["points"].toArray().size(), 1);
    QCOMPARE(results["points"][0]["variant"].toString(), QString("cosformer"));
    QCOMPARE(results["points"][0]["parameters"]["length"].toInt(), 32);
    QCOMPARE(results["spec"]["sweep"]["lengths"][0].toInt(), 32);
}

void BenchRunTest::several_presets_get_a_folder_each() {
    Bench bench;
    bench.write("a.json", small_preset().replace("\"small\"", "\"first\""));
    bench.write("b.json", small_preset().replace("\"small\"", "\"second\""));
    const BenchResult result = bench.run({"run", "a.json", "b.json", "--out", "runs", "--json"});
    QVERIFY2(result.code == 0, result.err);
    QCOMPARE(result.json().array().size(), 2);
    QVERIFY(QFile::exists(bench.path("runs/first/journal.jsonl")));
    QVERIFY(QFile::exists(bench.path("runs/second/journal.jsonl")));
    QCOMPARE(bench.run({"run", "a.json", "a.json", "--out", "again"}).code, 64);
}

void BenchRunTest::a_failing_point_gives_3_and_its_reason() {
    Bench bench;
    bench.set("FAKE_FAIL", "linear");
    bench.write("small.json", small_preset());
    const BenchResult result = bench.run({"run", "small.json", "--out", "run", "--json"});
    QCOMPARE(result.code, 3);
    QCOMPARE(result.json()[0]["states"]["ok"].toInt(), 2);
    QCOMPARE(result.json()[0]["states"]["failed"].toInt(), 2);
    QVERIFY2(result.err.contains("latency linear L=64: failed: it was asked to fail"), result.err);
    QVERIFY(QFile::exists(bench.path("run/tables/latency_scaling.tex")));  // of the others
}

void BenchRunTest::a_point_that_ends_its_worker_costs_itself_alone() {
    Bench bench;
    bench.write("small.json", small_preset());
    bench.set("FAKE_CRASH", "linear");
    const BenchResult here = bench.run({"run", "small.json", "--out", "here"});
    QCOMPARE(here.code, -1);  // in this process it ends the program
    const BenchResult result = bench.run(
        {"run", "small.json", "--out", "run", "--executor", "worker", "--point-limit", "60"});
    QVERIFY2(result.code == 3, result.err);
    QVERIFY2(result.err.contains("was ended by signal 11 (Segmentation fault); its last messages: "
                                 "fake engine: a null pointer was followed. It is replaced."),
             result.err);
    QVERIFY2(result.out.contains("4 points on Imaginary CPU: 2 ok, 2 failed"), result.out);
    QVERIFY2(result.out.contains("linear at L = 64: its worker was ended by signal 11"),
             result.out);
    // What the other process left is finished by workers too.
    const BenchResult resumed =
        bench.run({"run", "--resume", "--out", "here", "--executor", "worker"});
    QVERIFY2(resumed.code == 3, resumed.err);
    QVERIFY2(resumed.out.contains("2 ok, 2 failed"), resumed.out);
}

void BenchRunTest::a_worker_that_cannot_start_ends_with_a_line() {
    Bench bench;
    bench.write("small.json", small_preset());
    bench.set("SLAY_ENGINE", "/no/such/engine.so");
    const BenchResult result =
        bench.run({"run", "small.json", "--out", "run", "--executor", "worker"});
    QCOMPARE(result.code, 70);
    QVERIFY2(result.err.contains("3 workers died one after another at their start; the last: it "
                                 "exited with 66; its last messages: libslay_engine.so is not "
                                 "there (looked at /no/such/engine.so)"),
             result.err);
    QVERIFY(!QFile::exists(bench.path("run")));
}

void BenchRunTest::runs_are_merged_and_their_conflicts_named() {
    Bench bench;
    bench.write("small.json", small_preset());
    QCOMPARE(bench.run({"run", "small.json", "--out", "a", "--set", "/sweep/lengths=[64]"}).code,
             0);
    QCOMPARE(bench.run({"run", "small.json", "--out", "b", "--set", "/sweep/lengths=[128]"}).code,
             0);
    const BenchResult merged = bench.run({"merge", "a", "b", "--out", "whole"});
    QVERIFY2(merged.code == 0, merged.err);
    QVERIFY2(merged.out.contains("4 points on Imaginary CPU: 4 ok"), merged.out);
    QVERIFY(!merged.err.contains("conflict"));
    // It is a run like any other: it opens, and there is nothing left to measure.
    const BenchResult again = bench.run({"export", "whole", "--out", "paper"});
    QVERIFY2(again.code == 0, again.err);

    bench.set("FAKE_FAIL", "linear");
    QCOMPARE(bench.run({"run", "small.json", "--out", "c"}).code, 3);
    const BenchResult odd = bench.run({"merge", "whole", "c", "--out", "odd"});
    QVERIFY2(odd.code == 3, odd.err);
    QVERIFY2(odd.out.contains("4 points on Imaginary CPU: 4 ok"), odd.out);
    QVERIFY2(odd.err.contains("conflict: latency linear L = 64: "), odd.err);
    QVERIFY2(odd.err.contains(" in whole (kept), failed in c"), odd.err);
    QCOMPARE(bench.run({"merge", "a", "nothing", "--out", "other"}).code, 66);
    QCOMPARE(bench.run({"merge", "a", "b", "--out", "whole"}).code, 73);
}

void BenchRunTest::out_of_memory_skips_the_longer() {
    Bench bench;
    bench.set("FAKE_MEMORY_UP_TO", "64");
    bench.write("small.json", small_preset().replace("128]", "128, 256, 512]"));
    const BenchResult result = bench.run({"run", "small.json", "--out", "run", "--json"});
    QCOMPARE(result.code, 3);
    QCOMPARE(result.json()[0]["states"]["ok"].toInt(), 5);
    QCOMPARE(result.json()[0]["states"]["out-of-memory"].toInt(), 3);
    int started = 0;
    for (const QJsonObject& line : journal_lines(bench.path("run"))) {
        if (line["type"].toString() == "point-started") ++started;
    }
    QCOMPARE(started, 6);  // the two longer ones of `standard` were not tried
}

void BenchRunTest::a_finished_run_is_refused_without_resume() {
    Bench bench;
    bench.write("small.json", small_preset());
    QCOMPARE(bench.run({"run", "small.json", "--out", "run"}).code, 0);
    const auto before = files_under(bench.path("run"));
    const BenchResult again = bench.run({"run", "small.json", "--out", "run"});
    QCOMPARE(again.code, 73);
    QVERIFY2(again.err.contains("--resume"), again.err);
    QCOMPARE(files_under(bench.path("run")), before);

    // Another preset is not what was begun there.
    bench.write("other.json", small_preset().replace("[64, 128]", "[64]"));
    const BenchResult other = bench.run({"run", "other.json", "--out", "run", "--resume"});
    QVERIFY2(other.code != 0 && other.code != 3, other.err);
    QCOMPARE(journal_lines(bench.path("run")).size(), before["journal.jsonl"].count('\n'));
}

void BenchRunTest::resuming_a_finished_run_measures_nothing() {
    Bench bench;
    bench.write("small.json", small_preset());
    QCOMPARE(bench.run({"run", "small.json", "--out", "run"}).code, 0);
    const BenchResult again = bench.run({"run", "--resume", "--out", "run", "--json"});
    QVERIFY2(again.code == 0, again.err);
    QCOMPARE(again.json()[0]["states"]["ok"].toInt(), 4);
    QMap<QString, int> finished;
    for (const QJsonObject& line : journal_lines(bench.path("run"))) {
        if (line["type"].toString() == "point-finished") ++finished[line["point"].toString()];
    }
    QCOMPARE(finished.size(), 4);
    for (const int times : finished) QCOMPARE(times, 1);
}

void BenchRunTest::a_compressed_journal_is_read_and_never_written() {
    Bench bench;
    bench.write("small.json", small_preset());
    QCOMPARE(bench.run({"run", "small.json", "--out", "plain"}).code, 0);
    QCOMPARE(bench.run({"run", "small.json", "--out", "run"}).code, 0);
    QVERIFY(QFile::remove(bench.path("run/journal.jsonl")));
    QVERIFY(QFile::copy(bench.path("plain/journal.jsonl"), bench.path("run/journal.jsonl")));
    gzip_journal(bench.path("run"));
    const auto before = files_under(bench.path("run"));

    const BenchResult exported = bench.run({"export", "run", "--out", "of-run"});
    QVERIFY2(exported.code == 0, exported.err);
    QCOMPARE(bench.run({"export", "plain", "--out", "of-plain"}).code, 0);
    QCOMPARE(files_under(bench.path("of-run")), files_under(bench.path("of-plain")));
    QCOMPARE(bench.run({"findings", "run"}).out, bench.run({"findings", "plain"}).out);
    const QString file = "run/journal.jsonl.gz";
    const BenchResult compared = bench.run({"compare", "plain", file, "--json"});
    QVERIFY2(compared.code == 0, compared.err);
    QSet<QString> runs;
    for (const auto& row : compared.json().array()) runs << row.toObject()["run"].toString();
    QCOMPARE(runs, (QSet<QString>{"plain", "run"}));
    QCOMPARE(bench.run({"choose", "run"}).code, bench.run({"choose", "plain"}).code);
    QCOMPARE(bench.run({"plan", "run"}).out, bench.run({"plan", "plain"}).out);
    const BenchResult merged = bench.run({"merge", "run", "--out", "merged"});
    QVERIFY2(merged.code == 0, merged.err);
    QVERIFY(QFile::exists(bench.path("merged/journal.jsonl")));

    const QByteArray refusal =
        "run: its journal is compressed: gunzip run/journal.jsonl.gz first\n";
    const QString point = compared.json()[0]["point"].toString();
    for (const QStringList& words : {QStringList{"run", "--resume", "--out", "run"},
                                     {"run", "small.json", "--resume", "--out", "run"},
                                     {"add", "run", "--variant", "cosformer"},
                                     {"add", "run", "--rerun", point}}) {
        const BenchResult refused = bench.run(words);
        QVERIFY2(refused.code == 73, qPrintable(words.join(' ')));
        QVERIFY2(refused.err.endsWith(refusal), refused.err);
    }
    for (const QStringList& words :
         {QStringList{"run", "small.json", "--out", "run"}, {"merge", "plain", "--out", "run"}}) {
        const BenchResult refused = bench.run(words);
        QVERIFY2(refused.code == 73, qPrintable(words.join(' ')));
        QVERIFY2(refused.err.contains("run holds a run already"), refused.err);
    }
    QCOMPARE(files_under(bench.path("run")), before);

    // What is cut short is exported as far as it goes, and said.
    QFile cut(bench.path(file));
    QVERIFY(cut.resize(cut.size() - 20));
    const BenchResult torn = bench.run({"export", "run", "--out", "torn"});
    QVERIFY2(torn.code == 0, torn.err);
    QVERIFY2(torn.err.contains("journal: what follows line ") &&
                 torn.err.contains(": the compressed file is cut short"),
             torn.err);
}

void BenchRunTest::exports_are_the_same_bytes() {
    Bench bench;
    bench.write("small.json", small_preset());
    QCOMPARE(bench.run({"run", "small.json", "--out", "run"}).code, 0);
    const BenchResult first = bench.run({"export", "run", "--out", "first"});
    QVERIFY2(first.code == 0, first.err);
    QTest::qWait(1100);  // a date in a file would differ
    const BenchResult second = bench.run({"export", "run", "--out", "second", "--json"});
    QCOMPARE(second.code, 0);
    const auto files = files_under(bench.path("first"));
    QVERIFY(files.contains("tables/latency_scaling.tex"));
    QVERIFY(files.contains("figures/latency_scaling.pdf"));
    QVERIFY(files.contains("artifacts/benchmark_results.json"));
    QCOMPARE(files_under(bench.path("second")), files);
    QCOMPARE(second.json()["files"].toArray().size(), files.size());
    QCOMPARE(first.out_lines().size(), files.size());
    // What `run` itself left is the same too.
    const auto of_run = files_under(bench.path("run"));
    for (const QString& name : files.keys()) QCOMPARE(of_run[name], files[name]);
}

void BenchRunTest::export_of_a_torn_journal_says_what_it_skipped() {
    Bench bench;
    bench.write("small.json", small_preset());
    QCOMPARE(bench.run({"run", "small.json", "--out", "run"}).code, 0);
    QFile journal(bench.path("run/journal.jsonl"));
    QVERIFY(journal.open(QIODevice::Append));
    journal.write("{\"seq\": 99, \"torn");
    journal.close();
    const BenchResult result = bench.run({"export", "run", "--out", "out"});
    QCOMPARE(result.code, 0);
    QVERIFY2(result.err.contains("journal: line "), result.err);
}

void BenchRunTest::several_runs_become_one_export() {
    Bench bench;
    bench.write("small.json", small_preset());
    const QString lengths = "/sweep/lengths=[96]";
    QCOMPARE(bench.run({"run", "small.json", "--out", "first"}).code, 0);
    QCOMPARE(bench.run({"run", "small.json", "--out", "second", "--set", lengths}).code, 0);
    const BenchResult nowhere = bench.run({"export", "first", "second"});
    QCOMPARE(nowhere.code, 64);
    QVERIFY2(nowhere.err.contains("--out"), nowhere.err);

    const BenchResult both = bench.run({"export", "first", "second", "--out", "both", "--json"});
    QVERIFY2(both.code == 0, both.err);
    const auto points = [&](const char* folder) {
        const QByteArray text =
            content_of(bench.path(QString(folder) + "/artifacts/benchmark_results.json"));
        return QJsonDocument::fromJson(text)["points"].toArray().size();
    };
    QVERIFY(points("first") > 0 && points("second") > 0);
    QCOMPARE(points("both"), points("first") + points("second"));
    const auto files = files_under(bench.path("both"));
    QVERIFY(files.contains("tables/latency_scaling.tex"));
    QVERIFY(files["tables/latency_scaling.csv"].contains(",96,"));
    QCOMPARE(bench.run({"export", "first", "second", "--out", "again"}).code, 0);
    QCOMPARE(files_under(bench.path("again")), files);
    // A point that both have is there once.
    QCOMPARE(bench.run({"export", "first", "first", "--out", "once"}).code, 0);
    QCOMPARE(points("once"), points("first"));
}

void BenchRunTest::findings_are_judged_from_saved_runs() {
    Bench bench;
    bench.write("small.json", small_preset());
    QCOMPARE(bench.run({"run", "small.json", "--out", "run"}).code, 0);
    const BenchResult text = bench.run({"findings", "run"});
    QVERIFY2(text.code == 0, text.err);
    QVERIFY2(text.out.contains("inconclusive: About 65K tokens"), text.out);
    QVERIFY2(text.out.contains("there is no max-context point"), text.out);
    const BenchResult json = bench.run({"findings", "run", "run", "--set", "all", "--json"});
    QCOMPARE(json.code, 0);
    QCOMPARE(json.json().array().size(), 2);
    QStringList sets;
    for (const auto& set : json.json().array()) sets << set.toObject()["set"].toString();
    sets.sort();
    QCOMPARE(sets, (QStringList{"kernel-speed", "paper"}));
    const BenchResult wrong = bench.run({"findings", "run", "--set", "papers"});
    QCOMPARE(wrong.code, 64);
    QVERIFY2(wrong.err.contains("papers"), wrong.err);
    QCOMPARE(bench.run({"findings", "./nowhere"}).code, 66);
}

void BenchRunTest::verify_says_a_line_for_each_variant() {
    Bench bench;
    bench.write("golden.json", "{}");
    const BenchResult text = bench.run({"verify", "golden.json"});
    QCOMPARE(text.code, 0);
    QCOMPARE(text.out_lines().filter(QRegularExpression("^ok ")).size(), 12);
    QVERIFY2(text.out.contains("output 1.0e-06 (<= 1e-04)"), text.out);
    QVERIFY2(text.out.contains("24 comparisons, 0 missed"), text.out);

    const BenchResult json = bench.run({"verify", "--json"});  // the conformance grid
    QCOMPARE(json.code, 0);
    QCOMPARE(json.json().array().size(), 24);
    QCOMPARE(json.json()[0]["subject"].toString(), QString("output"));
    QCOMPARE(json.json()[0]["passed"].toBool(), true);
}

void BenchRunTest::verify_gives_3_on_a_miss() {
    Bench bench;
    bench.set("FAKE_MISS", "performer");
    const BenchResult result = bench.run({"verify"});
    QCOMPARE(result.code, 3);
    QVERIFY2(result.out.contains("MISS  performer output (float32 L=37 causal): 1.00e-02"),
             result.out);
    QVERIFY2(result.out.contains("24 comparisons, 2 missed"), result.out);
}

void BenchRunTest::no_bar_without_a_terminal() {
    Bench bench;
    bench.set("FAKE_SAMPLE_MS", "2");
    bench.write("small.json", small_preset());
    const BenchResult result = bench.run({"run", "small.json", "--out", "run"});
    QCOMPARE(result.code, 0);
    QVERIFY(!result.err.contains('\r'));
    QVERIFY(!result.err.contains('\x1b'));
    QVERIFY(!result.out.contains('\x1b'));
    const auto lines = result.err.trimmed().split('\n');
    QVERIFY2(lines.size() >= 2 && lines.size() <= 8, result.err);
}

void BenchRunTest::a_bar_on_a_terminal() {
    const QString script = QStandardPaths::findExecutable("script");  // util-linux: gives it a pty
    QVERIFY2(!script.isEmpty(), "the test needs script(1) of util-linux");
    Bench bench;
    const QString preset = bench.write("small.json", small_preset());
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("SLAY_ENGINE", SLAY_FAKE_ENGINE);
    environment.insert("FAKE_SAMPLE_MS", "10");
    process.setProcessEnvironment(environment);
    process.setWorkingDirectory(bench.folder());
    process.start(script, {"-qec",
                           QStringLiteral(SLAY_BIN_DIR "/slay-bench run small.json --out "
                                                       "run --json > out.json"),
                           "/dev/null"});
    const BenchResult result = Bench::finish(process);
    QCOMPARE(result.code, 0);
    QVERIFY2(result.out.contains("\r["), result.out);  // script's output is the terminal
    QVERIFY2(result.out.contains(" left - latency "), result.out);
    QVERIFY(QJsonDocument::fromJson(content_of(bench.path("out.json"))).isArray());
}

QTEST_GUILESS_MAIN(BenchRunTest)
#include "bench_run_test.moc"
