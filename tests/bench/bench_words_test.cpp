// What slay-bench says without measuring: help, lists, plans, and what it refuses.
#include <QFile>
#include <QJsonArray>
#include <QJsonObject>
#include <QtTest>

#include "tests/bench/bench_process.h"

class BenchWordsTest : public QObject {
    Q_OBJECT

  private slots:
    void help_of_each_command_shows_an_example_data();
    void help_of_each_command_shows_an_example();
    void version_names_the_revision();
    void lists_are_json_data();
    void lists_are_json();
    void list_presets_plans_every_preset();
    void list_devices_asks_the_engine();
    void plan_counts_points_and_loads_no_engine();
    void plan_lists_points();
    void plan_of_a_device_takes_its_rates();
    void refusals_data();
    void refusals();
    void output_that_cannot_be_written_is_an_error();
    void a_reader_that_goes_away_is_none();
    void memory_probe_answers_on_standard_output();
};

void BenchWordsTest::help_of_each_command_shows_an_example_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("program") << QStringList{"--help"};
    for (const char* command :
         {"run", "plan", "export", "findings", "verify", "list", "memory-probe"}) {
        QTest::newRow(command) << QStringList{command, "--help"};
    }
}

void BenchWordsTest::help_of_each_command_shows_an_example() {
    QFETCH(QStringList, arguments);
    Bench bench;
    bench.set("SLAY_ENGINE", "/nonexistent/engine.so");  // help needs none
    const BenchResult result = bench.run(arguments);
    QCOMPARE(result.code, 0);
    QVERIFY2(result.out.contains("Example:\n  slay-bench "), result.out);
    QCOMPARE(result.err, QByteArray());
}

void BenchWordsTest::version_names_the_revision() {
    const BenchResult result = Bench().run({"--version"});
    QCOMPARE(result.code, 0);
    QVERIFY2(result.out.startsWith("slay-bench 0."), result.out);
}

void BenchWordsTest::lists_are_json_data() {
    QTest::addColumn<QString>("what");
    QTest::addColumn<QString>("one_of_them");
    QTest::newRow("variants") << "variants"
                              << "yat-performer-anchor";
    QTest::newRow("experiments") << "experiments"
                                 << "latency";
    QTest::newRow("presets") << "presets"
                             << "quick";
}

void BenchWordsTest::lists_are_json() {
    QFETCH(QString, what);
    QFETCH(QString, one_of_them);
    Bench bench;
    bench.set("SLAY_ENGINE", "/nonexistent/engine.so");
    const BenchResult json = bench.run({"list", what, "--json"});
    QCOMPARE(json.code, 0);
    QVERIFY(json.json().isArray());
    QStringList names;
    for (const auto& row : json.json().array()) names << row.toObject()["name"].toString();
    QVERIFY2(names.contains(one_of_them), json.out);

    const BenchResult text = bench.run({"list", what});
    QCOMPARE(text.code, 0);
    QCOMPARE(text.out_lines().size(), names.size() + 1);  // one line each, and the heading
    for (const QString& name : names) QVERIFY2(text.out.contains(name.toUtf8()), text.out);
}

void BenchWordsTest::list_presets_plans_every_preset() {
    const BenchResult result = Bench().run({"list", "presets", "--json"});
    QCOMPARE(result.code, 0);
    QVERIFY(result.json().array().size() >= 8);
    for (const auto& row : result.json().array()) {
        const QJsonObject preset = row.toObject();
        QVERIFY2(!preset.contains("error"), qPrintable(preset["error"].toString()));
        QVERIFY(preset["points"].toInt() > 0);
        QVERIFY(!preset["title"].toString().isEmpty());
    }
}

void BenchWordsTest::list_devices_asks_the_engine() {
    const BenchResult result = Bench().run({"list", "devices", "--json"});
    QCOMPARE(result.code, 0);
    QCOMPARE(result.json().array().size(), 1);
    QCOMPARE(result.json()[0]["id"].toString(), QString("cpu"));
    QCOMPARE(result.json()[0]["name"].toString(), QString("Imaginary CPU"));
}

void BenchWordsTest::plan_counts_points_and_loads_no_engine() {
    Bench bench;
    bench.set("SLAY_ENGINE", "/nonexistent/engine.so");
    bench.write("small.json", small_preset());
    const BenchResult json = bench.run({"plan", "small.json", "--json"});
    QCOMPARE(json.code, 0);
    const QJsonObject plan = json.json()[0].toObject();
    QCOMPARE(plan["points"].toInt(), 4);
    QCOMPARE(plan["experiments"][0]["name"].toString(), QString("latency"));
    QCOMPARE(plan["experiments"][0]["groups"].toInt(), 2);  // a group for each length
    QVERIFY(plan["predicted_seconds"].toDouble() > 0);
    QVERIFY(plan["predicted_peak_bytes"].toDouble() > 0);
    QVERIFY(!plan.contains("plan"));

    // --set is checked and counts.
    const BenchResult more =
        bench.run({"plan", "--set", "/sweep/lengths=[64,128,256]", "small.json", "--json"});
    QCOMPARE(more.code, 0);
    QCOMPARE(more.json()[0]["points"].toInt(), 6);

    const BenchResult text = bench.run({"plan", "small.json"});
    QCOMPARE(text.code, 0);
    QVERIFY2(text.out.contains("latency"), text.out);
    QCOMPARE(text.err, QByteArray());
}

void BenchWordsTest::plan_lists_points() {
    Bench bench;
    bench.write("small.json", small_preset());
    const BenchResult json = bench.run({"plan", "small.json", "--points", "--json"});
    const QJsonArray points = json.json()[0]["plan"].toArray();
    QCOMPARE(points.size(), 4);
    QCOMPARE(points[0]["id"].toString().size(), 16);
    QVERIFY(points[0]["predicted_seconds"].toDouble() > 0);
    QVERIFY(points[0]["parameters"]["length"].toInt() > 0);

    const BenchResult text = bench.run({"plan", "small.json", "--points"});
    QVERIFY2(text.out.contains("latency standard L=64"), text.out);
    QVERIFY2(text.out.contains("latency linear L=128"), text.out);
}

void BenchWordsTest::plan_of_a_device_takes_its_rates() {
    Bench bench;
    bench.write("small.json", small_preset());
    const BenchResult result = bench.run({"plan", "small.json", "--device", "cpu", "--json"});
    QCOMPARE(result.code, 0);
    QCOMPARE(result.json()[0]["rates_of"].toString(), QString("Imaginary CPU"));
}

void BenchWordsTest::refusals_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("says");
    QTest::newRow("nothing") << QStringList{} << 64 << "subcommand";
    QTest::newRow("unknown command") << QStringList{"walk"} << 64 << "walk";
    QTest::newRow("unknown option")
        << QStringList{"plan", "quick", "--quickly"} << 64 << "--quickly";
    QTest::newRow("plan of nothing") << QStringList{"plan"} << 64 << "PRESET";
    QTest::newRow("run of nothing") << QStringList{"run"} << 64 << "preset";
    QTest::newRow("list of what") << QStringList{"list", "wishes"} << 64 << "wishes";
    QTest::newRow("resume of what") << QStringList{"run", "quick", "--resume"} << 64 << "--out";
    QTest::newRow("resume with --set")
        << QStringList{"run", "--resume", "--out", "x", "--set", "/sweep/seeds=[1]"} << 64
        << "--set";
    QTest::newRow("not JSON") << QStringList{"plan", "broken.json"} << 65 << "broken.json";
    QTest::newRow("unknown key") << QStringList{"plan", "unknown.json"} << 65 << "/colour";
    QTest::newRow("negative length")
        << QStringList{"plan", "negative.json"} << 65 << "/sweep/lengths/1";
    QTest::newRow("too many points") << QStringList{"plan", "vast.json"} << 65 << "100,000";
    QTest::newRow("--set of a bad value")
        << QStringList{"plan", "small.json", "--set", "/sweep/lengths=[0]"} << 64
        << "/sweep/lengths/0";
    QTest::newRow("--set without a value")
        << QStringList{"plan", "small.json", "--set", "lengths"} << 64 << "lengths";
    QTest::newRow("no such file") << QStringList{"plan", "./nowhere.json"} << 66 << "nowhere.json";
    QTest::newRow("no such preset") << QStringList{"plan", "nowhere"} << 66 << "quick";
    QTest::newRow("a folder as preset") << QStringList{"plan", "./folder.json"} << 66 << "folder";
    QTest::newRow("export of nothing") << QStringList{"export", "./nowhere"} << 66 << "nowhere";
    QTest::newRow("no such golden file")
        << QStringList{"verify", "./nowhere.json"} << 66 << "nowhere.json";
    QTest::newRow("no such variant to verify")
        << QStringList{"verify", "--variants", "linear,flat"} << 64 << "flat";
    QTest::newRow("no such device")
        << QStringList{"run", "small.json", "--device", "cuda:7"} << 69 << "cpu";
    QTest::newRow("no such device to plan for")
        << QStringList{"plan", "small.json", "--device", "cuda:7"} << 69 << "cpu";
    QTest::newRow("out is occupied")
        << QStringList{"run", "small.json", "--out", "occupied"} << 73 << "occupied";
    QTest::newRow("out is a file")
        << QStringList{"run", "small.json", "--out", "small.json"} << 73 << "small.json";
    QTest::newRow("out cannot be made")
        << QStringList{"run", "small.json", "--out", "/proc/nowhere/run"} << 73 << "/proc/nowhere";
}

void BenchWordsTest::refusals() {
    QFETCH(QStringList, arguments);
    QFETCH(int, code);
    QFETCH(QString, says);
    Bench bench;
    bench.write("small.json", small_preset());
    bench.write("broken.json", R"({"schema": )");
    bench.write("unknown.json", small_preset().replace("\"title\"", "\"colour\""));
    bench.write("negative.json", small_preset().replace("[64, 128]", "[64, -5]"));
    QByteArray lengths = "1", seeds = "0";
    for (int i = 2; i <= 400; ++i) {
        lengths += "," + QByteArray::number(i);
        seeds += "," + QByteArray::number(i);
    }
    bench.write("vast.json", small_preset().replace(
                                 "\"lengths\": [64, 128]",
                                 "\"lengths\": [" + lengths + "], \"seeds\": [" + seeds + "]"));
    QVERIFY(QDir(bench.folder()).mkpath("occupied"));
    QVERIFY(QDir(bench.folder()).mkpath("folder.json"));
    bench.write("occupied/notes.txt", "mine");

    const BenchResult result = bench.run(arguments);
    QVERIFY2(result.code == code, result.err + " code " + QByteArray::number(result.code));
    QVERIFY2(result.err.contains(says.toUtf8()), result.err);
    QCOMPARE(result.out, QByteArray());
    // One line that says what is wrong; wrong words get a second one that says where to read on.
    const auto lines = result.err.trimmed().split('\n');
    QVERIFY2(lines.size() <= (code == 64 ? 2 : 1), result.err);
    for (const QByteArray& line : lines) QVERIFY2(line.startsWith("slay-bench: "), line);
}

void BenchWordsTest::output_that_cannot_be_written_is_an_error() {
    QProcess process;
    process.setStandardOutputFile("/dev/full");
    process.start(QStringLiteral(SLAY_BIN_DIR "/slay-bench"), {"list", "variants"});
    const BenchResult result = Bench::finish(process);
    QCOMPARE(result.code, 74);
    QVERIFY2(result.err.contains("standard output"), result.err);
}

void BenchWordsTest::a_reader_that_goes_away_is_none() {
    QProcess process;
    process.start("/bin/sh", {"-c", "(\"$0\" list presets --json; echo code $? >&2) | true",
                              QStringLiteral(SLAY_BIN_DIR "/slay-bench")});
    const BenchResult result = Bench::finish(process);
    QCOMPARE(result.err, QByteArray("code 0\n"));
}

void BenchWordsTest::memory_probe_answers_on_standard_output() {
    const Bench bench;
    const BenchResult result = bench.run({"memory-probe"}, "{\"point\": 1}\nnot JSON\n{}");
    QCOMPARE(result.code, 0);
    QCOMPARE(result.out, QByteArray("{\"understood\":true}\n{\"understood\":false}\n"
                                    "{\"understood\":true}\n"));
    QCOMPARE(bench.run({"memory-probe"}).out, QByteArray());
    QVERIFY(!bench.run({"--help"}).out.contains("memory-probe"));
    QCOMPARE(bench.run({"memory-probe"}, QByteArray(2 << 20, ' ')).code, 65);
}

QTEST_GUILESS_MAIN(BenchWordsTest)
#include "bench_words_test.moc"
