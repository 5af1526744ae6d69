// What pdflatex makes of the pgfplots sources, of the report, and of tables on other venues' pages.
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>
#include <thread>

#include "exports/check/pdf_check.h"
#include "exports/paper/latex_run.h"
#include "exports/paper/pgfplots.h"
#include "exports/paper/report.h"
#include "exports/paper/table_document.h"
#include "tests/exports/sample_records.h"
#include "tests/exports/task_records.h"

Q_DECLARE_METATYPE(slay::RunRecord)

using namespace slay;
using namespace slay::testing;

namespace {

PaperPlan plan_of(RunRecord record, PaperChoice choice = {}) {
    return PaperPlan::make(std::make_shared<const RunRecord>(std::move(record)), std::move(choice))
        .value();
}

// Every rule but those named; text of other faces is for the eye.
QString failures(const FileCheck& check, const QStringList& besides = {}) {
    QStringList out;
    for (const RuleResult& each : check.rules)
        if (each.answer != RuleAnswer::passed && !besides.contains(each.rule.c_str()))
            out << QString::fromStdString(each.rule + ": " + each.detail);
    return out.join('\n');
}

}  // namespace

class PaperLatexTest : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() {
        QVERIFY2(find_pdflatex(), no_pdflatex_text().c_str());
        QVERIFY2(can_read_pdf(), "built without poppler: install libpoppler-cpp-dev");
    }

    void pgfplots_compiles_alone_data() {
        QTest::addColumn<RunRecord>("record");
        QTest::addColumn<int>("figure");
        QTest::addColumn<QString>("legend");
        QTest::newRow("latency") << h200_record() << 0 << "below";
        QTest::newRow("memory, right") << h200_record() << 2 << "right";
        QTest::newRow("quality, above") << ablation_record() << 0 << "above";
        QTest::newRow("hostile") << hostile_record() << 0 << "below";
        QTest::newRow("trade-offs") << budget_record() << 0 << "below";
        QTest::newRow("tasks, none") << small_task_record() << 0 << "none";
        QTest::newRow("context") << context_record() << 0 << "below";
        QTest::newRow("latency, inside") << h200_record() << 0 << "inside";
    }
    void pgfplots_compiles_alone() {
        QFETCH(RunRecord, record);
        QFETCH(int, figure);
        QFETCH(QString, legend);
        PaperChoice choice;
        choice.legend = *legend_place(legend.toStdString());
        const PaperPlan plan = plan_of(record, choice);
        const FigureItem& item = plan.figures().at(static_cast<std::size_t>(figure));
        const std::string source = plan.pgfplots(item);
        QCOMPARE(source, plan.pgfplots(item));
        const auto pdf = compile_text(source);
        QVERIFY2(pdf.ok(), pdf.ok() ? "" : pdf.error().message.c_str());
        const FigureData data = plan.figure(item);
        const PaperChoice sized = plan.sized(data);
        const FileCheck check =
            check_pdf("x.pdf", *pdf, {sized.figure_width(), sized.figure_height(), 6, 0}, &data);
        QVERIFY2(failures(check).isEmpty(), qPrintable(failures(check)));
    }

    // TeX has no dimension for what lies a thousand heights above the axes.
    void pgfplots_cuts_what_lies_far_away() {
        const PaperPlan plan = plan_of(h200_record());
        FigureData data = plan.figure(plan.figures().front());
        data.y.log = false;
        data.y.low = 0;
        data.y.high = 1e-3;
        const std::string source = pgfplots_file(data, plan.choice(), "far");
        const auto pdf = compile_text(source);
        QVERIFY2(pdf.ok(), pdf.ok() ? "" : pdf.error().message.c_str());
    }

    // Two of them in one paper, and neither leaves anything behind.
    void pgfplots_goes_into_a_paper() {
        QTemporaryDir folder;
        const PaperPlan plan = plan_of(h200_record());
        const auto write = [&](const QString& name, const std::string& text) {
            QFile file(folder.filePath(name));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(QByteArray::fromStdString(text));
        };
        write("a.tex", plan.pgfplots(plan.figures()[0]));
        write("b.tex", plan.pgfplots(plan.figures()[1]));
        write("paper.tex",
              "\\documentclass{article}\\usepackage{pgfplots}\\begin{document}\n"
              "Before \\input{a.tex} and \\par\\input{b.tex} after.\n"
              "Text.\\end{document}\n");
        const auto pdf = compile_latex({folder.path().toStdString(), "paper.tex", 1, 120, {}, {}});
        QVERIFY2(pdf.ok(), pdf.ok() ? "" : pdf.error().message.c_str());
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files).size(),
                 3);  // LaTeX's own are elsewhere
        const auto pages = count_pages(*pdf);
        QVERIFY(pages && *pages == 1);
    }

    void report_compiles_data() {
        QTest::addColumn<RunRecord>("record");
        QTest::addColumn<QString>("venue");
        QTest::newRow("hostile, icml") << hostile_record() << "icml";
        QTest::newRow("h200, neurips") << h200_record() << "neurips";
        for (const Venue& venue : venues())
            QTest::newRow(("small, " + venue.id).c_str()) << small_record() << venue.id.c_str();
    }
    void report_compiles() {
        QFETCH(RunRecord, record);
        QFETCH(QString, venue);
        PaperChoice choice;
        choice.venue = venue.toStdString();
        choice.report = true;
        const PaperPlan plan = plan_of(record, choice);
        QTemporaryDir folder;
        for (const ExportJob& job : plan.text_jobs())
            QVERIFY(job.write(folder.path().toStdString()));
        const std::string text = report_tex(plan, false);
        QCOMPARE(text, report_tex(plan, false));
        QVERIFY(write_export(folder.path().toStdString(), "report.tex", text));
        std::vector<std::string> too_wide;
        const auto pdf =
            compile_latex({folder.path().toStdString(), "report.tex", 1, 120, {}, {}}, &too_wide);
        QVERIFY2(pdf.ok(), pdf.ok() ? "" : pdf.error().message.c_str());
        QVERIFY2(too_wide.empty(), too_wide.empty() ? "" : too_wide.front().c_str());
        const FileCheck check = check_pdf("report.pdf", *pdf, {0, 0, 6, choice.page().text_inches});
        QVERIFY2(failures(check).isEmpty(), qPrintable(failures(check)));
        for (const char* part : {"Verdicts", "Provenance", "Reproduce", "reproduce.sh"})
            QVERIFY2(text.find(part) != std::string::npos, part);
        for (const TableItem& item : plan.tables())
            QVERIFY(text.find("\\input{" + item.stem + ".tex}") != std::string::npos);
    }

    void tables_fit_other_pages_data() {
        QTest::addColumn<QString>("venue");
        for (const char* venue : {"cvpr", "jmlr"}) QTest::newRow(venue) << venue;
    }
    void tables_fit_other_pages() {
        QFETCH(QString, venue);
        PaperChoice choice;
        choice.venue = venue.toStdString();
        const PaperPlan plan = plan_of(h200_record(), choice);
        std::string all;
        for (const TableItem& item : plan.tables()) all += plan.table_tex(item);
        const auto pdf = compile_text(table_document(all, choice));
        QVERIFY2(pdf.ok(), pdf.ok() ? "" : pdf.error().message.c_str());
        const FileCheck check = check_pdf("x.pdf", *pdf, {0, 0, 6, choice.page().text_inches});
        QVERIFY2(failures(check).isEmpty(), qPrintable(failures(check)));
    }

    void what_sticks_out_is_told() {
        QTemporaryDir folder;
        QFile file(folder.filePath("x.tex"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(
            "\\documentclass{article}\\begin{document}\\hbox to 9pt{\\vrule width 20pt height 5pt}"
            "\\end{document}");
        file.close();
        std::vector<std::string> too_wide;
        QVERIFY(compile_latex({folder.path().toStdString(), "x.tex", 1, 60, {}, {}}, &too_wide));
        QCOMPARE(too_wide.size(), std::size_t{1});
        QVERIFY2(too_wide.front().find("11.0pt too wide") != std::string::npos,
                 too_wide.front().c_str());
    }

    void latex_that_stops_says_why() {
        const auto wrong =
            compile_text("\\documentclass{article}\\begin{document}\\nosuchthing\n\\end{document}");
        QVERIFY(!wrong);
        QVERIFY2(wrong.error().message.find("Undefined control sequence") != std::string::npos &&
                     wrong.error().message.find("l.1") != std::string::npos,
                 wrong.error().message.c_str());
        const auto shell = compile_text(
            "\\documentclass{article}\\begin{document}x\\immediate\\write18{touch stolen}"
            "\\end{document}");
        QVERIFY(shell);
        QVERIFY(!QFile::exists("stolen"));
    }

    void latex_ends_when_asked() {
        const char* endless =
            "\\documentclass{article}\\begin{document}\\loop\\iftrue\\repeat"
            "\\end{document}";
        std::stop_source stop;
        std::thread other([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(300));
            stop.request_stop();
        });
        const auto stopped = compile_text(endless, 1, stop.get_token());
        other.join();
        QVERIFY(!stopped);
        QCOMPARE(stopped.error().kind, ErrorKind::cancelled);
        QTemporaryDir folder;
        QFile file(folder.filePath("x.tex"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(endless);
        file.close();
        const auto late = compile_latex({folder.path().toStdString(), "x.tex", 1, 0.2, {}, {}});
        QVERIFY(!late);
        QVERIFY(late.error().message.find("more than 0.2 seconds") != std::string::npos);
    }

    void without_latex_it_says_what_to_install() {
        qputenv("SLAY_PDFLATEX", "/nonexistent/pdflatex");
        const auto none = compile_text("x");
        qunsetenv("SLAY_PDFLATEX");
        QVERIFY(!none);
        QVERIFY(none.error().message.find("texlive") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(PaperLatexTest)
#include "paper_latex_test.moc"
