// Every table compiles with pdflatex in a two-column document of ICML's size, without a box that
// sticks out.
#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

#include "exports/export_run.h"
#include "tests/exports/sample_records.h"
#include "tests/exports/task_records.h"
#include "tests/slow_build.h"

Q_DECLARE_METATYPE(slay::RunRecord)

using namespace slay;
using namespace slay::testing;

namespace {

// Type area, column gap and faces of the ICML style.
const char* document = R"(\documentclass[10pt,twocolumn]{article}
\usepackage{times}
\usepackage{booktabs}
\usepackage{siunitx}
\setlength{\textwidth}{6.75in}\setlength{\columnsep}{0.25in}\setlength{\textheight}{9.0in}
\setlength{\oddsidemargin}{-0.125in}\setlength{\topmargin}{-0.5in}
\begin{document}
\typeout{column is \the\columnwidth}
Text before.
%1
Text behind, with \SI{2}{\second}.
\end{document}
)";

}  // namespace

class LatexTest : public QObject {
    Q_OBJECT
  private slots:
    void compiles_data() {
        QTest::addColumn<RunRecord>("record");
        QTest::newRow("small") << small_record();
        QTest::newRow("h200") << h200_record();
        QTest::newRow("ablation") << ablation_record();
        QTest::newRow("hostile") << hostile_record();
        QFile preset(QStringLiteral(SLAY_SOURCE_DIR "/presets/kernel-quality.json"));
        QVERIFY(preset.open(QIODevice::ReadOnly));
        QTest::newRow("grid") << grid_record(preset.readAll().toStdString());
        QTest::newRow("budget") << budget_record();
        QFile budget(QStringLiteral(SLAY_SOURCE_DIR "/presets/feature-budget.json"));
        QVERIFY(budget.open(QIODevice::ReadOnly));
        QTest::newRow("budget grid") << grid_record(budget.readAll().toStdString());
        QTest::newRow("tasks") << small_task_record();
        QTest::newRow("suite of tasks")
            << preset_task_record(SLAY_SOURCE_DIR "/presets/tasks-full.json");
        QTest::newRow("context") << context_record();
        QFile speed(QStringLiteral(SLAY_SOURCE_DIR "/presets/kernel-speed.json"));
        QVERIFY(speed.open(QIODevice::ReadOnly));
        QTest::newRow("kernel speed") << kernel_speed_record(speed.readAll().toStdString());
        QTest::newRow("many lengths") << record_of(
            R"({"schema": "slay-preset/1", "name": "m", "title": "m", "experiments": ["latency"],
                "variants": ["standard", "linear", "yat-performer-tensor"], "sweep": {"lengths":
                [16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072,
                262144, 524288], "passes": ["forward", "backward", "forward+backward"], "dtypes":
                ["float64", "float32", "bfloat16", "float16"], "lanes": ["layer", "core"]}})",
            [](const Point& point) {
                Outcome out;
                out.result.state = PointState::ok;
                const double ms = point.parameters.real("length") * 0.0123;
                out.result.metrics["latency_ms"] = {ms, ms * 0.987, ms * 1.0123, 99};
                return out;
            });
    }

    void compiles() {
        QFETCH(RunRecord, record);
        QTemporaryDir folder;
        const auto written = export_tables(record, folder.path().toStdString());
        QVERIFY(written);
        QStringList inputs;
        for (const std::string& path : *written) {
            const QString name = QString::fromStdString(path);
            if (!name.endsWith(".tex")) continue;
            inputs << QStringLiteral("\\input{%1}\nTable~\\ref{tab:%2}.")
                          .arg(name, QFileInfo(name).completeBaseName());
        }
        QVERIFY(!inputs.isEmpty());
        QFile main(folder.filePath("main.tex"));
        QVERIFY(main.open(QIODevice::WriteOnly));
        main.write(QString::fromUtf8(document).arg(inputs.join('\n')).toUtf8());
        main.close();
        for (int pass = 0; pass < 2; ++pass) {  // the second knows the tables' numbers
            QProcess latex;
            latex.setWorkingDirectory(folder.path());
            latex.start("pdflatex", {"-interaction=nonstopmode", "-halt-on-error",
                                     "-no-shell-escape", "main.tex"});
            QVERIFY2(latex.waitForStarted(),
                     "pdflatex is not installed (texlive-latex-base, texlive-science)");
            QVERIFY(latex.waitForFinished(patient(120000)));
            const QString output = QString::fromUtf8(latex.readAllStandardOutput());
            QVERIFY2(latex.exitCode() == 0, qPrintable(output.right(3000)));
        }
        QFile log(folder.filePath("main.log"));
        QVERIFY(log.open(QIODevice::ReadOnly));
        const QString lines = QString::fromUtf8(log.readAll());
        QVERIFY(lines.contains("column is 234.8"));
        for (const QString& line : lines.split('\n'))
            for (const char* wrong : {"Overfull", "undefined", "too large for page", "multiply"})
                QVERIFY2(!line.contains(wrong), qPrintable(line));
    }
};

QTEST_GUILESS_MAIN(LatexTest)
#include "latex_test.moc"
