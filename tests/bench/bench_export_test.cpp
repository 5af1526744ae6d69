// slay-bench export for a paper: what it writes, what it refuses, and that its settings come back.
#include <QDirIterator>
#include <QJsonArray>
#include <QJsonObject>
#include <QtTest>

#include "tests/bench/bench_process.h"
#include "tests/exports/hand_made_pdf.h"

using namespace slay::testing;

namespace {

QMap<QString, QByteArray> files_under(const QString& folder) {
    QMap<QString, QByteArray> out;
    QDirIterator files(folder, QDir::Files, QDirIterator::Subdirectories);
    while (files.hasNext()) {
        QFile file(files.next());
        if (file.open(QIODevice::ReadOnly))
            out[QDir(folder).relativeFilePath(file.fileName())] = file.readAll();
    }
    return out;
}

}  // namespace

class BenchExportTest : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() {
        bench_.write("small.json", small_preset());
        QCOMPARE(bench_.run({"run", "small.json", "--out", "run"}).code, 0);
        bench_.write("not.json", "{}");
    }

    void writes_what_is_asked_for() {
        const BenchResult result = bench_.run(
            {"export", "run", "--out", "paper", "--venue", "neurips", "--formats",
             "pdf,svg,png,pgfplots,tex,csv,md", "--dpi", "100", "--report", "--check", "--json"});
        QVERIFY2(result.code == 0, result.err);
        const QStringList files = files_under(bench_.path("paper")).keys();
        QCOMPARE(files,
                 (QStringList{"export.json", "figures/latency_scaling.pdf",
                              "figures/latency_scaling.png", "figures/latency_scaling.svg",
                              "figures/latency_scaling.tex", "paper_check.json", "report.pdf",
                              "report.tex", "reproduce.sh", "tables/latency_scaling.csv",
                              "tables/latency_scaling.md", "tables/latency_scaling.tex"}));
        const QJsonObject json = result.json().object();
        QCOMPARE(json["files"].toArray().size(), files.size());
        const QJsonObject check = json["check"].toObject();
        QVERIFY2(check["passed"].toBool(), result.out);
        QCOMPARE(check["files"].toArray().size(), 2);
        QCOMPARE(check["files"].toArray()[0].toObject()["rules"].toArray().size(), 5);
    }

    void the_same_settings_give_the_same_bytes() {
        const BenchResult one = bench_.run({"export",    "run",          "--out",
                                            "one",       "--venue",      "aaai",
                                            "--width",   "text",         "--height",
                                            "2.5",       "--face",       "helvetica",
                                            "--palette", "grey",         "--x-scale",
                                            "linear",    "--legend",     "right",
                                            "--title",   "--only",       "figures/latency_scaling",
                                            "--formats", "pdf,pgfplots", "--report"});
        QVERIFY2(one.code == 0, one.err);
        QTest::qWait(1100);  // a date in a file would differ
        const BenchResult two =
            bench_.run({"export", "run", "--out", "two", "--settings", "one/export.json"});
        QVERIFY2(two.code == 0, two.err);
        const auto first = files_under(bench_.path("one")),
                   second = files_under(bench_.path("two"));
        QCOMPARE(first.keys(), second.keys());
        for (const QString& name : first.keys())
            QVERIFY2(first[name] == second[name], qPrintable(name));
        // And so does the command that the script names.
        const QByteArray script = first["reproduce.sh"];
        const qsizetype at = script.indexOf("--venue aaai");
        QVERIFY2(at > 0, script);
        const QStringList words = QString::fromUtf8(script.mid(at, script.indexOf('\n', at) - at))
                                      .split(' ', Qt::SkipEmptyParts);
        const BenchResult three =
            bench_.run(QStringList{"export", "run", "--out", "three"} + words);
        QVERIFY2(three.code == 0, three.err);
        QCOMPARE(files_under(bench_.path("three"))["export.json"], first["export.json"]);
    }

    void without_such_options_nothing_changes() {
        QCOMPARE(bench_.run({"export", "run", "--out", "plain"}).code, 0);
        const QStringList files = files_under(bench_.path("plain")).keys();
        QCOMPARE(files,
                 (QStringList{"artifacts/benchmark_results.json", "figures/latency_scaling.pdf",
                              "tables/latency_scaling.csv", "tables/latency_scaling.tex"}));
    }

    // A LaTeX that makes a page which breaks a rule: 3 with --check, and the rule is named.
    void the_check_decides_the_exit_code_data() {
        QTest::addColumn<QByteArray>("pdf");
        QTest::addColumn<QString>("rule");
        const auto row = [](const char* name, const std::string& content, const std::string& font,
                            const char* rule, int width = 234) {
            QTest::newRow(name) << QByteArray::fromStdString(hand_made_pdf(content, font, width))
                                << rule;
        };
        row("not embedded", "BT /F1 10 Tf 20 100 Td (Latency) Tj ET", loose_font, "Fonts embedded");
        row("Type 3", "BT /F1 10 Tf 20 100 Td (aaaa) Tj ET", bitmap_font, "No Type 3 font");
        row("too wide", "2 w 20 20 m 680 20 l S", "null", "Size right", 700);
        row("too small", "BT /F1 5.5 Tf 20 100 Td (Latency) Tj ET", loose_font,
            "Text large enough");
        row("too pale", "1 1 0 RG 2 w 20 20 m 200 150 l S", "null", "Readable in grey");
        row("nothing", "2 w 20 20 m 200 150 l S", "null", "");
    }
    void the_check_decides_the_exit_code() {
        QFETCH(QByteArray, pdf);
        QFETCH(QString, rule);
        Bench bench;
        bench.write("page.pdf", pdf);
        const QString latex = bench.write(
            "latex",
            "#!/bin/sh\nfor word; do case $word in -output-directory=*)\n"
            "  cp '" +
                bench.path("page.pdf").toUtf8() + "' \"${word#*=}/report.pdf\";; esac; done\n");
        QFile::setPermissions(latex, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        bench.set("SLAY_PDFLATEX", latex);
        const QStringList words{"export",   bench_.path("run"), "--out", "paper",
                                "--report", "--formats",        "none"};
        const BenchResult checked = bench.run(words + QStringList{"--check"});
        QVERIFY2(checked.code == (rule.isEmpty() ? 0 : 3), checked.err);
        if (rule.isEmpty()) {
            QVERIFY2(checked.err.contains("found nothing"), checked.err);
            return;
        }
        QVERIFY2(checked.err.contains("report.pdf: FAILED"), checked.err);
        QVERIFY2(checked.err.contains("failed " + rule.toUtf8() + ": "), checked.err);
        // What was found is told all the same where it does not decide.
        const BenchResult told = bench.run(words);
        QCOMPARE(told.code, 0);
        QVERIFY2(told.err.contains("report.pdf: FAILED"), told.err);
    }

    void without_latex_there_is_a_report_to_compile() {
        Bench bench;
        bench.write("small.json", small_preset());
        QCOMPARE(bench.run({"run", "small.json", "--out", "run"}).code, 0);
        bench.set("SLAY_PDFLATEX", "/nonexistent/pdflatex");
        const BenchResult result = bench.run({"export", "run", "--out", "paper", "--report"});
        QCOMPARE(result.code, 0);
        QVERIFY2(result.err.contains("report.pdf was not made"), result.err);
        QVERIFY(QFile::exists(bench.path("paper/report.tex")));
        QVERIFY(!QFile::exists(bench.path("paper/report.pdf")));
    }

    void refusals_data() {
        QTest::addColumn<QStringList>("words");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("says");
        const auto row = [](const QStringList& words, int code, const char* says) {
            QTest::newRow(qPrintable(words.join(' '))) << words << code << says;
        };
        row({"--venue", "nips"}, 64, "neurips");
        row({"--width", "page"}, 64, "column or text");
        row({"--height", "99"}, 64, "inches high");
        row({"--face", "comic"}, 64, "palatino");
        row({"--palette", "rainbow"}, 64, "okabe-ito");
        row({"--variants", "performer"}, 64, "standard");
        row({"--x-scale", "cubic"}, 64, "log or linear");
        row({"--legend", "under"}, 64, "below, above");
        row({"--formats", "docx"}, 64, "pgfplots");
        row({"--formats", "none"}, 64, "nothing is asked for");
        row({"--dpi", "1"}, 64, "dots per inch");
        row({"--only", "figures/nothing"}, 64, "figures/latency_scaling");
        row({"--settings", "nowhere.json"}, 66, "nowhere.json");
        row({"--settings", "not.json"}, 65, "slay-export/1");
    }
    void refusals() {
        QFETCH(QStringList, words);
        QFETCH(int, code);
        QFETCH(QString, says);
        const BenchResult result =
            bench_.run(QStringList{"export", "run", "--out", "refused"} + words);
        QVERIFY2(result.code == code, result.err);
        QVERIFY2(result.err.contains(says.toUtf8()), result.err);
        QVERIFY(!QFile::exists(bench_.path("refused")));
    }

  private:
    Bench bench_;
};

QTEST_GUILESS_MAIN(BenchExportTest)
#include "bench_export_test.moc"
