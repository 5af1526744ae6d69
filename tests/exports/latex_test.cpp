// Every table compiles with pdflatex in a two-column document of ICML's size, without a box that
// sticks out.
#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

#include "exports/export_run.h"
#include "sample_records.h"

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
\input{%1}
Text behind, with \SI{2}{\second} and Table~\ref{tab:%2}.
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
        int tables = 0;
        for (const std::string& path : *written) {
            const QString name = QString::fromStdString(path);
            if (!name.endsWith(".tex")) continue;
            ++tables;
            const QString id = QFileInfo(name).completeBaseName();
            QFile main(folder.filePath(id + ".tex"));
            QVERIFY(main.open(QIODevice::WriteOnly));
            main.write(QString::fromUtf8(document).arg(name, id).toUtf8());
            main.close();
            QString log;
            for (int pass = 0; pass < 2; ++pass) {  // the second knows the table's number
                QProcess latex;
                latex.setWorkingDirectory(folder.path());
                latex.start("pdflatex", {"-interaction=nonstopmode", "-halt-on-error",
                                         "-no-shell-escape", id + ".tex"});
                QVERIFY2(latex.waitForStarted(),
                         "pdflatex is not installed (texlive-latex-base, "
                         "texlive-science)");
                QVERIFY(latex.waitForFinished(120000));
                log = QString::fromUtf8(latex.readAllStandardOutput());
                QVERIFY2(latex.exitCode() == 0, qPrintable(log.right(3000)));
            }
            QFile log_file(folder.filePath(id + ".log"));
            QVERIFY(log_file.open(QIODevice::ReadOnly));
            log = QString::fromUtf8(log_file.readAll());
            QVERIFY(log.contains("column is 234.8"));
            for (const QString& line : log.split('\n')) {
                QVERIFY2(!line.startsWith("Overfull"), qPrintable(name + ": " + line));
                QVERIFY2(!line.contains("undefined"), qPrintable(name + ": " + line));
                QVERIFY2(!line.contains("too large for page"), qPrintable(name + ": " + line));
                QVERIFY2(!line.contains("multiply"), qPrintable(name + ": " + line));
            }
        }
        QVERIFY(tables > 0);
    }
};

Q_DECLARE_METATYPE(slay::RunRecord)
QTEST_GUILESS_MAIN(LatexTest)
#include "latex_test.moc"
